int sum(int n) {
    int v[n];
    for (int i = 0; i < n; i++) v[i] = i;
    return v[n - 1];
}
int main(void) {
    int s = sum(3);
    return 0;
}
/* trace
call 6 main 1: s=?
step 7 main 1: s=?
call 1 sum 2: n=3 v=[]
step 1 sum 2: n=3 v=[]
step 2 sum 2: n=3 v=[]
step 3 sum 2: n=3 v=[?,?,?] i=?
step 3 sum 2: n=3 v=[?,?,?] i=0
step 3 sum 2: n=3 v=[0,?,?] i=1
step 3 sum 2: n=3 v=[0,1,?] i=2
step 4 sum 2: n=3 v=[0,1,2]
return 5 sum 2: n=3 v=[0,1,2]
step 8 main 1: s=2
return 9 main 1: s=2
*/
