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
/* trace
call 6 main 1: f={mode:?,delta:?,on:?}
step 7 main 1: f={mode:?,delta:?,on:?}
step 8 main 1: f={mode:0,delta:0,on:false}
step 9 main 1: f={mode:5,delta:0,on:false}
step 10 main 1: f={mode:5,delta:-2,on:false}
step 11 main 1: f={mode:5,delta:-2,on:true}
return 12 main 1: f={mode:5,delta:-2,on:true}
*/
