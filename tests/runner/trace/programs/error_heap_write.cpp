int main() {
    int *p = new int[2];
    for (int i = 0; i <= 2; i++)
        p[i] = i;
    delete[] p;
    return 0;
}
