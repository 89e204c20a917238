void swap(int &a, int &b) {
    int t = a;
    a = b;
    b = t;
}
int main() {
    int x = 1, y = 2;
    swap(x, y);
    const int &r = x;
    return r - 2;
}
