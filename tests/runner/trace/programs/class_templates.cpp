template <class T, int N>
struct Stack {
    T items[N];
    int used = 0;
    void push(T item) { items[used++] = item; }
};
int main() {
    Stack<char, 2> s;
    s.push('a');
    s.push('b');
    return 0;
}
