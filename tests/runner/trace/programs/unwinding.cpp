struct Guard {
    int &n;
    ~Guard() {
        n = 0;
    }
};
void inner() {
    throw 42;
}
void outer(int &n) {
    Guard g{n};
    n = 1;
    inner();
    n = 2;
}
int main() {
    int n = 5, caught = 0;
    try {
        outer(n);
    } catch (int what) {
        caught = what;
    }
    return 0;
}
/* trace
call 16 main 1: n=? caught=?
step 17 main 1: n=? caught=?
step 19 main 1: n=5 caught=0
call 10 outer 2: n=&n g={n:?}
step 11 outer 2: n=&n g={n:?}
step 12 outer 2: n=&n g={n:&n}
step 13 outer 2: n=&n g={n:&n}
call 7 inner 3:
step 8 inner 3:
call 3 Guard::~Guard 3: this=&g
step 4 Guard::~Guard 3: this=&g
return 5 Guard::~Guard 3: this=&g
step 20 main 1: n=0 caught=0
step 21 main 1: n=0 caught=0 what=42
step 22 main 1: n=0 caught=42 what=42
step 23 main 1: n=0 caught=42
return 24 main 1: n=0 caught=42
*/
