struct Box {
    int *p;
    Box(int n) : p(new int(n)) {}
    Box(Box &&o) : p(o.p) { o.p = nullptr; }
    ~Box() { delete p; }
};
int main() {
    Box a(1);
    Box b(static_cast<Box &&>(a));
    return 0;
}
