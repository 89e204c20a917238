struct Point {
    int x, y;
};
struct Line {
    Point from, to;
    char name;
};
Point middle(Line line) {
    Point m = {(line.from.x + line.to.x) / 2, (line.from.y + line.to.y) / 2};
    return m;
}
int main() {
    Line l = {{0, 2}, {4, 8}, 'm'};
    Point p = middle(l);
    return p.x - 2;
}
/* trace
call 12 main 1: l={from:{x:?,y:?},to:{x:?,y:?},name:?} p={x:?,y:?}
step 13 main 1: l={from:{x:?,y:?},to:{x:?,y:?},name:?} p={x:?,y:?}
step 14 main 1: l={from:{x:0,y:2},to:{x:4,y:8},name:m} p={x:?,y:?}
call 8 middle 2: line={from:{x:0,y:2},to:{x:4,y:8},name:m} m={x:?,y:?}
step 9 middle 2: line={from:{x:0,y:2},to:{x:4,y:8},name:m} m={x:?,y:?}
step 10 middle 2: line={from:{x:0,y:2},to:{x:4,y:8},name:m} m={x:2,y:5}
return 11 middle 2: line={from:{x:0,y:2},to:{x:4,y:8},name:m} m={x:2,y:5}
step 15 main 1: l={from:{x:0,y:2},to:{x:4,y:8},name:m} p={x:2,y:5}
return 16 main 1: l={from:{x:0,y:2},to:{x:4,y:8},name:m} p={x:2,y:5}
*/
