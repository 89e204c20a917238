int read(int *p) {
    return *p;
}
int main() {
    int *p = nullptr;
    int n = read(p);
    return n;
}
/* trace
call 4 main 1: p=? n=?
step 5 main 1: p=? n=?
step 6 main 1: p=null n=?
call 1 read 2: p=null
exception 2 read 2: p=null
! Segmentation fault: there is no memory at address 0x0, a null pointer or close to one.
*/
