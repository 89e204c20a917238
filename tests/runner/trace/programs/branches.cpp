int sign(int n) {
    if (n < 0)
        return -1;
    else if (n == 0)
        return 0;
    return 1;
}
int main() {
    int a = sign(-5);
    int b = sign(0);
    int c = sign(9);
    switch (a + b + c) {
    case 0:
        c = 7;
        break;
    default:
        c = 8;
    }
    return 0;
}
