int main() {
    int n = 5;
    int *p = &n;
    int **pp = &p;
    **pp = 6;
    p = nullptr;
    const char *text = "hi";
    return 0;
}
