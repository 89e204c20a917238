#include <memory>
int main() {
    std::shared_ptr<int> a(new int(3));
    {
        std::shared_ptr<int> b = a;
        *b = 4;
    }
    return *a - 4;
}
