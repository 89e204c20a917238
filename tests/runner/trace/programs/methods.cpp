class Counter {
    int count = 0;

  public:
    void add(int n) { count += n; }
    int get() const { return count; }
};
int main() {
    Counter c;
    c.add(2);
    c.add(3);
    return c.get() - 5;
}
/* trace
call 8 main 1: c={count:?}
step 9 main 1: c={count:?}
step 10 main 1: c={count:0}
call 5 Counter::add 2: this=&c n=2
return 5 Counter::add 2: this=&c n=2
step 11 main 1: c={count:2}
call 5 Counter::add 2: this=&c n=3
return 5 Counter::add 2: this=&c n=3
step 12 main 1: c={count:5}
call 6 Counter::get 2: this=&c
return 6 Counter::get 2: this=&c
return 13 main 1: c={count:5}
*/
