struct Left {
    int l = 1;
    virtual int left() { return l; }
};
struct Right {
    int r = 2;
    virtual int right() { return r; }
};
struct Both : Left, Right {
    int b = 3;
    int right() override { return r + b; }
};
int main() {
    Both *both = new Both;
    Right *part = both;
    int n = part->right();
    return 0;
}
