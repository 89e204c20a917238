#include <cstdio>
#include <iostream>
#include <vector>
struct Init {
    int *p;
    Init() { p = new int[2]; p[0] = 7; std::cout << "early" << std::endl; printf("later\n"); }
};
Init init;
std::vector<int> numbers{1, 2};
int main() {
    numbers.push_back(3);
    int n = init.p[0];
    return 0;
}
/* trace
call 10 main 1: n=? | h1=[7,?] h2=[1,2]
step 11 main 1: n=? | h1=[7,?] h2=[1,2]
step 12 main 1: n=? | h1=[7,?] h3=[1,2,3,?]
step 13 main 1: n=7 | h1=[7,?] h3=[1,2,3,?]
return 14 main 1: n=7 | h1=[7,?] h3=[1,2,3,?] ; init={p:h1}
*/
