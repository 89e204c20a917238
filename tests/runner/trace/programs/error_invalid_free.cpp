#include <cstdlib>
int main() {
    int n = 0;
    free(&n);
    return 0;
}
/* trace
call 2 main 1: n=?
step 3 main 1: n=?
exception 4 main 1: n=0
! Invalid free: this address was not given by malloc or new
*/
