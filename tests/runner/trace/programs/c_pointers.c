void set(int **where, int *what) {
    *where = what;
}
int main(void) {
    int a = 1, b = 2;
    int *p = &a;
    set(&p, &b);
    *p = 3;
    return 0;
}
/* trace
call 4 main 1: a=? b=? p=?
step 5 main 1: a=? b=? p=?
step 6 main 1: a=1 b=2 p=?
step 7 main 1: a=1 b=2 p=&a
call 1 set 2: where=&p what=&b
step 2 set 2: where=&p what=&b
return 3 set 2: where=&p what=&b
step 8 main 1: a=1 b=2 p=&b
step 9 main 1: a=1 b=3 p=&b
return 10 main 1: a=1 b=3 p=&b
*/
