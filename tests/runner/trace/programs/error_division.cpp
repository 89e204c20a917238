int main() {
    int zero = 0;
    int n = 7;
    n = n / zero;
    return n;
}
