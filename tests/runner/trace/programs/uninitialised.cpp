struct Pair {
    int a, b;
};
int main() {
    int x;
    int y = x + 1;
    Pair p;
    p.b = 2;
    int *heap = new int[2];
    heap[1] = 3;
    int z = heap[0];
    x = 1;
    y = x + 1;
    return 0;
}
