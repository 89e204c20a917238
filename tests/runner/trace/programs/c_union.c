typedef union {
    float f;
    unsigned u;
} bits;
int main(void) {
    bits b = {1.0f};
    unsigned u = b.u;
    return 0;
}
