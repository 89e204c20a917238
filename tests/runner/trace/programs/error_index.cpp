int main() {
    int v[3] = {1, 2, 3};
    int sum = 0;
    for (int i = 0; i <= 3; i++)
        sum += v[i];
    return 0;
}
