/* The log is a shared mapping of a file that the runner made: it survives however the program ends, and it cannot grow. */
#define _GNU_SOURCE
#include "agent.h"

#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

int agent_active;
uint8_t agent_fill;

enum { KEPT_FOR_THE_END = 256 };
static struct log_header *header;
static uint8_t *cursor, *limit;
static uint64_t published; /* not read back from the header, which the program may have overwritten */
static int ended;

int log_open(const char *path, uint8_t fill) {
    int fd = open(path, O_RDWR | O_CLOEXEC | O_NOFOLLOW);
    struct stat found;
    if (fd < 0 || fstat(fd, &found) != 0 || found.st_size < 4096) return -1;
    size_t bytes = (size_t)found.st_size;
    void *mapped = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    close(fd);
    if (mapped == MAP_FAILED) return -1;
    header = mapped;
    memcpy(header->magic, "SLIPLOG1", 8);
    header->fill = agent_fill = fill;
    header->wait_status = ~0ULL;
    cursor = (uint8_t *)(header + 1);
    limit = (uint8_t *)mapped + bytes - KEPT_FOR_THE_END;
    header->used = published = sizeof *header;
    return 0;
}

/* Room for *bytes* more, a multiple of 8; ends the trace when the log is full. */
void *log_reserve(size_t bytes) {
    if (bytes > (size_t)(limit - cursor)) stop_tracing(END_BYTES, 0);
    void *at = cursor;
    cursor += bytes;
    return at;
}

/* What was reserved is whole now, and part of the log. */
void log_publish(void) { header->used = published = (uint64_t)(cursor - (uint8_t *)header); }

void log_record(uint32_t type, uint64_t first, uint64_t second, uint64_t third) {
    if (!agent_active) return;
    struct record *record = log_reserve(sizeof *record);
    *record = (struct record){type, sizeof *record, first, second, third};
    log_publish();
}

void log_end(enum ending why, uint64_t value) {
    if (ended || header == NULL) return;
    ended = 1;
    limit += KEPT_FOR_THE_END;
    cursor = (uint8_t *)header + published; /* a record that was being written is dropped */
    struct record *record = (struct record *)cursor;
    *record = (struct record){REC_END, sizeof *record, why, value, 0};
    cursor += sizeof *record;
    log_publish();
}

void log_forget(void) { header = NULL; }
