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
/* trace
call 10 main 1: s=? a=?
step 11 main 1: s=? a=?
call 7 Square::Square 2: this=h1 s=3.0 | h1=[{<Shape>:{_vptr.Shape:?},side:?}]
step 7 Square::Square 2: this=h1 s=3.0 | h1=[{<Shape>:{_vptr.Shape:?},side:?}]
call 1 Shape::Shape 3: this=h1 | h1=[{<Shape>:{_vptr.Shape:?},side:?}]
return 1 Shape::Shape 3: this=h1 | h1=[{<Shape>:{_vptr.Shape:?},side:?}]
step 12 main 1: s=h1 a=? | h1=[{<Shape>:{_vptr.Shape:elsewhere},side:3.0}]
call 8 Square::area 2: this=h1 | h1=[{<Shape>:{_vptr.Shape:elsewhere},side:3.0}]
return 8 Square::area 2: this=h1 | h1=[{<Shape>:{_vptr.Shape:elsewhere},side:3.0}]
step 13 main 1: s=h1 a=9.0 | h1=[{<Shape>:{_vptr.Shape:elsewhere},side:3.0}]
call 5 Square::~Square 2: this=h1 | h1=[{<Shape>:{_vptr.Shape:elsewhere},side:3.0}]
step 5 Square::~Square 2: this=h1 | h1=[{<Shape>:{_vptr.Shape:elsewhere},side:3.0}]
call 5 Square::~Square 3: this=h1 | h1=[{<Shape>:{_vptr.Shape:elsewhere},side:3.0}]
step 5 Square::~Square 3: this=h1 | h1=[{<Shape>:{_vptr.Shape:elsewhere},side:3.0}]
call 3 Shape::~Shape 4: this=h1 | h1=[{<Shape>:{_vptr.Shape:elsewhere},side:3.0}]
return 3 Shape::~Shape 4: this=h1 | h1=[{<Shape>:{_vptr.Shape:elsewhere},side:3.0}]
step 14 main 1: s=h1 a=9.0 | h1=[]
return 15 main 1: s=h1 a=9.0 | h1=[]
*/
