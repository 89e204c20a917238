#include <stdexcept>
int half(int n) {
    if (n % 2)
        throw std::invalid_argument("odd");
    return n / 2;
}
int main() {
    int r = half(4);
    try {
        r = half(3);
    } catch (const std::exception &e) {
        r = -1;
    }
    return 0;
}
/* trace
call 7 main 1: r=?
step 8 main 1: r=?
call 2 half 2: n=4
step 3 half 2: n=4
step 5 half 2: n=4
return 6 half 2: n=4
step 10 main 1: r=2
call 2 half 2: n=3
step 3 half 2: n=3
step 4 half 2: n=3
step 11 main 1: r=2
step 12 main 1: r=2 e=h1 | h1=[{}]
step 13 main 1: r=-1 e=h1 | h1=[{}]
step 14 main 1: r=-1
return 15 main 1: r=-1
*/
