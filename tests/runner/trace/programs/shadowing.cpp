int main() {
    int n = 1;
    {
        int n = 2;
        n++;
    }
    for (int n = 5; n < 6; n++) {
        int k = n;
    }
    return n - 1;
}
/* trace
call 1 main 1: n=?
step 2 main 1: n=?
step 4 main 1: n_(line_2)=1 n=?
step 5 main 1: n_(line_2)=1 n=2
step 7 main 1: n_(line_2)=1 n=?
step 8 main 1: n_(line_2)=1 n=5 k=?
step 7 main 1: n_(line_2)=1 n=5
step 10 main 1: n=1
return 11 main 1: n=1
*/
