#include <string>
int main() {
    std::string s = "short";
    std::string l(20, 'y');
    s += "er";
    l[0] = 'Z';
    return 0;
}
