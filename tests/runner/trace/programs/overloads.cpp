int f(int n) { return n; }
int f(double d, int k = 2) { return d * k; }
int main() {
    int a = f(1);
    int b = f(1.5);
    return 0;
}
