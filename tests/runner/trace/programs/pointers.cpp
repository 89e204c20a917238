int main() {
    int n = 5;
    int *p = &n;
    int **pp = &p;
    **pp = 6;
    p = nullptr;
    const char *text = "hi";
    return 0;
}
/* trace
call 1 main 1: n=? p=? pp=? text=?
step 2 main 1: n=? p=? pp=? text=?
step 3 main 1: n=5 p=? pp=? text=?
step 4 main 1: n=5 p=&n pp=? text=?
step 5 main 1: n=5 p=&n pp=&p text=?
step 6 main 1: n=6 p=&n pp=&p text=?
step 7 main 1: n=6 p=null pp=&p text=?
step 8 main 1: n=6 p=null pp=&p text="hi"
return 9 main 1: n=6 p=null pp=&p text="hi"
*/
