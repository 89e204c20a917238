int main() {
    int *p = new int[2];
    for (int i = 0; i <= 2; i++)
        p[i] = i;
    delete[] p;
    return 0;
}
/* trace
call 1 main 1: p=?
step 2 main 1: p=?
step 3 main 1: p=h1 i=? | h1=[?,?]
step 4 main 1: p=h1 i=0 | h1=[?,?]
step 3 main 1: p=h1 i=0 | h1=[0,?]
step 4 main 1: p=h1 i=1 | h1=[0,?]
step 3 main 1: p=h1 i=1 | h1=[0,1]
exception 4 main 1: p=h1 i=2 | h1=[0,1]
! A block of the heap was written outside its bounds
*/
