#include <string.h>
int main(void) {
    char word[6] = "abc";
    char copy[6];
    strcpy(copy, word);
    copy[0] = 'X';
    const char *p = word + 1;
    return 0;
}
/* trace
call 2 main 1: word=[?,?,?,?,?,?] copy=[?,?,?,?,?,?] p=?
step 3 main 1: word=[?,?,?,?,?,?] copy=[?,?,?,?,?,?] p=?
step 5 main 1: word=[a,b,c,\0,\0,\0] copy=[?,?,?,?,?,?] p=?
step 6 main 1: word=[a,b,c,\0,\0,\0] copy=[a,b,c,\0,?,?] p=?
step 7 main 1: word=[a,b,c,\0,\0,\0] copy=[X,b,c,\0,?,?] p=?
step 8 main 1: word=[a,b,c,\0,\0,\0] copy=[X,b,c,\0,?,?] p=&word[1]
return 9 main 1: word=[a,b,c,\0,\0,\0] copy=[X,b,c,\0,?,?] p=&word[1]
*/
