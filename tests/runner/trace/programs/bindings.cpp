struct P {
    int a;
    char b;
};
P make() {
    return {1, 'q'};
}
int main() {
    auto [n, c] = make();
    n++;
    return 0;
}
