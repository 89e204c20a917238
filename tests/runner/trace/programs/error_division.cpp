int main() {
    int zero = 0;
    int n = 7;
    n = n / zero;
    return n;
}
/* trace
call 1 main 1: zero=? n=?
step 2 main 1: zero=? n=?
step 3 main 1: zero=0 n=?
exception 4 main 1: zero=0 n=7
! Arithmetic error: a division by zero, or a result that does not fit.
*/
