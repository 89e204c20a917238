int main() {
    int *p = new int[2];
    delete p;
    return 0;
}
