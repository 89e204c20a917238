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
/* trace
call 7 main 1: l={level:?,s:?} p=?
step 8 main 1: l={level:?,s:?} p=?
step 9 main 1: l={level:9,s:OFF} p=?
step 10 main 1: l={level:9,s:ON} p=?
step 11 main 1: l={level:9,s:ON} p=&l
step 12 main 1: l={level:10,s:ON} p=&l
return 13 main 1: l={level:10,s:ON} p=&l
*/
