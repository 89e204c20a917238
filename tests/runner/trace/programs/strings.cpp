#include <string>
int main() {
    std::string s = "short";
    std::string l(20, 'y');
    s += "er";
    l[0] = 'Z';
    return 0;
}
/* trace
call 2 main 1: s=? l=?
step 3 main 1: s=? l=?
step 4 main 1: s="short" l=?
step 5 main 1: s="short" l="yyyyyyyyyyyyyyyyyyyy" | h1=[y,y,y,y,y,y,y,y,y,y,y,y,y,y,y,y,y,y,y,y,\0]
step 6 main 1: s="shorter" l="yyyyyyyyyyyyyyyyyyyy" | h1=[y,y,y,y,y,y,y,y,y,y,y,y,y,y,y,y,y,y,y,y,\0]
step 7 main 1: s="shorter" l="Zyyyyyyyyyyyyyyyyyyy" | h1=[Z,y,y,y,y,y,y,y,y,y,y,y,y,y,y,y,y,y,y,y,\0]
return 8 main 1: s="shorter" l="Zyyyyyyyyyyyyyyyyyyy" | h1=[Z,y,y,y,y,y,y,y,y,y,y,y,y,y,y,y,y,y,y,y,\0]
*/
