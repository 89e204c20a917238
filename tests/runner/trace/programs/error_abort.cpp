#include <cassert>
int main() {
    int n = 1;
    assert(n == 2);
    return 0;
}
/* trace
call 2 main 1: n=?
step 3 main 1: n=?
exception 4 main 1: n=1
! Aborted: main: error_abort.cpp:4: int main(): Assertion
*/
