int main() {
    int *p = new int(1);
    delete p;
    *p = 2;
    return 0;
}
/* trace
call 1 main 1: p=?
step 2 main 1: p=?
step 3 main 1: p=h1 | h1=[1]
exception 4 main 1: p=h1 | h1=[]
! A block of the heap was written after it had been freed
*/
