struct Id {
    static int last;
    int mine;
    Id() { mine = ++last; }
};
int Id::last = 0;
int next() {
    static int n = 10;
    return n++;
}
int main() {
    Id a;
    int x = next();
    int y = next();
    return 0;
}
