int main() {
    int grid[2][3] = {{1, 2, 3}, {4, 5, 6}};
    char board[2][2];
    board[0][0] = 'x';
    board[1][1] = 'o';
    grid[1][2] = 0;
    return 0;
}
/* trace
call 1 main 1: grid=[2x3:?,?,?,?,?,?] board=[2x2:?,?,?,?]
step 2 main 1: grid=[2x3:?,?,?,?,?,?] board=[2x2:?,?,?,?]
step 4 main 1: grid=[2x3:1,2,3,4,5,6] board=[2x2:?,?,?,?]
step 5 main 1: grid=[2x3:1,2,3,4,5,6] board=[2x2:x,?,?,?]
step 6 main 1: grid=[2x3:1,2,3,4,5,6] board=[2x2:x,?,?,o]
step 7 main 1: grid=[2x3:1,2,3,4,5,0] board=[2x2:x,?,?,o]
return 8 main 1: grid=[2x3:1,2,3,4,5,0] board=[2x2:x,?,?,o]
*/
