int total(const int *values, int count) {
    int t = 0;
    for (int i = 0; i < count; i++) t += values[i];
    return t;
}
int main() {
    int values[3] = {4, 5, 6};
    int *middle = &values[1];
    int t = total(values, 3);
    return 0;
}
/* trace
call 6 main 1: values=[?,?,?] middle=? t=?
step 7 main 1: values=[?,?,?] middle=? t=?
step 8 main 1: values=[4,5,6] middle=? t=?
step 9 main 1: values=[4,5,6] middle=&values[1] t=?
call 1 total 2: values=&values count=3 t=?
step 2 total 2: values=&values count=3 t=?
step 3 total 2: values=&values count=3 t=0 i=?
step 3 total 2: values=&values count=3 t=0 i=0
step 3 total 2: values=&values count=3 t=4 i=1
step 3 total 2: values=&values count=3 t=9 i=2
step 4 total 2: values=&values count=3 t=15
return 5 total 2: values=&values count=3 t=15
step 10 main 1: values=[4,5,6] middle=&values[1] t=15
return 11 main 1: values=[4,5,6] middle=&values[1] t=15
*/
