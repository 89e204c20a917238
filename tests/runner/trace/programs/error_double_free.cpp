int main() {
    int *p = new int(1);
    int *q = p;
    delete p;
    delete q;
    return 0;
}
/* trace
call 1 main 1: p=? q=?
step 2 main 1: p=? q=?
step 3 main 1: p=h1 q=? | h1=[1]
step 4 main 1: p=h1 q=h1 | h1=[1]
exception 5 main 1: p=h1 q=h1 | h1=[]
! Double free: this block has been freed before
*/
