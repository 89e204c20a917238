struct Left {
    int l = 1;
    virtual int left() { return l; }
};
struct Right {
    int r = 2;
    virtual int right() { return r; }
};
struct Both : Left, Right {
    int b = 3;
    int right() override { return r + b; }
};
int main() {
    Both *both = new Both;
    Right *part = both;
    int n = part->right();
    return 0;
}
/* trace
call 13 main 1: both=? part=? n=?
step 14 main 1: both=? part=? n=?
call 9 Both::Both 2: this=h1 | h1=[{<Left>:{_vptr.Left:?,l:?},<Right>:{_vptr.Right:?,r:?},b:?}]
step 9 Both::Both 2: this=h1 | h1=[{<Left>:{_vptr.Left:?,l:?},<Right>:{_vptr.Right:?,r:?},b:?}]
call 1 Left::Left 3: this=h1 | h1=[{<Left>:{_vptr.Left:?,l:?},<Right>:{_vptr.Right:?,r:?},b:?}]
return 1 Left::Left 3: this=h1 | h1=[{<Left>:{_vptr.Left:?,l:?},<Right>:{_vptr.Right:?,r:?},b:?}]
call 5 Right::Right 3: this=h1[0].<Right> | h1=[{<Left>:{_vptr.Left:elsewhere,l:1},<Right>:{_vptr.Right:?,r:?},b:?}]
return 5 Right::Right 3: this=h1[0].<Right> | h1=[{<Left>:{_vptr.Left:elsewhere,l:1},<Right>:{_vptr.Right:?,r:?},b:?}]
step 15 main 1: both=h1 part=? n=? | h1=[{<Left>:{_vptr.Left:elsewhere,l:1},<Right>:{_vptr.Right:elsewhere,r:2},b:3}]
step 16 main 1: both=h1 part=h1[0].<Right> n=? | h1=[{<Left>:{_vptr.Left:elsewhere,l:1},<Right>:{_vptr.Right:elsewhere,r:2},b:3}]
call 11 Both::right 2: this=h1 | h1=[{<Left>:{_vptr.Left:elsewhere,l:1},<Right>:{_vptr.Right:elsewhere,r:2},b:3}]
return 11 Both::right 2: this=h1 | h1=[{<Left>:{_vptr.Left:elsewhere,l:1},<Right>:{_vptr.Right:elsewhere,r:2},b:3}]
step 17 main 1: both=h1 part=h1[0].<Right> n=5 | h1=[{<Left>:{_vptr.Left:elsewhere,l:1},<Right>:{_vptr.Right:elsewhere,r:2},b:3}]
return 18 main 1: both=h1 part=h1[0].<Right> n=5 | h1=[{<Left>:{_vptr.Left:elsewhere,l:1},<Right>:{_vptr.Right:elsewhere,r:2},b:3}]
*/
