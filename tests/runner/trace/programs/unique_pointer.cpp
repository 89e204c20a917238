#include <memory>
struct Thing {
    int v;
};
int main() {
    std::unique_ptr<Thing> a(new Thing{4});
    std::unique_ptr<Thing> b = std::move(a);
    b->v = 5;
    return 0;
}
