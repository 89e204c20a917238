int main() {
    bool yes = true;
    char letter = 'x';
    signed char small = -3;
    unsigned char byte = 200;
    short s = -300;
    unsigned u = 4000000000u;
    long long big = -9007199254740993LL;
    float f = 0.1f;
    double d = 1e300;
    long double ld = 2.5L;
    char zero = '\0';
    wchar_t wide = L'ß';
    char32_t smile = U'😀';
    return yes + letter + small + byte + s + u + big + f + d + ld + zero + wide + smile == 0;
}
/* trace
call 1 main 1: yes=? letter=? small=? byte=? s=? u=? big=? f=? d=? ld=? zero=? wide=? smile=?
step 2 main 1: yes=? letter=? small=? byte=? s=? u=? big=? f=? d=? ld=? zero=? wide=? smile=?
step 3 main 1: yes=true letter=? small=? byte=? s=? u=? big=? f=? d=? ld=? zero=? wide=? smile=?
step 4 main 1: yes=true letter=x small=? byte=? s=? u=? big=? f=? d=? ld=? zero=? wide=? smile=?
step 5 main 1: yes=true letter=x small=-3 byte=? s=? u=? big=? f=? d=? ld=? zero=? wide=? smile=?
step 6 main 1: yes=true letter=x small=-3 byte=200 s=? u=? big=? f=? d=? ld=? zero=? wide=? smile=?
step 7 main 1: yes=true letter=x small=-3 byte=200 s=-300 u=? big=? f=? d=? ld=? zero=? wide=? smile=?
step 8 main 1: yes=true letter=x small=-3 byte=200 s=-300 u=4000000000 big=? f=? d=? ld=? zero=? wide=? smile=?
step 9 main 1: yes=true letter=x small=-3 byte=200 s=-300 u=4000000000 big=-9007199254740993 f=? d=? ld=? zero=? wide=? smile=?
step 10 main 1: yes=true letter=x small=-3 byte=200 s=-300 u=4000000000 big=-9007199254740993 f=0.1 d=? ld=? zero=? wide=? smile=?
step 11 main 1: yes=true letter=x small=-3 byte=200 s=-300 u=4000000000 big=-9007199254740993 f=0.1 d=1e+300 ld=? zero=? wide=? smile=?
step 12 main 1: yes=true letter=x small=-3 byte=200 s=-300 u=4000000000 big=-9007199254740993 f=0.1 d=1e+300 ld=2.5 zero=? wide=? smile=?
step 13 main 1: yes=true letter=x small=-3 byte=200 s=-300 u=4000000000 big=-9007199254740993 f=0.1 d=1e+300 ld=2.5 zero=\0 wide=? smile=?
step 14 main 1: yes=true letter=x small=-3 byte=200 s=-300 u=4000000000 big=-9007199254740993 f=0.1 d=1e+300 ld=2.5 zero=\0 wide=ß smile=?
step 15 main 1: yes=true letter=x small=-3 byte=200 s=-300 u=4000000000 big=-9007199254740993 f=0.1 d=1e+300 ld=2.5 zero=\0 wide=ß smile=😀
return 16 main 1: yes=true letter=x small=-3 byte=200 s=-300 u=4000000000 big=-9007199254740993 f=0.1 d=1e+300 ld=2.5 zero=\0 wide=ß smile=😀
*/
