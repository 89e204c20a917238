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
