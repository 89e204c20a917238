/* The tracing agent: a library preloaded into the traced program. See docs/trace.md.
 *
 * It plants a breakpoint (int3) on every statement of the program's own source, and at each one that begins a step it
 * appends to a log what changed in the program's stack, static data and heap. It shares the program's memory: whatever
 * it writes may be forged, so whoever reads the log treats it as hostile.
 */
#ifndef SLIPWAY_AGENT_H
#define SLIPWAY_AGENT_H

#include <stddef.h>
#include <stdint.h>

#define EXPORTED __attribute__((visibility("default")))

/* Fixed addresses, so that a trace reads the same each time and its reader knows what is stack and what is heap. */
#define SMALL_BASE ((uint8_t *)0x10000000000ULL)
#define SMALL_SIZE (64ULL << 20)
#define LARGE_BASE ((uint8_t *)0x14000000000ULL)
#define LARGE_SIZE (512ULL << 20)
/* What the agent itself maps, and hardly touches. The runner adds it to the limit on the program's address space. */
#define OWN_SPACE (1536ULL << 20)
#define STACK_BASE ((uint8_t *)0x20000000000ULL)
#define STACK_SIZE (16ULL << 20)
/* A larger block lies in the large area, and only its beginning is recorded. */
#define LARGE_BLOCK (16ULL << 10)
#define REDZONE 32

/* The file "table": written by runner/trace/statements.py, which has the same layout. */
struct table {
    char magic[8];
    uint32_t statement_count, function_count;
    uint64_t text_low, text_high, data_low, data_high;
    uint32_t max_steps, max_hits, max_frames, milliseconds;
};
enum { AT_ENTRY = 1, AT_BOUNDS = 2 };
struct statement {
    uint64_t address;
    uint32_t line, flags, frame_bytes, unused;
};
enum { OF_USER = 1, IS_MAIN = 2 };
struct function {
    uint64_t low, high;
    uint32_t flags, unused;
};

/* The log: this header, then records. Every record starts with its type and its size in bytes, a multiple of 8. */
struct log_header {
    char magic[8];
    uint64_t used; /* bytes, header included */
    uint64_t fill; /* the byte that uninitialised memory of this run is filled with */
    uint64_t wait_status;
};
enum {
    REC_STEP = 'S',
    REC_ENTRY = 'C',
    REC_ALLOCATED = 'A',
    REC_FREED = 'F',
    REC_UNWOUND = 'T',
    REC_FATAL = 'X',
    REC_END = 'E',
};
struct record {
    uint32_t type, size;
    uint64_t first, second, third;
};
struct step_record {
    uint32_t type, size;
    uint32_t line, frames, depth, deltas;
    uint64_t pc, sp, stdout_bytes;
    /* then frames × {pc, frame pointer}, innermost first, then deltas × {address, bytes, data padded to 8} */
};
struct frame {
    uint64_t pc, pointer;
};
/* Why the log ends. */
enum ending {
    END_RETURNED,
    END_EXITED,
    END_STEPS,
    END_HITS,
    END_BYTES,
    END_ALLOCATIONS,
    END_TIME,
    END_FATAL,
    END_THREADS,
};
/* REC_FATAL's first: a signal's number, or one of these. */
enum {
    FATAL_INVALID_FREE = 1001,
    FATAL_DOUBLE_FREE,
    FATAL_MISMATCHED_FREE,
    FATAL_OVERRUN,
    FATAL_WRITE_AFTER_FREE,
    FATAL_BOUNDS, /* the record's second is the index, its third the address of the array's type, as text */
};

/* log.c */
extern int agent_active; /* between the start of main and the end of the trace */
extern uint8_t agent_fill;
int log_open(const char *path, uint8_t fill);
void log_record(uint32_t type, uint64_t first, uint64_t second, uint64_t third);
void *log_reserve(size_t bytes);
void log_publish(void);
void log_forget(void);
void log_end(enum ending why, uint64_t value);

/* heap.c */
enum allocation { BY_MALLOC, BY_NEW, BY_NEW_ARRAY, FOR_EXCEPTION };
struct heap_bounds {
    uint8_t *small_end;
    size_t large_count;
};
void heap_begin(void);
void heap_log_existing(void);
struct heap_bounds heap_bounds(void);
void heap_large_block(size_t index, uint8_t **start, size_t *recorded);
int heap_damage(uint64_t *block); /* a FATAL_ number, or 0 */

/* frames.c */
extern struct frame *frames;
extern uint32_t frame_count, frame_depth;
void frames_open(const struct table *table, const struct function *functions);
const struct function *function_at(uint64_t pc);
void frames_walk(uint64_t pc, uint64_t pointer, int by_unwinder);

/* snapshot.c */
void snapshot_open(const struct table *table);
void snapshot(uint32_t line, uint64_t pc, uint64_t sp);
void flush_stdout(void);

/* steps.c */
void steps_open(const struct table *table, const struct statement *statements);
void steps_stop(void);
void steps_forget(void); /* in a forked child, which is not traced */
_Noreturn void stop_tracing(enum ending why, uint64_t value);
void fatal(uint32_t what, uint64_t address);

/* world.c */
void world_open(void);
int untraced_fork(void);

void *reserve(void *where, size_t bytes); /* zeroed memory, or the process ends */

#endif
