void fail() {
    try {
        throw 1;
    } catch (...) {
        throw;
    }
}
int main() {
    int n = 0;
    try {
        fail();
    } catch (int e) {
        n = e;
    }
    return 0;
}
