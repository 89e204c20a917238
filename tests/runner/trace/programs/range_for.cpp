int main() {
    int v[2] = {3, 4};
    int sum = 0;
    for (int n : v) {
        sum += n;
    }
    return 0;
}
