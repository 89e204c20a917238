#include <stdlib.h>
struct point {
    int x, y;
};
int main(void) {
    struct point *p = malloc(sizeof *p);
    p->x = 1;
    p->y = 2;
    free(p);
    return 0;
}
