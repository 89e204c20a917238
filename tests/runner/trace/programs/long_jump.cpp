#include <csetjmp>
static std::jmp_buf back;
void deep(int n) {
    if (n == 0)
        std::longjmp(back, 7);
    deep(n - 1);
}
int main() {
    volatile int r = setjmp(back);
    if (r == 0)
        deep(1);
    return 0;
}
