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
