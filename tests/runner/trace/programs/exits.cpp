#include <cstdlib>
void stop(int code) {
    std::exit(code);
}
int main() {
    int n = 3;
    stop(n);
    n = 4;
}
