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
