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
/* trace
call 12 main 1: w={number:?,bytes:[?,?,?,?]} t={tag:?,<anon_field>:{i:?,f:?}}
step 14 main 1: w={number:?,bytes:[?,?,?,?]} t={tag:?,<anon_field>:{i:?,f:?}}
step 16 main 1: w={number:16909060,bytes:[4,3,2,1]} t={tag:?,<anon_field>:{i:?,f:?}}
step 17 main 1: w={number:16909060,bytes:[4,3,2,1]} t={tag:1,<anon_field>:{i:?,f:?}}
step 18 main 1: w={number:16909060,bytes:[4,3,2,1]} t={tag:1,<anon_field>:{i:1065353216,f:1.0}}
return 19 main 1: w={number:16909060,bytes:[4,3,2,1]} t={tag:1,<anon_field>:{i:1065353216,f:1.0}}
*/
