#include <csetjmp>
static std::jmp_buf back;
void deep(int n) {
    if (n == 0)
        std::longjmp(back, 7);
    deep(n - 1);
}
int main() {
    volatile int r = setjmp(back);
    if (r == 0)
        deep(1);
    return 0;
}
/* trace
call 8 main 1: r=?
step 9 main 1: r=?
step 10 main 1: r=0
step 11 main 1: r=0
call 3 deep 2: n=1
step 4 deep 2: n=1
step 6 deep 2: n=1
call 3 deep 3: n=0
step 4 deep 3: n=0
step 5 deep 3: n=0
step 10 main 1: r=7
step 12 main 1: r=7
return 13 main 1: r=7
*/
