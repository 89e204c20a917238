constexpr int square(int n) { return n * n; }
const int size = 3;
int main() {
    constexpr int nine = square(3);
    static const int five = 5;
    int n = nine + size + five;
    return n - 17;
}
