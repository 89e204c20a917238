void fail() {
    try {
        throw 1;
    } catch (...) {
        throw;
    }
}
int main() {
    int n = 0;
    try {
        fail();
    } catch (int e) {
        n = e;
    }
    return 0;
}
/* trace
call 8 main 1: n=?
step 9 main 1: n=?
step 11 main 1: n=0
call 1 fail 2:
step 3 fail 2:
step 4 fail 2:
step 5 fail 2:
step 6 fail 2:
step 12 main 1: n=0
step 13 main 1: n=0 e=1
step 14 main 1: n=1 e=1
step 15 main 1: n=1
return 16 main 1: n=1
*/
