#include <optional>
std::optional<int> find(int n) {
    if (n > 1) return n;
    return std::nullopt;
}
int main() {
    int a = find(2).value_or(0);
    bool b = find(1).has_value();
    return 0;
}
