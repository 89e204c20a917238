enum Color { RED, GREEN = 5, BLUE };
enum class Level : signed char { LOW = -1, HIGH = 1 };
int main() {
    Color c = BLUE;
    Level l = Level::LOW;
    c = (Color)3;
    l = Level::HIGH;
    return 0;
}
/* trace
call 3 main 1: c=? l=?
step 4 main 1: c=? l=?
step 5 main 1: c=BLUE l=?
step 6 main 1: c=BLUE l=LOW
step 7 main 1: c=3 l=LOW
step 8 main 1: c=3 l=HIGH
return 9 main 1: c=3 l=HIGH
*/
