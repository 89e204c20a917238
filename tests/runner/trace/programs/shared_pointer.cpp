#include <memory>
int main() {
    std::shared_ptr<int> a(new int(3));
    {
        std::shared_ptr<int> b = a;
        *b = 4;
    }
    return *a - 4;
}
/* trace
call 2 main 1: a={<__shared_ptr<int, (__gnu_cxx::_Lock_policy)2>>:{_M_ptr:?,_M_refcount:{_M_pi:?}}}
step 3 main 1: a={<__shared_ptr<int, (__gnu_cxx::_Lock_policy)2>>:{_M_ptr:?,_M_refcount:{_M_pi:?}}}
step 5 main 1: a={<__shared_ptr<int, (__gnu_cxx::_Lock_policy)2>>:{_M_ptr:h1,_M_refcount:{_M_pi:h2}}} b={<__shared_ptr<int, (__gnu_cxx::_Lock_policy)2>>:{_M_ptr:?,_M_refcount:{_M_pi:?}}} | h1=[3] h2=[{_vptr._Sp_counted_base:elsewhere,_M_use_count:1,_M_weak_count:1}]
step 6 main 1: a={<__shared_ptr<int, (__gnu_cxx::_Lock_policy)2>>:{_M_ptr:h1,_M_refcount:{_M_pi:h2}}} b={<__shared_ptr<int, (__gnu_cxx::_Lock_policy)2>>:{_M_ptr:h1,_M_refcount:{_M_pi:h2}}} | h1=[3] h2=[{_vptr._Sp_counted_base:elsewhere,_M_use_count:2,_M_weak_count:1}]
step 7 main 1: a={<__shared_ptr<int, (__gnu_cxx::_Lock_policy)2>>:{_M_ptr:h1,_M_refcount:{_M_pi:h2}}} b={<__shared_ptr<int, (__gnu_cxx::_Lock_policy)2>>:{_M_ptr:h1,_M_refcount:{_M_pi:h2}}} | h1=[4] h2=[{_vptr._Sp_counted_base:elsewhere,_M_use_count:2,_M_weak_count:1}]
step 8 main 1: a={<__shared_ptr<int, (__gnu_cxx::_Lock_policy)2>>:{_M_ptr:h1,_M_refcount:{_M_pi:h2}}} | h1=[4] h2=[{_vptr._Sp_counted_base:elsewhere,_M_use_count:1,_M_weak_count:1}]
return 9 main 1: a={<__shared_ptr<int, (__gnu_cxx::_Lock_policy)2>>:{_M_ptr:h1,_M_refcount:{_M_pi:h2}}} | h1=[4] h2=[{_vptr._Sp_counted_base:elsewhere,_M_use_count:1,_M_weak_count:1}]
*/
