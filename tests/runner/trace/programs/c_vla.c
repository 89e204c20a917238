int sum(int n) {
    int v[n];
    for (int i = 0; i < n; i++) v[i] = i;
    return v[n - 1];
}
int main(void) {
    int s = sum(3);
    return 0;
}
