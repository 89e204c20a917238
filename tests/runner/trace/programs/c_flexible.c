#include <stdlib.h>
struct text {
    int length;
    char body[];
};
int main(void) {
    struct text *t = calloc(1, sizeof *t + 2);
    t->length = 2;
    t->body[0] = 'h';
    free(t);
    return 0;
}
