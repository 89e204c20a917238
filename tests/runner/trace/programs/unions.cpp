union Word {
    unsigned number;
    unsigned char bytes[4];
};
struct Tagged {
    int tag;
    union {
        int i;
        float f;
    };
};
int main() {
    Word w;
    w.number = 0x01020304;
    Tagged t;
    t.tag = 1;
    t.f = 1.0f;
    return 0;
}
