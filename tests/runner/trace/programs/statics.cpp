struct Id {
    static int last;
    int mine;
    Id() { mine = ++last; }
};
int Id::last = 0;
int next() {
    static int n = 10;
    return n++;
}
int main() {
    Id a;
    int x = next();
    int y = next();
    return 0;
}
/* trace
call 11 main 1: a={mine:?} x=? y=? ; Id::last=0
step 12 main 1: a={mine:?} x=? y=? ; Id::last=0
call 4 Id::Id 2: this=&a ; Id::last=0
return 4 Id::Id 2: this=&a ; Id::last=0
step 13 main 1: a={mine:1} x=? y=? ; Id::last=1
call 7 next 2: n=10 ; Id::last=1
step 9 next 2: n=10 ; Id::last=1
return 10 next 2: n=11 ; Id::last=1
step 14 main 1: a={mine:1} x=10 y=? ; Id::last=1
call 7 next 2: n=11 ; Id::last=1
step 9 next 2: n=11 ; Id::last=1
return 10 next 2: n=12 ; Id::last=1
step 15 main 1: a={mine:1} x=10 y=11 ; Id::last=1
return 16 main 1: a={mine:1} x=10 y=11 ; Id::last=1
*/
