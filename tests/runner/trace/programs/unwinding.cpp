struct Guard {
    int &n;
    ~Guard() {
        n = 0;
    }
};
void inner() {
    throw 42;
}
void outer(int &n) {
    Guard g{n};
    n = 1;
    inner();
    n = 2;
}
int main() {
    int n = 5, caught = 0;
    try {
        outer(n);
    } catch (int what) {
        caught = what;
    }
    return 0;
}
