int main() {
    struct Local {
        int v;
        int get() { return v; }
    };
    Local l{6};
    int n = l.get();
    return 0;
}
