int main(void) {
    int n = 0;
again:
    n++;
    if (n < 3) goto again;
    return 0;
}
