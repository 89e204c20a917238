struct P {
    int a;
    char b;
};
P make() {
    return {1, 'q'};
}
int main() {
    auto [n, c] = make();
    n++;
    return 0;
}
/* trace
call 8 main 1: n=? c=?
step 9 main 1: n=? c=?
call 5 make 2:
step 6 make 2:
return 7 make 2:
step 10 main 1: n=1 c=q
step 11 main 1: n=2 c=q
return 12 main 1: n=2 c=q
*/
