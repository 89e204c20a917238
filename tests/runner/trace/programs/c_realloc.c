#include <stdlib.h>
int main(void) {
    int *v = malloc(sizeof(int));
    v[0] = 1;
    v = realloc(v, 2 * sizeof(int));
    v[1] = 2;
    free(v);
    return 0;
}
/* trace
call 2 main 1: v=?
step 3 main 1: v=?
step 4 main 1: v=h1 | h1=[?]
step 5 main 1: v=h1 | h1=[1]
step 6 main 1: v=h2 | h2=[1,?]
step 7 main 1: v=h2 | h2=[1,2]
step 8 main 1: v=h2 | h2=[]
return 9 main 1: v=h2 | h2=[]
*/
