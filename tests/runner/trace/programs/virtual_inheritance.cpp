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
