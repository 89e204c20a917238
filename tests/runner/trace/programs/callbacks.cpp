int twice(int n) { return 2 * n; }
int square(int n) { return n * n; }
int apply(int (*f)(int), int n) {
    return f(n);
}
int main() {
    int a = apply(twice, 5);
    int b = apply(square, 5);
    return 0;
}
