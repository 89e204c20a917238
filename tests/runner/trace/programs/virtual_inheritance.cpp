struct Top {
    int t = 1;
};
struct A : virtual Top {
    int a = 2;
};
struct B : virtual Top {
    int b = 3;
};
struct Bottom : A, B {
    int c = 4;
};
int main() {
    Bottom x;
    x.t = 9;
    A &part = x;
    return part.t - 9;
}
/* trace
call 13 main 1: x={<A>:{_vptr.A:?,a:?,<Top>:{t:?}},<B>:{_vptr.B:?,b:?,<Top>:{t:?}},c:?} part=?
step 14 main 1: x={<A>:{_vptr.A:?,a:?,<Top>:{t:?}},<B>:{_vptr.B:?,b:?,<Top>:{t:?}},c:?} part=?
call 10 Bottom::Bottom 2: this=&x
step 10 Bottom::Bottom 2: this=&x
call 1 Top::Top 3: this=elsewhere
return 1 Top::Top 3: this=elsewhere
call 4 A::A 3: this=&x
return 4 A::A 3: this=&x
call 7 B::B 3: this=&x.<B>
return 7 B::B 3: this=&x.<B>
step 15 main 1: x={<A>:{_vptr.A:elsewhere,a:2,<Top>:{t:1}},<B>:{_vptr.B:elsewhere,b:3,<Top>:{t:1}},c:4} part=?
step 16 main 1: x={<A>:{_vptr.A:elsewhere,a:2,<Top>:{t:9}},<B>:{_vptr.B:elsewhere,b:3,<Top>:{t:9}},c:4} part=?
step 17 main 1: x={<A>:{_vptr.A:elsewhere,a:2,<Top>:{t:9}},<B>:{_vptr.B:elsewhere,b:3,<Top>:{t:9}},c:4} part=&x
return 18 main 1: x={<A>:{_vptr.A:elsewhere,a:2,<Top>:{t:9}},<B>:{_vptr.B:elsewhere,b:3,<Top>:{t:9}},c:4} part=&x
*/
