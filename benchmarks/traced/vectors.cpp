#include <vector>
int main() {
    std::vector<int> v;
    v.push_back(1);
    v.push_back(2);
    v[0] = 7;
    v.clear();
    return 0;
}
