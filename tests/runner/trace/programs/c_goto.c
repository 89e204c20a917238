int main(void) {
    int n = 0;
again:
    n++;
    if (n < 3) goto again;
    return 0;
}
/* trace
call 1 main 1: n=?
step 2 main 1: n=?
step 4 main 1: n=0
step 5 main 1: n=1
step 4 main 1: n=1
step 5 main 1: n=2
step 4 main 1: n=2
step 5 main 1: n=3
step 6 main 1: n=3
return 7 main 1: n=3
*/
