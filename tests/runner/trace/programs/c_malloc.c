#include <stdlib.h>
struct point {
    int x, y;
};
int main(void) {
    struct point *p = malloc(sizeof *p);
    p->x = 1;
    p->y = 2;
    free(p);
    return 0;
}
/* trace
call 5 main 1: p=?
step 6 main 1: p=?
step 7 main 1: p=h1 | h1=[{x:?,y:?}]
step 8 main 1: p=h1 | h1=[{x:1,y:?}]
step 9 main 1: p=h1 | h1=[{x:1,y:2}]
step 10 main 1: p=h1 | h1=[]
return 11 main 1: p=h1 | h1=[]
*/
