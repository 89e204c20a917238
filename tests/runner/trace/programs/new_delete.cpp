int main() {
    int *p = new int(7);
    int *q = p;
    *q = 8;
    delete p;
    p = nullptr;
    return 0;
}
/* trace
call 1 main 1: p=? q=?
step 2 main 1: p=? q=?
step 3 main 1: p=h1 q=? | h1=[7]
step 4 main 1: p=h1 q=h1 | h1=[7]
step 5 main 1: p=h1 q=h1 | h1=[8]
step 6 main 1: p=h1 q=h1 | h1=[]
step 7 main 1: p=null q=h1 | h1=[]
return 8 main 1: p=null q=h1 | h1=[]
*/
