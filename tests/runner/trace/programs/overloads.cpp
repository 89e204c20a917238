int f(int n) { return n; }
int f(double d, int k = 2) { return d * k; }
int main() {
    int a = f(1);
    int b = f(1.5);
    return 0;
}
/* trace
call 3 main 1: a=? b=?
step 4 main 1: a=? b=?
call 1 f 2: n=1
return 1 f 2: n=1
step 5 main 1: a=1 b=?
call 2 f 2: d=1.5 k=2
return 2 f 2: d=1.5 k=2
step 6 main 1: a=1 b=3
return 7 main 1: a=1 b=3
*/
