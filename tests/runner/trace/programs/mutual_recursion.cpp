bool odd(int n);
bool even(int n) {
    return n == 0 ? true : odd(n - 1);
}
bool odd(int n) {
    return n == 0 ? false : even(n - 1);
}
int main() {
    bool e = even(2);
    return e ? 0 : 1;
}
