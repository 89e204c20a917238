template <class T>
T larger(T a, T b) {
    return a > b ? a : b;
}
int main() {
    int i = larger(1, 2);
    double d = larger(2.5, 1.5);
    return 0;
}
/* trace
call 5 main 1: i=? d=?
step 6 main 1: i=? d=?
call 2 larger 2: a=1 b=2
step 3 larger 2: a=1 b=2
return 4 larger 2: a=1 b=2
step 7 main 1: i=2 d=?
call 2 larger 2: a=2.5 b=1.5
step 3 larger 2: a=2.5 b=1.5
return 4 larger 2: a=2.5 b=1.5
step 8 main 1: i=2 d=2.5
return 9 main 1: i=2 d=2.5
*/
