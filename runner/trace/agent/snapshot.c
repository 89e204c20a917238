/* What changed since the last step: memory is compared with a shadow copy, in chunks, and runs of changed chunks go
 * into the log. Most of a program's memory does not change from one statement to the next. */
#define _GNU_SOURCE
#include "agent.h"

#include <stdio.h>
#include <stdio_ext.h>
#include <string.h>
#include <unistd.h>

enum { CHUNK = 64, SYSTEM_RED_ZONE = 128 };
static const struct table *about;
static uint8_t *stack_shadow, *data_shadow, *small_shadow, *large_shadow;
static size_t large_shadowed;
/* The shadow of the n-th large block is the n-th slot. */
enum { LARGE_SHADOWS = 4096 };

void snapshot_open(const struct table *table) {
    about = table;
    stack_shadow = reserve(NULL, STACK_SIZE);
    data_shadow = reserve(NULL, table->data_high - table->data_low + CHUNK);
    small_shadow = reserve(NULL, SMALL_SIZE);
    large_shadow = reserve(NULL, LARGE_SHADOWS * LARGE_BLOCK);
}

static uint32_t record_changes(const uint8_t *live, uint8_t *shadow, size_t bytes) {
    uint32_t runs = 0;
    for (size_t at = 0; at < bytes;) {
        size_t chunk = bytes - at < CHUNK ? bytes - at : CHUNK;
        if (memcmp(live + at, shadow + at, chunk) == 0) {
            at += chunk;
            continue;
        }
        size_t end = at + chunk;
        while (end < bytes) {
            chunk = bytes - end < CHUNK ? bytes - end : CHUNK;
            if (memcmp(live + end, shadow + end, chunk) == 0) break;
            end += chunk;
        }
        size_t length = end - at, padded = (length + 7) & ~7UL;
        uint64_t *run = log_reserve(16 + padded);
        run[0] = (uint64_t)(live + at);
        run[1] = length;
        memcpy(run + 2, live + at, length);
        memcpy(shadow + at, live + at, length);
        runs++;
        at = end;
    }
    return runs;
}

/* Bytes the program has printed so far, those that still lie in the C library's buffer too. */
static uint64_t printed(void) {
    off_t written = lseek(STDOUT_FILENO, 0, SEEK_CUR);
    return (written > 0 ? (uint64_t)written : 0) + __fpending(stdout);
}

void flush_stdout(void) {
    /* By hand: fflush would wait for ever for a lock that the interrupted program holds. */
    const char *from = stdout->_IO_write_base;
    while (from != NULL && from < stdout->_IO_write_ptr) {
        ssize_t written = write(STDOUT_FILENO, from, (size_t)(stdout->_IO_write_ptr - from));
        if (written <= 0) return;
        from += written;
    }
}

void snapshot(uint32_t line, uint64_t pc, uint64_t sp) {
    struct step_record *step = log_reserve(sizeof *step + frame_count * sizeof *frames);
    uint8_t *begin = (uint8_t *)step;
    *step = (struct step_record){REC_STEP, 0, line, frame_count, frame_depth, 0, pc, sp, printed()};
    memcpy(step + 1, frames, frame_count * sizeof *frames);
    uint32_t runs = 0;
    uint64_t low = (sp - SYSTEM_RED_ZONE) & ~(uint64_t)(CHUNK - 1), high = (uint64_t)STACK_BASE + STACK_SIZE;
    if (low >= (uint64_t)STACK_BASE + 4096 && low < high) {
        runs += record_changes((uint8_t *)low, stack_shadow + (low - (uint64_t)STACK_BASE), high - low);
    }
    runs += record_changes((uint8_t *)about->data_low, data_shadow, about->data_high - about->data_low);
    struct heap_bounds heap = heap_bounds();
    runs += record_changes(SMALL_BASE, small_shadow, (size_t)(heap.small_end - SMALL_BASE));
    large_shadowed = heap.large_count < LARGE_SHADOWS ? heap.large_count : LARGE_SHADOWS;
    for (size_t i = 0; i < large_shadowed; i++) {
        uint8_t *start;
        size_t bytes;
        heap_large_block(i, &start, &bytes);
        runs += record_changes(start, large_shadow + i * LARGE_BLOCK, bytes);
    }
    step->deltas = runs;
    uint8_t *end = log_reserve(0);
    step->size = (uint32_t)(end - begin);
    log_publish();
}
