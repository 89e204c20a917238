#include <cstdlib>
void stop(int code) {
    std::exit(code);
}
int main() {
    int n = 3;
    stop(n);
    n = 4;
}
/* trace
call 5 main 1: n=?
step 6 main 1: n=?
step 7 main 1: n=3
call 2 stop 2: code=3
return 3 stop 2: code=3
*/
