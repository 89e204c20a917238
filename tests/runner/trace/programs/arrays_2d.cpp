int main() {
    int grid[2][3] = {{1, 2, 3}, {4, 5, 6}};
    char board[2][2];
    board[0][0] = 'x';
    board[1][1] = 'o';
    grid[1][2] = 0;
    return 0;
}
