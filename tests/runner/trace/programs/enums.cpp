enum Color { RED, GREEN = 5, BLUE };
enum class Level : signed char { LOW = -1, HIGH = 1 };
int main() {
    Color c = BLUE;
    Level l = Level::LOW;
    c = (Color)3;
    l = Level::HIGH;
    return 0;
}
