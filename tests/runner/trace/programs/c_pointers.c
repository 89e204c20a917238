void set(int **where, int *what) {
    *where = what;
}
int main(void) {
    int a = 1, b = 2;
    int *p = &a;
    set(&p, &b);
    *p = 3;
    return 0;
}
