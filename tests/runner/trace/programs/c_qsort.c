#include <stdlib.h>
static int compare(const void *a, const void *b) {
    return *(const int *)a - *(const int *)b;
}
int main(void) {
    int v[3] = {3, 1, 2};
    qsort(v, 3, sizeof *v, compare);
    return 0;
}
/* trace
call 5 main 1: v=[?,?,?]
step 6 main 1: v=[?,?,?]
step 7 main 1: v=[3,1,2]
call 2 compare 2: a=&v[1] b=&v[2]
step 3 compare 2: a=&v[1] b=&v[2]
return 4 compare 2: a=&v[1] b=&v[2]
call 2 compare 2: a=&v b=&v[1]
step 3 compare 2: a=&v b=&v[1]
return 4 compare 2: a=&v b=&v[1]
call 2 compare 2: a=&v b=&v[2]
step 3 compare 2: a=&v b=&v[2]
return 4 compare 2: a=&v b=&v[2]
step 8 main 1: v=[1,2,3]
return 9 main 1: v=[1,2,3]
*/
