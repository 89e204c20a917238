int main() {
    int *p = new int[2];
    delete p;
    return 0;
}
/* trace
call 1 main 1: p=?
step 2 main 1: p=?
exception 3 main 1: p=h1 | h1=[?,?]
! Mismatched free: malloc goes with free, new with delete, new[] with delete[]
*/
