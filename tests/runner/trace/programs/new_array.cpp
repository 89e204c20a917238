struct Item {
    int v;
    Item() : v(1) {}
    ~Item() {}
};
int main() {
    int *numbers = new int[3]{1, 2};
    numbers[2] = 9;
    Item *items = new Item[2];
    delete[] items;
    delete[] numbers;
    return 0;
}
