struct V {
    int x;
    V operator+(const V &o) const { return {x + o.x}; }
    V &operator++() {
        x++;
        return *this;
    }
};
int main() {
    V a{1}, b{2};
    V c = a + b;
    ++c;
    return 0;
}
/* trace
call 9 main 1: a={x:?} b={x:?} c={x:?}
step 10 main 1: a={x:?} b={x:?} c={x:?}
step 11 main 1: a={x:1} b={x:2} c={x:?}
call 3 V::operator+ 2: this=&a o=&b
return 3 V::operator+ 2: this=&a o=&b
step 12 main 1: a={x:1} b={x:2} c={x:3}
call 4 V::operator++ 2: this=&c
step 5 V::operator++ 2: this=&c
step 6 V::operator++ 2: this=&c
return 7 V::operator++ 2: this=&c
step 13 main 1: a={x:1} b={x:2} c={x:4}
return 14 main 1: a={x:1} b={x:2} c={x:4}
*/
