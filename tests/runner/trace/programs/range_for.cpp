int main() {
    int v[2] = {3, 4};
    int sum = 0;
    for (int n : v) {
        sum += n;
    }
    return 0;
}
/* trace
call 1 main 1: v=[?,?] sum=?
step 2 main 1: v=[?,?] sum=?
step 3 main 1: v=[3,4] sum=?
step 4 main 1: v=[3,4] sum=0 n=?
step 4 main 1: v=[3,4] sum=0 n=?
step 5 main 1: v=[3,4] sum=0 n=3
step 4 main 1: v=[3,4] sum=3 n=3
step 4 main 1: v=[3,4] sum=3 n=3
step 5 main 1: v=[3,4] sum=3 n=4
step 4 main 1: v=[3,4] sum=7 n=4
step 7 main 1: v=[3,4] sum=7
return 8 main 1: v=[3,4] sum=7
*/
