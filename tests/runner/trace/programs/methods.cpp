class Counter {
    int count = 0;

  public:
    void add(int n) { count += n; }
    int get() const { return count; }
};
int main() {
    Counter c;
    c.add(2);
    c.add(3);
    return c.get() - 5;
}
