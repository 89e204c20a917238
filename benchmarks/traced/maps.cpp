#include <map>
int main() {
    std::map<int, char> m;
    m[2] = 'b';
    m[1] = 'a';
    char c = m.at(2);
    return m.size() - 2;
}
