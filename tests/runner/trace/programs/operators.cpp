struct V {
    int x;
    V operator+(const V &o) const { return {x + o.x}; }
    V &operator++() {
        x++;
        return *this;
    }
};
int main() {
    V a{1}, b{2};
    V c = a + b;
    ++c;
    return 0;
}
