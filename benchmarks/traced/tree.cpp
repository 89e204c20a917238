#include <iostream>
struct Tree {
    int key;
    Tree *left = nullptr, *right = nullptr;
    Tree(int k) : key(k) {}
};
void insert(Tree *&t, int key) {
    if (t == nullptr)
        t = new Tree(key);
    else if (key < t->key)
        insert(t->left, key);
    else
        insert(t->right, key);
}
int main() {
    Tree *root = nullptr;
    insert(root, 5);
    insert(root, 3);
    return 0;
}
