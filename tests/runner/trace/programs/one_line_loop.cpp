int main() {
    int n = 0;
    while (n < 4) n++;
    return 0;
}
/* trace
call 1 main 1: n=?
step 2 main 1: n=?
step 3 main 1: n=0
step 3 main 1: n=0
step 3 main 1: n=1
step 3 main 1: n=2
step 3 main 1: n=3
step 4 main 1: n=4
return 5 main 1: n=4
*/
