int twice(int n) { return 2 * n; }
int square(int n) { return n * n; }
int apply(int (*f)(int), int n) {
    return f(n);
}
int main() {
    int a = apply(twice, 5);
    int b = apply(square, 5);
    return 0;
}
/* trace
call 6 main 1: a=? b=?
step 7 main 1: a=? b=?
call 3 apply 2: f=elsewhere n=5
step 4 apply 2: f=elsewhere n=5
call 1 twice 3: n=5
return 1 twice 3: n=5
return 5 apply 2: f=elsewhere n=5
step 8 main 1: a=10 b=?
call 3 apply 2: f=elsewhere n=5
step 4 apply 2: f=elsewhere n=5
call 2 square 3: n=5
return 2 square 3: n=5
return 5 apply 2: f=elsewhere n=5
step 9 main 1: a=10 b=25
return 10 main 1: a=10 b=25
*/
