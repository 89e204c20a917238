#include <algorithm>
bool down(int a, int b) {
    return a > b;
}
int main() {
    int v[3] = {1, 3, 2};
    std::sort(v, v + 3, down);
    return 0;
}
