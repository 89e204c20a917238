#include <iostream>
int collatz(int n) {
    int steps = 0;
    while (n != 1) {
        n = n % 2 ? 3 * n + 1 : n / 2;
        steps++;
    }
    return steps;
}
int main() {
    int longest = 0;
    for (int i = 1; i < 60; i++) {
        int s = collatz(i);
        if (s > longest)
            longest = s;
    }
    std::cout << longest << std::endl;
    return 0;
}
