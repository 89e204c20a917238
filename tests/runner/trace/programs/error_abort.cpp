#include <cassert>
int main() {
    int n = 1;
    assert(n == 2);
    return 0;
}
