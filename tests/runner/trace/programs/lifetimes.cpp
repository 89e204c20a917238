#include <cstdio>
struct Noisy {
    int id;
    Noisy(int i) : id(i) {
        printf("+%d\n", id);
    }
    ~Noisy() {
        printf("-%d\n", id);
    }
};
int main() {
    Noisy a(1);
    {
        Noisy b(2);
    }
    return 0;
}
/* trace
call 11 main 1: a={id:?}
step 12 main 1: a={id:?}
call 4 Noisy::Noisy 2: this=&a i=1
step 4 Noisy::Noisy 2: this=&a i=1
step 5 Noisy::Noisy 2: this=&a i=1
return 6 Noisy::Noisy 2: this=&a i=1
step 14 main 1: a={id:1} b={id:?}
call 4 Noisy::Noisy 2: this=&b i=2
step 4 Noisy::Noisy 2: this=&b i=2
step 5 Noisy::Noisy 2: this=&b i=2
return 6 Noisy::Noisy 2: this=&b i=2
step 15 main 1: a={id:1} b={id:2}
call 7 Noisy::~Noisy 2: this=&b
step 8 Noisy::~Noisy 2: this=&b
return 9 Noisy::~Noisy 2: this=&b
step 16 main 1: a={id:1}
step 17 main 1: a={id:1}
call 7 Noisy::~Noisy 2: this=&a
step 8 Noisy::~Noisy 2: this=&a
return 9 Noisy::~Noisy 2: this=&a
*/
