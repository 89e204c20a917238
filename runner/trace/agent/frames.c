/* Walks the stack: by frame pointers where the program's own functions call each other, else by the unwinder, which
 * also passes through library functions that keep no frame pointer (qsort, for one). */
#define _GNU_SOURCE
#include "agent.h"

#include <unwind.h>

enum { DEEPEST = 4096, REGISTER_RBP = 6 };
struct frame *frames;
uint32_t frame_count, frame_depth;
static const struct table *about;
static const struct function *functions;

void frames_open(const struct table *table, const struct function *all) {
    about = table;
    functions = all;
    frames = reserve(NULL, DEEPEST * sizeof *frames);
    frames_walk(0, 0, 1); /* the unwinder allocates on its first use, which should not be in the program's midst */
}

const struct function *function_at(uint64_t pc) {
    if (pc < about->text_low || pc >= about->text_high) return NULL;
    size_t low = 0, high = about->function_count;
    while (low < high) {
        size_t middle = (low + high) / 2;
        if (functions[middle].high <= pc) low = middle + 1;
        else high = middle;
    }
    return low < about->function_count && functions[low].low <= pc ? &functions[low] : NULL;
}

static void add(const struct function *function, uint64_t pc, uint64_t pointer) {
    if (function->flags & OF_USER && frame_count < DEEPEST) frames[frame_count++] = (struct frame){pc, pointer};
}

static int walk_by_pointers(uint64_t pc, uint64_t pointer) {
    for (;;) {
        const struct function *function = function_at(pc);
        if (function == NULL) return 0;
        add(function, pc, pointer);
        if (function->flags & IS_MAIN || frame_count == DEEPEST) return 1;
        if (pointer < (uint64_t)STACK_BASE || pointer + 16 > (uint64_t)STACK_BASE + STACK_SIZE || pointer % 8 != 0) return 0;
        const uint64_t *saved = (const uint64_t *)pointer;
        if (saved[0] <= pointer || saved[1] == 0) return 0;
        pc = saved[1] - 1;
        pointer = saved[0];
    }
}

struct search {
    uint64_t from;
    int found;
};

static _Unwind_Reason_Code visit(struct _Unwind_Context *context, void *data) {
    struct search *search = data;
    int before = 0;
    uint64_t pc = _Unwind_GetIPInfo(context, &before);
    if (!before) pc--;
    if (!search->found) { /* the frames of the agent and of the signal's return */
        if (pc != search->from && pc + 1 != search->from) return _URC_NO_REASON;
        search->found = 1;
        pc = search->from;
    }
    const struct function *function = function_at(pc);
    if (function == NULL) return _URC_NO_REASON;
    add(function, pc, _Unwind_GetGR(context, REGISTER_RBP));
    return function->flags & IS_MAIN || frame_count == DEEPEST ? _URC_END_OF_STACK : _URC_NO_REASON;
}

/* Fills *frames*, innermost first, from *pc*; 0 for *pc* means from wherever the caller is. */
void frames_walk(uint64_t pc, uint64_t pointer, int by_unwinder) {
    frame_count = 0;
    if (by_unwinder || !walk_by_pointers(pc, pointer)) {
        struct search search = {pc, pc == 0};
        frame_count = 0;
        _Unwind_Backtrace(visit, &search);
        if (frame_count == 0 && pc != 0) {
            search.found = 1;
            _Unwind_Backtrace(visit, &search);
        }
    }
    frame_depth = frame_count;
    uint32_t most = about->max_frames;
    if (frame_count > most) { /* the innermost and, last, the outermost */
        uint32_t outer = most / 4;
        for (uint32_t i = 0; i < outer; i++) frames[most - outer + i] = frames[frame_count - outer + i];
        frame_count = most;
    }
}
