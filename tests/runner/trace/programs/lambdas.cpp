int main() {
    int base = 10;
    int hits = 0;
    auto add = [base, &hits](int n) {
        hits++;
        return base + n;
    };
    int a = add(1);
    int b = add(2);
    return 0;
}
