#include <algorithm>
bool down(int a, int b) {
    return a > b;
}
int main() {
    int v[3] = {1, 3, 2};
    std::sort(v, v + 3, down);
    return 0;
}
/* trace
call 5 main 1: v=[?,?,?]
step 6 main 1: v=[?,?,?]
step 7 main 1: v=[1,3,2]
call 2 down 2: a=3 b=1
step 3 down 2: a=3 b=1
return 4 down 2: a=3 b=1
call 2 down 2: a=2 b=3
step 3 down 2: a=2 b=3
step 4 down 2: a=2 b=3
call 2 down 2: a=2 b=1
step 3 down 2: a=2 b=1
return 4 down 2: a=2 b=1
call 2 down 2: a=2 b=3
step 3 down 2: a=2 b=3
return 4 down 2: a=2 b=3
step 8 main 1: v=[3,2,1]
return 9 main 1: v=[3,2,1]
*/
