typedef unsigned char byte;
typedef enum { OFF, ON } state;
typedef struct {
    byte level;
    state s;
} lamp;
int main(void) {
    lamp l = {9, OFF};
    l.s = ON;
    byte *p = &l.level;
    *p = 10;
    return 0;
}
