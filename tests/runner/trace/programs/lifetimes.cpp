#include <cstdio>
struct Noisy {
    int id;
    Noisy(int i) : id(i) {
        printf("+%d\n", id);
    }
    ~Noisy() {
        printf("-%d\n", id);
    }
};
int main() {
    Noisy a(1);
    {
        Noisy b(2);
    }
    return 0;
}
