int counter = 1;
namespace app {
int limit = 3;
}
static int table[2];
const char *title = "t";
int main() {
    counter++;
    app::limit = counter;
    table[1] = 5;
    return 0;
}
/* trace
call 7 main 1: ; counter=1 limit=3 table=[0,0] title="t"
step 8 main 1: ; counter=1 limit=3 table=[0,0] title="t"
step 9 main 1: ; counter=2 limit=3 table=[0,0] title="t"
step 10 main 1: ; counter=2 limit=2 table=[0,0] title="t"
step 11 main 1: ; counter=2 limit=2 table=[0,5] title="t"
return 12 main 1: ; counter=2 limit=2 table=[0,5] title="t"
*/
