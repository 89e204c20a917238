int main() {
    int base = 10;
    int hits = 0;
    auto add = [base, &hits](int n) {
        hits++;
        return base + n;
    };
    int a = add(1);
    int b = add(2);
    return 0;
}
/* trace
call 1 main 1: base=? hits=? add={__base:?,__hits:?} a=? b=?
step 2 main 1: base=? hits=? add={__base:?,__hits:?} a=? b=?
step 3 main 1: base=10 hits=? add={__base:?,__hits:?} a=? b=?
step 7 main 1: base=10 hits=0 add={__base:?,__hits:?} a=? b=?
step 8 main 1: base=10 hits=0 add={__base:10,__hits:&hits} a=? b=?
call 4 lambda 2: n=1 hits=&hits base=10
step 4 lambda 2: n=1 hits=&hits base=10
step 5 lambda 2: n=1 hits=&hits base=10
step 6 lambda 2: n=1 hits=&hits base=10
return 7 lambda 2: n=1 hits=&hits base=10
step 9 main 1: base=10 hits=1 add={__base:10,__hits:&hits} a=11 b=?
call 4 lambda 2: n=2 hits=&hits base=10
step 4 lambda 2: n=2 hits=&hits base=10
step 5 lambda 2: n=2 hits=&hits base=10
step 6 lambda 2: n=2 hits=&hits base=10
return 7 lambda 2: n=2 hits=&hits base=10
step 10 main 1: base=10 hits=2 add={__base:10,__hits:&hits} a=11 b=12
return 11 main 1: base=10 hits=2 add={__base:10,__hits:&hits} a=11 b=12
*/
