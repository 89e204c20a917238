/* Linked into traced programs in the place of libubsan: they are compiled with -fsanitize=bounds, and what is out of
 * bounds goes on as it would have without. Under the agent there is a breakpoint on this function; the trace ends here
 * and names the index. */
void __ubsan_handle_out_of_bounds(void *where, unsigned long index);

void __ubsan_handle_out_of_bounds(void *where, unsigned long index) {
    (void)where;
    (void)index;
}
