#include <vector>
int main() {
    std::vector<int> v;
    v.push_back(1);
    v.push_back(2);
    v[0] = 7;
    v.clear();
    return 0;
}
/* trace
call 2 main 1: v={<_Vector_base<int, std::allocator<int> >>:{_M_impl:{<_Vector_impl_data>:{_M_start:?,_M_finish:?,_M_end_of_storage:?}}}}
step 3 main 1: v={<_Vector_base<int, std::allocator<int> >>:{_M_impl:{<_Vector_impl_data>:{_M_start:?,_M_finish:?,_M_end_of_storage:?}}}}
step 4 main 1: v={<_Vector_base<int, std::allocator<int> >>:{_M_impl:{<_Vector_impl_data>:{_M_start:null,_M_finish:null,_M_end_of_storage:null}}}}
step 5 main 1: v={<_Vector_base<int, std::allocator<int> >>:{_M_impl:{<_Vector_impl_data>:{_M_start:h1,_M_finish:elsewhere,_M_end_of_storage:elsewhere}}}} | h1=[1]
step 6 main 1: v={<_Vector_base<int, std::allocator<int> >>:{_M_impl:{<_Vector_impl_data>:{_M_start:h2,_M_finish:elsewhere,_M_end_of_storage:elsewhere}}}} | h2=[1,2]
step 7 main 1: v={<_Vector_base<int, std::allocator<int> >>:{_M_impl:{<_Vector_impl_data>:{_M_start:h2,_M_finish:elsewhere,_M_end_of_storage:elsewhere}}}} | h2=[7,2]
step 8 main 1: v={<_Vector_base<int, std::allocator<int> >>:{_M_impl:{<_Vector_impl_data>:{_M_start:h2,_M_finish:h2,_M_end_of_storage:elsewhere}}}} | h2=[7,2]
return 9 main 1: v={<_Vector_base<int, std::allocator<int> >>:{_M_impl:{<_Vector_impl_data>:{_M_start:h2,_M_finish:h2,_M_end_of_storage:elsewhere}}}} | h2=[7,2]
*/
