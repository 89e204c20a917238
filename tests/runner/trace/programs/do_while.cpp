int main() {
    int n = 10;
    do {
        n -= 4;
    } while (n > 0);
    return 0;
}
