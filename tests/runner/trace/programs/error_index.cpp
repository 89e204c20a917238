int main() {
    int v[3] = {1, 2, 3};
    int sum = 0;
    for (int i = 0; i <= 3; i++)
        sum += v[i];
    return 0;
}
/* trace
call 1 main 1: v=[?,?,?] sum=?
step 2 main 1: v=[?,?,?] sum=?
step 3 main 1: v=[1,2,3] sum=?
step 4 main 1: v=[1,2,3] sum=0 i=?
step 5 main 1: v=[1,2,3] sum=0 i=0
step 4 main 1: v=[1,2,3] sum=1 i=0
step 5 main 1: v=[1,2,3] sum=1 i=1
step 4 main 1: v=[1,2,3] sum=3 i=1
step 5 main 1: v=[1,2,3] sum=3 i=2
step 4 main 1: v=[1,2,3] sum=6 i=2
exception 5 main 1: v=[1,2,3] sum=6 i=3
! Index 3 is out of bounds for type int [3].
*/
