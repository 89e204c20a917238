/* The program's allocator: a bump allocator that reuses nothing.
 *
 * Addresses are then the same each run and name one block for ever, so that double and mismatched frees are known for
 * certain. Red zones around each block and the fill of freed ones show stray writes at the next step. The records of
 * blocks lie apart from them, where an overrun does not reach.
 */
#define _GNU_SOURCE
#include "agent.h"

#include <dlfcn.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <unistd.h>

enum state { LIVE = 1, FREED };
struct block {
    uint64_t start, size;
    uint32_t kind, state;
};
struct area {
    uint8_t *base, *next, *end;
    struct block *blocks;
    size_t count, most;
};
static struct area small, large;
static size_t exception_size;
/* A freed block is looked at for stray writes only so far, and only while it is among the last that were freed. */
enum { POISON_CHECKED = 256, FREED_REMEMBERED = 512, LIVE_CHECKED = 32768 };
static struct block *freed[FREED_REMEMBERED];
static size_t freed_count;

void *reserve(void *where, size_t bytes) {
    int fixed = where != NULL ? MAP_FIXED_NOREPLACE : 0;
    void *got = mmap(where, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | fixed, -1, 0);
    if (got == MAP_FAILED || (where != NULL && got != where)) _exit(121);
    return got;
}

static void area_open(struct area *area, uint8_t *base, uint64_t bytes, size_t most) {
    area->blocks = reserve(NULL, most * sizeof *area->blocks);
    area->most = most;
    area->end = base + bytes;
    area->base = area->next = reserve(base, bytes);
}

static void heap_open(void) {
    if (small.base != NULL) return;
    area_open(&small, SMALL_BASE, SMALL_SIZE, 1 << 19);
    struct rlimit space;
    uint64_t left = LARGE_SIZE;
    if (getrlimit(RLIMIT_AS, &space) == 0 && space.rlim_cur < OWN_SPACE + LARGE_SIZE) {
        left = space.rlim_cur > OWN_SPACE + LARGE_BLOCK ? (space.rlim_cur - OWN_SPACE) & ~4095ULL : LARGE_BLOCK;
    }
    area_open(&large, LARGE_BASE, left, 1 << 12);
}

static uint8_t redzone_fill(void) { return (uint8_t)~agent_fill; }
static uint8_t freed_fill(void) { return (uint8_t)(agent_fill ^ 0x33); }

static void *allocate(size_t size, size_t alignment, enum allocation kind) {
    heap_open();
    struct area *area = size <= LARGE_BLOCK ? &small : &large;
    if (alignment < 16) alignment = 16;
    if (size > LARGE_SIZE || alignment > LARGE_SIZE || (alignment & (alignment - 1)) != 0) return NULL;
    uint64_t start = ((uint64_t)area->next + REDZONE + alignment - 1) & ~(uint64_t)(alignment - 1);
    uint64_t end = (start + size + REDZONE + 15) & ~15ULL;
    if (end > (uint64_t)area->end || area->count == area->most) {
        if (agent_active && area == &small) stop_tracing(END_ALLOCATIONS, SMALL_SIZE);
        return NULL;
    }
    if (kind == BY_MALLOC && exception_size != 0) kind = FOR_EXCEPTION;
    struct block *block = &area->blocks[area->count++];
    *block = (struct block){start, size, kind, LIVE};
    memset(area->next, redzone_fill(), start - (uint64_t)area->next);
    memset((void *)start, agent_fill, size < LARGE_BLOCK ? size : LARGE_BLOCK);
    memset((void *)(start + size), redzone_fill(), end - start - size);
    area->next = (uint8_t *)end;
    log_record(REC_ALLOCATED, start, size, kind);
    return (void *)start;
}

/* Blocks are in the order of their addresses. */
static struct block *find(uint64_t start) {
    struct area *area = start >= (uint64_t)large.base ? &large : &small;
    size_t low = 0, high = area->count;
    while (low < high) {
        size_t middle = (low + high) / 2;
        if (area->blocks[middle].start < start) low = middle + 1;
        else high = middle;
    }
    return low < area->count && area->blocks[low].start == start ? &area->blocks[low] : NULL;
}

