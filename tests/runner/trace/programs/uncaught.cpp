#include <stdexcept>
void check(int n) {
    if (n > 2)
        throw std::runtime_error("too much");
}
int main() {
    check(2);
    check(3);
    return 0;
}
