static int calls;
static int next(void) {
    static int n = 1;
    calls++;
    return n *= 2;
}
int main(void) {
    int a = next();
    int b = next();
    return 0;
}
