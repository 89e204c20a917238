#include <functional>
int main() {
    int k = 3;
    std::function<int(int)> f = [k](int n) { return n * k; };
    int r = f(4);
    return 0;
}
/* trace
call 2 main 1: ... k=? r=?
step 3 main 1: ... k=? r=?
step 4 main 1: ... k=3 r=?
step 5 main 1: ... k=3 r=?
call 4 lambda 2: n=4 k=3
return 4 lambda 2: n=4 k=3
step 6 main 1: ... k=3 r=12
return 7 main 1: ... k=3 r=12
*/
