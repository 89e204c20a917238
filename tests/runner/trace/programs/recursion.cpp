int factorial(int n) {
    if (n <= 1) return 1;
    return n * factorial(n - 1);
}
int main() {
    int f = factorial(3);
    return 0;
}
/* trace
call 5 main 1: f=?
step 6 main 1: f=?
call 1 factorial 2: n=3
step 2 factorial 2: n=3
step 3 factorial 2: n=3
call 1 factorial 3: n=2
step 2 factorial 3: n=2
step 3 factorial 3: n=2
call 1 factorial 4: n=1
step 2 factorial 4: n=1
return 4 factorial 4: n=1
return 4 factorial 3: n=2
return 4 factorial 2: n=3
step 7 main 1: f=6
return 8 main 1: f=6
*/