static int kinds_match(uint32_t allocated, enum allocation freed_as) {
    return allocated == freed_as || (allocated == FOR_EXCEPTION && freed_as == BY_MALLOC);
}

static void release(void *pointer, enum allocation kind) {
    if (pointer == NULL) return;
    heap_open();
    struct block *block = find((uint64_t)pointer);
    if (block == NULL || block->state == FREED) {
        if (agent_active) fatal(block == NULL ? FATAL_INVALID_FREE : FATAL_DOUBLE_FREE, (uint64_t)pointer);
        return;
    }
    if (agent_active && !kinds_match(block->kind, kind)) fatal(FATAL_MISMATCHED_FREE, (uint64_t)pointer);
    block->state = FREED;
    size_t filled = block->size < LARGE_BLOCK ? block->size : LARGE_BLOCK;
    memset(pointer, freed_fill(), filled);
    if (block->size > LARGE_BLOCK) {
        uint64_t from = (block->start + filled + 4095) & ~4095ULL, to = (block->start + block->size) & ~4095ULL;
        if (to > from) madvise((void *)from, to - from, MADV_DONTNEED);
    }
    freed[freed_count++ % FREED_REMEMBERED] = block;
    log_record(REC_FREED, block->start, block->size, 0);
}

static int all_are(const uint8_t *bytes, size_t count, uint8_t value) {
    for (size_t i = 0; i < count; i++) {
        if (bytes[i] != value) return 0;
    }
    return 1;
}

static int overrun(const struct block *block) {
    const uint8_t *start = (const uint8_t *)block->start;
    return block->state == LIVE && (!all_are(start - REDZONE, REDZONE, redzone_fill()) ||
                                    !all_are(start + block->size, REDZONE, redzone_fill()));
}

/* Only blocks made since this run began: what came before was laid out with another fill. */
static size_t small_since, large_since;

int heap_damage(uint64_t *block) {
    size_t first = small.count > small_since + LIVE_CHECKED ? small.count - LIVE_CHECKED : small_since;
    for (size_t i = first; i < small.count; i++) {
        if (overrun(&small.blocks[i])) return *block = small.blocks[i].start, FATAL_OVERRUN;
    }
    for (size_t i = large_since; i < large.count; i++) {
        if (overrun(&large.blocks[i])) return *block = large.blocks[i].start, FATAL_OVERRUN;
    }
    size_t remembered = freed_count < FREED_REMEMBERED ? freed_count : FREED_REMEMBERED;
    for (size_t i = 0; i < remembered; i++) {
        size_t bytes = freed[i]->size < POISON_CHECKED ? freed[i]->size : POISON_CHECKED;
        if (!all_are((uint8_t *)freed[i]->start, bytes, freed_fill())) {
            return *block = freed[i]->start, FATAL_WRITE_AFTER_FREE;
        }
    }
    return 0;
}

/* From here on blocks have the fill of this run. */
void heap_begin(void) {
    heap_open();
    freed_count = 0;
    small_since = small.count;
    large_since = large.count;
}

/* Tells the log what was allocated before main, by the library and by constructors of globals. */
void heap_log_existing(void) {
    for (struct area *area = &small;; area = &large) {
        for (size_t i = 0; i < area->count; i++) {
            struct block *block = &area->blocks[i];
            log_record(REC_ALLOCATED, block->start, block->size, block->kind);
            if (block->state == FREED) log_record(REC_FREED, block->start, block->size, 0);
        }
        if (area == &large) break;
    }
}

struct heap_bounds heap_bounds(void) { return (struct heap_bounds){small.next, large.count}; }

void heap_large_block(size_t index, uint8_t **start, size_t *recorded) {
    struct block *block = &large.blocks[index];
    *start = (uint8_t *)block->start;
    *recorded = block->state == FREED ? 0 : block->size < LARGE_BLOCK ? block->size : LARGE_BLOCK;
}

/* What the program calls. */
static void *or_enomem(void *got) {
    if (got == NULL) errno = ENOMEM;
    return got;
}

EXPORTED void *malloc(size_t size) { return or_enomem(allocate(size, 16, BY_MALLOC)); }

