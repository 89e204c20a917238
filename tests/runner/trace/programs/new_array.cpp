struct Item {
    int v;
    Item() : v(1) {}
    ~Item() {}
};
int main() {
    int *numbers = new int[3]{1, 2};
    numbers[2] = 9;
    Item *items = new Item[2];
    delete[] items;
    delete[] numbers;
    return 0;
}
/* trace
call 6 main 1: numbers=? items=?
step 7 main 1: numbers=? items=?
step 8 main 1: numbers=h1 items=? | h1=[1,2,0]
step 9 main 1: numbers=h1 items=? | h1=[1,2,9]
call 3 Item::Item 2: this=h2 | h1=[1,2,9] h2=[{v:?},{v:?}]
return 3 Item::Item 2: this=h2 | h1=[1,2,9] h2=[{v:?},{v:?}]
call 3 Item::Item 2: this=h2[1] | h1=[1,2,9] h2=[{v:1},{v:?}]
return 3 Item::Item 2: this=h2[1] | h1=[1,2,9] h2=[{v:1},{v:?}]
step 10 main 1: numbers=h1 items=h2 | h1=[1,2,9] h2=[{v:1},{v:1}]
call 4 Item::~Item 2: this=h2[1] | h1=[1,2,9] h2=[{v:1},{v:1}]
return 4 Item::~Item 2: this=h2[1] | h1=[1,2,9] h2=[{v:1},{v:1}]
call 4 Item::~Item 2: this=h2 | h1=[1,2,9] h2=[{v:1},{v:1}]
return 4 Item::~Item 2: this=h2 | h1=[1,2,9] h2=[{v:1},{v:1}]
step 11 main 1: numbers=h1 items=h2 | h1=[1,2,9] h2=[]
step 12 main 1: numbers=h1 items=h2 | h1=[] h2=[]
return 13 main 1: numbers=h1 items=h2 | h1=[] h2=[]
*/
