#include <map>
int main() {
    std::map<int, char> m;
    m[2] = 'b';
    m[1] = 'a';
    char c = m.at(2);
    return m.size() - 2;
}
/* trace
call 2 main 1: m={_M_t:{_M_impl:{<_Rb_tree_key_compare<std::less<int> >>:{_M_key_compare:{}},<_Rb_tree_header>:{_M_header:{_M_color:?,_M_parent:?,_M_left:?,_M_right:?},_M_node_count:?}}}} c=?
step 3 main 1: m={_M_t:{_M_impl:{<_Rb_tree_key_compare<std::less<int> >>:{_M_key_compare:{}},<_Rb_tree_header>:{_M_header:{_M_color:?,_M_parent:?,_M_left:?,_M_right:?},_M_node_count:?}}}} c=?
step 4 main 1: m={_M_t:{_M_impl:{<_Rb_tree_key_compare<std::less<int> >>:{_M_key_compare:{}},<_Rb_tree_header>:{_M_header:{_M_color:_S_red,_M_parent:null,_M_left:&m._M_t._M_impl.<_Rb_tree_header>,_M_right:&m._M_t._M_impl.<_Rb_tree_header>},_M_node_count:0}}}} c=?
step 5 main 1: m={_M_t:{_M_impl:{<_Rb_tree_key_compare<std::less<int> >>:{_M_key_compare:{}},<_Rb_tree_header>:{_M_header:{_M_color:_S_red,_M_parent:h1,_M_left:h1,_M_right:h1},_M_node_count:1}}}} c=? | h1=[{<_Rb_tree_node_base>:{_M_color:_S_black,_M_parent:&m._M_t._M_impl.<_Rb_tree_header>,_M_left:null,_M_right:null},_M_storage:{_M_storage:{first:2,second:b}}}]
step 6 main 1: m={_M_t:{_M_impl:{<_Rb_tree_key_compare<std::less<int> >>:{_M_key_compare:{}},<_Rb_tree_header>:{_M_header:{_M_color:_S_red,_M_parent:h1,_M_left:h2,_M_right:h1},_M_node_count:2}}}} c=? | h1=[{<_Rb_tree_node_base>:{_M_color:_S_black,_M_parent:&m._M_t._M_impl.<_Rb_tree_header>,_M_left:h2,_M_right:null},_M_storage:{_M_storage:{first:2,second:b}}}] h2=[{<_Rb_tree_node_base>:{_M_color:_S_red,_M_parent:h1,_M_left:null,_M_right:null},_M_storage:{_M_storage:{first:1,second:a}}}]
step 7 main 1: m={_M_t:{_M_impl:{<_Rb_tree_key_compare<std::less<int> >>:{_M_key_compare:{}},<_Rb_tree_header>:{_M_header:{_M_color:_S_red,_M_parent:h1,_M_left:h2,_M_right:h1},_M_node_count:2}}}} c=b | h1=[{<_Rb_tree_node_base>:{_M_color:_S_black,_M_parent:&m._M_t._M_impl.<_Rb_tree_header>,_M_left:h2,_M_right:null},_M_storage:{_M_storage:{first:2,second:b}}}] h2=[{<_Rb_tree_node_base>:{_M_color:_S_red,_M_parent:h1,_M_left:null,_M_right:null},_M_storage:{_M_storage:{first:1,second:a}}}]
return 8 main 1: m={_M_t:{_M_impl:{<_Rb_tree_key_compare<std::less<int> >>:{_M_key_compare:{}},<_Rb_tree_header>:{_M_header:{_M_color:_S_red,_M_parent:h1,_M_left:h2,_M_right:h1},_M_node_count:2}}}} c=b | h1=[{<_Rb_tree_node_base>:{_M_color:_S_black,_M_parent:&m._M_t._M_impl.<_Rb_tree_header>,_M_left:h2,_M_right:null},_M_storage:{_M_storage:{first:2,second:b}}}] h2=[{<_Rb_tree_node_base>:{_M_color:_S_red,_M_parent:h1,_M_left:null,_M_right:null},_M_storage:{_M_storage:{first:1,second:a}}}]
*/
