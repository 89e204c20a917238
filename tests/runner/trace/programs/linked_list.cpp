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
/* trace
call 5 main 1: head=? sum=?
step 6 main 1: head=? sum=?
step 7 main 1: head=null sum=? i=?
step 8 main 1: head=null sum=? i=1
step 7 main 1: head=h1 sum=? i=1 | h1=[{value:1,next:null}]
step 8 main 1: head=h1 sum=? i=2 | h1=[{value:1,next:null}]
step 7 main 1: head=h2 sum=? i=2 | h1=[{value:1,next:null}] h2=[{value:2,next:h1}]
step 10 main 1: head=h2 sum=? | h1=[{value:1,next:null}] h2=[{value:2,next:h1}]
step 11 main 1: head=h2 sum=0 n=? | h1=[{value:1,next:null}] h2=[{value:2,next:h1}]
step 12 main 1: head=h2 sum=0 n=h2 | h1=[{value:1,next:null}] h2=[{value:2,next:h1}]
step 11 main 1: head=h2 sum=2 n=h2 | h1=[{value:1,next:null}] h2=[{value:2,next:h1}]
step 12 main 1: head=h2 sum=2 n=h1 | h1=[{value:1,next:null}] h2=[{value:2,next:h1}]
step 11 main 1: head=h2 sum=3 n=h1 | h1=[{value:1,next:null}] h2=[{value:2,next:h1}]
step 14 main 1: head=h2 sum=3 | h1=[{value:1,next:null}] h2=[{value:2,next:h1}]
step 15 main 1: head=h2 sum=3 old=? | h1=[{value:1,next:null}] h2=[{value:2,next:h1}]
step 16 main 1: head=h2 sum=3 old=h2 | h1=[{value:1,next:null}] h2=[{value:2,next:h1}]
step 17 main 1: head=h1 sum=3 old=h2 | h1=[{value:1,next:null}] h2=[{value:2,next:h1}]
step 14 main 1: head=h1 sum=3 | h1=[{value:1,next:null}]
step 15 main 1: head=h1 sum=3 old=h2 | h1=[{value:1,next:null}] h2=[]
step 16 main 1: head=h1 sum=3 old=h1 | h1=[{value:1,next:null}]
step 17 main 1: head=null sum=3 old=h1 | h1=[{value:1,next:null}]
step 14 main 1: head=null sum=3
step 19 main 1: head=null sum=3
return 20 main 1: head=null sum=3
*/