EXPORTED void *calloc(size_t count, size_t size) {
    size_t bytes;
    if (__builtin_mul_overflow(count, size, &bytes)) return or_enomem(NULL);
    void *got = or_enomem(allocate(bytes, 16, BY_MALLOC));
    /* Beyond the fill the large area still is as the kernel gave it. */
    return got == NULL ? NULL : memset(got, 0, bytes < LARGE_BLOCK ? bytes : LARGE_BLOCK);
}

EXPORTED void free(void *pointer) { release(pointer, BY_MALLOC); }

EXPORTED void *realloc(void *pointer, size_t size) {
    if (pointer == NULL) return malloc(size);
    struct block *block = find((uint64_t)pointer);
    if (block == NULL || block->state == FREED) {
        release(pointer, BY_MALLOC);
        return or_enomem(NULL);
    }
    if (size == 0) { /* as glibc does */
        release(pointer, BY_MALLOC);
        return NULL;
    }
    void *got = malloc(size);
    if (got == NULL) return NULL;
    memcpy(got, pointer, block->size < size ? block->size : size);
    release(pointer, BY_MALLOC);
    return got;
}

EXPORTED void *memalign(size_t alignment, size_t size) { return or_enomem(allocate(size, alignment, BY_MALLOC)); }
EXPORTED void *aligned_alloc(size_t alignment, size_t size) { return memalign(alignment, size); }
EXPORTED void *valloc(size_t size) { return memalign(4096, size); }

EXPORTED int posix_memalign(void **result, size_t alignment, size_t size) {
    void *got = allocate(size, alignment, BY_MALLOC);
    if (got != NULL) *result = got;
    return got == NULL ? ENOMEM : 0;
}

EXPORTED size_t malloc_usable_size(void *pointer) {
    struct block *block = pointer == NULL ? NULL : find((uint64_t)pointer);
    return block == NULL ? 0 : block->size;
}

/* The C++ operators, by their mangled names: the agent is C, and also serves programs without libstdc++. */
extern void _ZSt17__throw_bad_allocv(void) __attribute__((weak));

static void *or_bad_alloc(void *got) {
    if (got != NULL) return got;
    if (_ZSt17__throw_bad_allocv) _ZSt17__throw_bad_allocv();
    abort();
}

#define NEW(suffix, kind)                                                                                              \
    EXPORTED void *suffix##m(size_t size) { return or_bad_alloc(allocate(size, 16, kind)); }                           \
    EXPORTED void *suffix##mRKSt9nothrow_t(size_t size, const void *tag) {                                             \
        (void)tag;                                                                                                     \
        return allocate(size, 16, kind);                                                                               \
    }                                                                                                                  \
    EXPORTED void *suffix##mSt11align_val_t(size_t size, size_t alignment) {                                           \
        return or_bad_alloc(allocate(size, alignment, kind));                                                          \
    }                                                                                                                  \
    EXPORTED void *suffix##mSt11align_val_tRKSt9nothrow_t(size_t size, size_t alignment, const void *tag) {            \
        (void)tag;                                                                                                     \
        return allocate(size, alignment, kind);                                                                        \
    }
NEW(_Znw, BY_NEW)
NEW(_Zna, BY_NEW_ARRAY)

#define DELETE(suffix, kind)                                                                                           \
    EXPORTED void suffix##Pv(void *pointer) { release(pointer, kind); }                                                \
    EXPORTED void suffix##Pvm(void *pointer, size_t size) { (void)size, release(pointer, kind); }                      \
    EXPORTED void suffix##PvSt11align_val_t(void *pointer, size_t a) { (void)a, release(pointer, kind); }              \
    EXPORTED void suffix##PvmSt11align_val_t(void *pointer, size_t s, size_t a) {                                      \
        (void)s, (void)a, release(pointer, kind);                                                                      \
    }                                                                                                                  \
    EXPORTED void suffix##PvRKSt9nothrow_t(void *pointer, const void *tag) { (void)tag, release(pointer, kind); }
DELETE(_Zdl, BY_NEW)
DELETE(_Zda, BY_NEW_ARRAY)

/* The object that is thrown lies behind a header of the C++ runtime's. */
EXPORTED void *__cxa_allocate_exception(size_t size) {
    void *(*real)(size_t) = (void *(*)(size_t))dlsym(RTLD_NEXT, "__cxa_allocate_exception");
    exception_size = size;
    void *got = real(size);
    exception_size = 0;
    return got;
}
