int main() {
    bool yes = true;
    char letter = 'x';
    signed char small = -3;
    unsigned char byte = 200;
    short s = -300;
    unsigned u = 4000000000u;
    long long big = -9007199254740993LL;
    float f = 0.1f;
    double d = 1e300;
    long double ld = 2.5L;
    char zero = '\0';
    wchar_t wide = L'ß';
    char32_t smile = U'😀';
    return yes + letter + small + byte + s + u + big + f + d + ld + zero + wide + smile == 0;
}
