int total(const int *values, int count) {
    int t = 0;
    for (int i = 0; i < count; i++) t += values[i];
    return t;
}
int main() {
    int values[3] = {4, 5, 6};
    int *middle = &values[1];
    int t = total(values, 3);
    return 0;
}
