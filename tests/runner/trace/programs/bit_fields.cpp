struct Flags {
    unsigned mode : 3;
    int delta : 4;
    bool on : 1;
};
int main() {
    Flags f = {};
    f.mode = 5;
    f.delta = -2;
    f.on = true;
    return 0;
}
