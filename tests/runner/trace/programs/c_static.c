static int calls;
static int next(void) {
    static int n = 1;
    calls++;
    return n *= 2;
}
int main(void) {
    int a = next();
    int b = next();
    return 0;
}
/* trace
call 7 main 1: a=? b=? ; calls=0
step 8 main 1: a=? b=? ; calls=0
call 2 next 2: n=1 ; calls=0
step 4 next 2: n=1 ; calls=0
step 5 next 2: n=1 ; calls=1
return 6 next 2: n=2 ; calls=1
step 9 main 1: a=2 b=? ; calls=1
call 2 next 2: n=2 ; calls=1
step 4 next 2: n=2 ; calls=1
step 5 next 2: n=2 ; calls=2
return 6 next 2: n=4 ; calls=2
step 10 main 1: a=2 b=4 ; calls=2
return 11 main 1: a=2 b=4 ; calls=2
*/
