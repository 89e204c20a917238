#include <iostream>
struct Node {
    int value;
    Node *next;
};
int main() {
    Node *head = nullptr;
    for (int i = 1; i <= 2; i++) {
        head = new Node{i, head};
    }
    int sum = 0;
    for (Node *n = head; n != nullptr; n = n->next) {
        sum += n->value;
    }
    while (head) {
        Node *old = head;
        head = head->next;
        delete old;
    }
    return 0;
}
