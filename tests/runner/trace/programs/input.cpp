// stdin: 4 5
#include <cstdio>
int main() {
    int a, b;
    scanf("%d %d", &a, &b);
    printf("%d\n", a + b);
    return 0;
}
/* trace
call 3 main 1: a=? b=?
step 5 main 1: a=? b=?
step 6 main 1: a=4 b=5
step 7 main 1: a=4 b=5
return 8 main 1: a=4 b=5
*/
