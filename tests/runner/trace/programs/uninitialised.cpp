struct Pair {
    int a, b;
};
int main() {
    int x;
    int y = x + 1;
    Pair p;
    p.b = 2;
    int *heap = new int[2];
    heap[1] = 3;
    int z = heap[0];
    x = 1;
    y = x + 1;
    return 0;
}
/* trace
call 4 main 1: x=? y=? p={a:?,b:?} heap=? z=?
step 6 main 1: x=? y=? p={a:?,b:?} heap=? z=?
step 8 main 1: x=? y=? p={a:?,b:?} heap=? z=?
step 9 main 1: x=? y=? p={a:?,b:2} heap=? z=?
step 10 main 1: x=? y=? p={a:?,b:2} heap=h1 z=? | h1=[?,?]
step 11 main 1: x=? y=? p={a:?,b:2} heap=h1 z=? | h1=[?,3]
step 12 main 1: x=? y=? p={a:?,b:2} heap=h1 z=? | h1=[?,3]
step 13 main 1: x=1 y=? p={a:?,b:2} heap=h1 z=? | h1=[?,3]
step 14 main 1: x=1 y=2 p={a:?,b:2} heap=h1 z=? | h1=[?,3]
return 15 main 1: x=1 y=2 p={a:?,b:2} heap=h1 z=? | h1=[?,3]
*/
