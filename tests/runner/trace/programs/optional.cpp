#include <optional>
std::optional<int> find(int n) {
    if (n > 1) return n;
    return std::nullopt;
}
int main() {
    int a = find(2).value_or(0);
    bool b = find(1).has_value();
    return 0;
}
/* trace
call 6 main 1: a=? b=?
step 7 main 1: a=? b=?
call 2 find 2: n=2
step 3 find 2: n=2
return 5 find 2: n=2
step 8 main 1: a=2 b=?
call 2 find 2: n=1
step 3 find 2: n=1
step 4 find 2: n=1
return 5 find 2: n=1
step 9 main 1: a=2 b=false
return 10 main 1: a=2 b=false
*/
