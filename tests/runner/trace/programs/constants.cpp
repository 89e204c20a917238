constexpr int square(int n) { return n * n; }
const int size = 3;
int main() {
    constexpr int nine = square(3);
    static const int five = 5;
    int n = nine + size + five;
    return n - 17;
}
/* trace
call 3 main 1: nine=? five=5 n=? ; size=3
step 4 main 1: nine=? five=5 n=? ; size=3
step 6 main 1: nine=9 five=5 n=? ; size=3
step 7 main 1: nine=9 five=5 n=17 ; size=3
return 8 main 1: nine=9 five=5 n=17 ; size=3
*/
