template <class T>
T larger(T a, T b) {
    return a > b ? a : b;
}
int main() {
    int i = larger(1, 2);
    double d = larger(2.5, 1.5);
    return 0;
}
