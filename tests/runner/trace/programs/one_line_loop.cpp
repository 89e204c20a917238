int main() {
    int n = 0;
    while (n < 4) n++;
    return 0;
}
