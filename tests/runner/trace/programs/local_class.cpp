int main() {
    struct Local {
        int v;
        int get() { return v; }
    };
    Local l{6};
    int n = l.get();
    return 0;
}
/* trace
call 1 main 1: l={v:?} n=?
step 6 main 1: l={v:?} n=?
step 7 main 1: l={v:6} n=?
call 4 main::Local::get 2: this=&l
return 4 main::Local::get 2: this=&l
step 8 main 1: l={v:6} n=6
return 9 main 1: l={v:6} n=6
*/
