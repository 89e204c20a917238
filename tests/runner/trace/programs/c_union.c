typedef union {
    float f;
    unsigned u;
} bits;
int main(void) {
    bits b = {1.0f};
    unsigned u = b.u;
    return 0;
}
/* trace
call 5 main 1: b={f:?,u:?} u=?
step 6 main 1: b={f:?,u:?} u=?
step 7 main 1: b={f:1.0,u:1065353216} u=?
step 8 main 1: b={f:1.0,u:1065353216} u=1065353216
return 9 main 1: b={f:1.0,u:1065353216} u=1065353216
*/
