#include <string.h>
int main(void) {
    char word[6] = "abc";
    char copy[6];
    strcpy(copy, word);
    copy[0] = 'X';
    const char *p = word + 1;
    return 0;
}
