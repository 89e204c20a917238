int read(int *p) {
    return *p;
}
int main() {
    int *p = nullptr;
    int n = read(p);
    return n;
}
