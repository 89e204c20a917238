#include <stdexcept>
void check(int n) {
    if (n > 2)
        throw std::runtime_error("too much");
}
int main() {
    check(2);
    check(3);
    return 0;
}
/* trace
call 6 main 1:
step 7 main 1:
call 2 check 2: n=2
step 3 check 2: n=2
return 5 check 2: n=2
step 8 main 1:
call 2 check 2: n=3
step 3 check 2: n=3
uncaughtException 4 check 2: n=3
! Uncaught exception std::runtime_error: too much
*/
