int main() {
    int n = 1;
    {
        int n = 2;
        n++;
    }
    for (int n = 5; n < 6; n++) {
        int k = n;
    }
    return n - 1;
}
