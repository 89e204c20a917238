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
/* trace
call 14 main 1: root=?
step 15 main 1: root=?
step 16 main 1: root=null
call 6 insert 2: t=&root key=5
step 7 insert 2: t=&root key=5
step 8 insert 2: t=&root key=5
call 4 Tree::Tree 3: this=h1 k=5 | h1=[{key:?,left:?,right:?}]
return 4 Tree::Tree 3: this=h1 k=5 | h1=[{key:?,left:?,right:?}]
return 13 insert 2: t=&root key=5 | h1=[{key:5,left:null,right:null}]
step 17 main 1: root=h1 | h1=[{key:5,left:null,right:null}]
call 6 insert 2: t=&root key=3 | h1=[{key:5,left:null,right:null}]
step 7 insert 2: t=&root key=3 | h1=[{key:5,left:null,right:null}]
step 9 insert 2: t=&root key=3 | h1=[{key:5,left:null,right:null}]
step 10 insert 2: t=&root key=3 | h1=[{key:5,left:null,right:null}]
call 6 insert 3: t=h1[0].left key=3 | h1=[{key:5,left:null,right:null}]
step 7 insert 3: t=h1[0].left key=3 | h1=[{key:5,left:null,right:null}]
step 8 insert 3: t=h1[0].left key=3 | h1=[{key:5,left:null,right:null}]
call 4 Tree::Tree 4: this=h2 k=3 | h1=[{key:5,left:null,right:null}] h2=[{key:?,left:?,right:?}]
return 4 Tree::Tree 4: this=h2 k=3 | h1=[{key:5,left:null,right:null}] h2=[{key:?,left:?,right:?}]
return 13 insert 3: t=h1[0].left key=3 | h1=[{key:5,left:h2,right:null}] h2=[{key:3,left:null,right:null}]
return 13 insert 2: t=&root key=3 | h1=[{key:5,left:h2,right:null}] h2=[{key:3,left:null,right:null}]
step 18 main 1: root=h1 | h1=[{key:5,left:h2,right:null}] h2=[{key:3,left:null,right:null}]
return 19 main 1: root=h1 | h1=[{key:5,left:h2,right:null}] h2=[{key:3,left:null,right:null}]
*/
