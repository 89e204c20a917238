#include <stdexcept>
int half(int n) {
    if (n % 2)
        throw std::invalid_argument("odd");
    return n / 2;
}
int main() {
    int r = half(4);
    try {
        r = half(3);
    } catch (const std::exception &e) {
        r = -1;
    }
    return 0;
}
