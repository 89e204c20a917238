#include <cstdlib>
int main() {
    int n = 0;
    free(&n);
    return 0;
}
