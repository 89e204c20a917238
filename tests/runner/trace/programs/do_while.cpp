int main() {
    int n = 10;
    do {
        n -= 4;
    } while (n > 0);
    return 0;
}
/* trace
call 1 main 1: n=?
step 2 main 1: n=?
step 4 main 1: n=10
step 5 main 1: n=6
step 4 main 1: n=6
step 5 main 1: n=2
step 4 main 1: n=2
step 5 main 1: n=-2
step 6 main 1: n=-2
return 7 main 1: n=-2
*/
