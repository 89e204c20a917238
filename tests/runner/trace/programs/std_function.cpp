#include <functional>
int main() {
    int k = 3;
    std::function<int(int)> f = [k](int n) { return n * k; };
    int r = f(4);
    return 0;
}
