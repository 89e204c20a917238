#include <setjmp.h>
jmp_buf env;
void jump(void) {
    longjmp(env, 2);
}
int main(void) {
    int n = setjmp(env);
    if (n == 0)
        jump();
    return n - 2;
}
/* trace
call 6 main 1: n=?
step 7 main 1: n=?
step 8 main 1: n=0
step 9 main 1: n=0
call 3 jump 2:
step 4 jump 2:
step 8 main 1: n=2
step 10 main 1: n=2
return 11 main 1: n=2
*/
