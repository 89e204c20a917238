int main() {
    int sum = 0;
    for (int i = 1; i <= 3; i++) {
        sum += i;
    }
    return 0;
}
/* trace
call 1 main 1: sum=?
step 2 main 1: sum=?
step 3 main 1: sum=0 i=?
step 4 main 1: sum=0 i=1
step 3 main 1: sum=1 i=1
step 4 main 1: sum=1 i=2
step 3 main 1: sum=3 i=2
step 4 main 1: sum=3 i=3
step 3 main 1: sum=6 i=3
step 6 main 1: sum=6
return 7 main 1: sum=6
*/
