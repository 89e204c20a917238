bool odd(int n);
bool even(int n) {
    return n == 0 ? true : odd(n - 1);
}
bool odd(int n) {
    return n == 0 ? false : even(n - 1);
}
int main() {
    bool e = even(2);
    return e ? 0 : 1;
}
/* trace
call 8 main 1: e=?
step 9 main 1: e=?
call 2 even 2: n=2
step 3 even 2: n=2
call 5 odd 3: n=1
step 6 odd 3: n=1
call 2 even 4: n=0
step 3 even 4: n=0
return 4 even 4: n=0
return 7 odd 3: n=1
return 4 even 2: n=2
step 10 main 1: e=true
return 11 main 1: e=true
*/
