#include <stdlib.h>
struct text {
    int length;
    char body[];
};
int main(void) {
    struct text *t = calloc(1, sizeof *t + 2);
    t->length = 2;
    t->body[0] = 'h';
    free(t);
    return 0;
}
/* trace
call 6 main 1: t=?
step 7 main 1: t=?
step 8 main 1: t=h1 | h1=[{length:0,body:[]}]
step 9 main 1: t=h1 | h1=[{length:2,body:[]}]
step 10 main 1: t=h1 | h1=[{length:2,body:[]}]
step 11 main 1: t=h1 | h1=[]
return 12 main 1: t=h1 | h1=[]
*/
