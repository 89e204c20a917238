int sign(int n) {
    if (n < 0)
        return -1;
    else if (n == 0)
        return 0;
    return 1;
}
int main() {
    int a = sign(-5);
    int b = sign(0);
    int c = sign(9);
    switch (a + b + c) {
    case 0:
        c = 7;
        break;
    default:
        c = 8;
    }
    return 0;
}
/* trace
call 8 main 1: a=? b=? c=?
step 9 main 1: a=? b=? c=?
call 1 sign 2: n=-5
step 2 sign 2: n=-5
step 3 sign 2: n=-5
return 7 sign 2: n=-5
step 10 main 1: a=-1 b=? c=?
call 1 sign 2: n=0
step 2 sign 2: n=0
step 4 sign 2: n=0
step 5 sign 2: n=0
return 7 sign 2: n=0
step 11 main 1: a=-1 b=0 c=?
call 1 sign 2: n=9
step 2 sign 2: n=9
step 4 sign 2: n=9
step 6 sign 2: n=9
return 7 sign 2: n=9
step 12 main 1: a=-1 b=0 c=1
step 14 main 1: a=-1 b=0 c=1
step 15 main 1: a=-1 b=0 c=7
step 19 main 1: a=-1 b=0 c=7
return 20 main 1: a=-1 b=0 c=7
*/
