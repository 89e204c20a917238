#include <iostream>
struct Shape {
    virtual double area() const { return 0; }
    virtual ~Shape() {}
};
struct Square : Shape {
    double side;
    Square(double s) : side(s) {}
    double area() const override { return side * side; }
};
int main() {
    Shape *s = new Square(3);
    double a = s->area();
    delete s;
    return 0;
}
