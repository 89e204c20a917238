struct Animal {
    int legs;
    Animal(int l) : legs(l) {}
};
struct Dog : Animal {
    char name;
    Dog(char n) : Animal(4), name(n) {}
};
int main() {
    Dog d('r');
    Animal &a = d;
    a.legs = 3;
    return 0;
}
/* trace
call 9 main 1: d={<Animal>:{legs:?},name:?} a=?
step 10 main 1: d={<Animal>:{legs:?},name:?} a=?
call 7 Dog::Dog 2: this=&d n=r
step 7 Dog::Dog 2: this=&d n=r
call 3 Animal::Animal 3: this=&d l=4
return 3 Animal::Animal 3: this=&d l=4
step 11 main 1: d={<Animal>:{legs:4},name:r} a=?
step 12 main 1: d={<Animal>:{legs:4},name:r} a=&d
step 13 main 1: d={<Animal>:{legs:3},name:r} a=&d
return 14 main 1: d={<Animal>:{legs:3},name:r} a=&d
*/
