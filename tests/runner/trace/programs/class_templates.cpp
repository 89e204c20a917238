template <class T, int N>
struct Stack {
    T items[N];
    int used = 0;
    void push(T item) { items[used++] = item; }
};
int main() {
    Stack<char, 2> s;
    s.push('a');
    s.push('b');
    return 0;
}
/* trace
call 7 main 1: s={items:[?,?],used:?}
step 8 main 1: s={items:[?,?],used:?}
call 2 Stack 2: this=&s
return 2 Stack 2: this=&s
step 9 main 1: s={items:[?,?],used:0}
call 5 Stack 2: this=&s item=a
return 5 Stack 2: this=&s item=a
step 10 main 1: s={items:[a,?],used:1}
call 5 Stack 2: this=&s item=b
return 5 Stack 2: this=&s item=b
step 11 main 1: s={items:[a,b],used:2}
return 12 main 1: s={items:[a,b],used:2}
*/
