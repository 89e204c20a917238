int main() {
    int *p = new int(7);
    int *q = p;
    *q = 8;
    delete p;
    p = nullptr;
    return 0;
}
