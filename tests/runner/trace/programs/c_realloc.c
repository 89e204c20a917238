#include <stdlib.h>
int main(void) {
    int *v = malloc(sizeof(int));
    v[0] = 1;
    v = realloc(v, 2 * sizeof(int));
    v[1] = 2;
    free(v);
    return 0;
}
