void swap(int &a, int &b) {
    int t = a;
    a = b;
    b = t;
}
int main() {
    int x = 1, y = 2;
    swap(x, y);
    const int &r = x;
    return r - 2;
}
/* trace
call 6 main 1: x=? y=? r=?
step 7 main 1: x=? y=? r=?
step 8 main 1: x=1 y=2 r=?
call 1 swap 2: a=&x b=&y t=?
step 2 swap 2: a=&x b=&y t=?
step 3 swap 2: a=&x b=&y t=1
step 4 swap 2: a=&x b=&y t=1
return 5 swap 2: a=&x b=&y t=1
step 9 main 1: x=2 y=1 r=?
step 10 main 1: x=2 y=1 r=&x
return 11 main 1: x=2 y=1 r=&x
*/
