struct Box {
    int *p;
    Box(int n) : p(new int(n)) {}
    Box(Box &&o) : p(o.p) { o.p = nullptr; }
    ~Box() { delete p; }
};
int main() {
    Box a(1);
    Box b(static_cast<Box &&>(a));
    return 0;
}
/* trace
call 7 main 1: a={p:?} b={p:?}
step 8 main 1: a={p:?} b={p:?}
call 3 Box::Box 2: this=&a n=1
return 3 Box::Box 2: this=&a n=1
step 9 main 1: a={p:h1} b={p:?} | h1=[1]
call 4 Box::Box 2: this=&b o=&a | h1=[1]
return 4 Box::Box 2: this=&b o=&a | h1=[1]
step 10 main 1: a={p:null} b={p:h1} | h1=[1]
step 11 main 1: a={p:null} b={p:h1} | h1=[1]
call 5 Box::~Box 2: this=&b | h1=[1]
return 5 Box::~Box 2: this=&b | h1=[1]
call 5 Box::~Box 2: this=&a | h1=[]
return 5 Box::~Box 2: this=&a | h1=[]
*/
