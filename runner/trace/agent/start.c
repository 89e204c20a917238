/* Makes two copies of the process that differ in nothing but the byte that uninitialised memory is filled with, and
 * takes the place of the program's main in each, to run it on a stack at a fixed address.
 *
 * Files, in the directory that the program is started in:  table, a.log, b.log, a.out, a.err;  directories  a, b. */
#define _GNU_SOURCE
#include "agent.h"

#include <dlfcn.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <ucontext.h>
#include <unistd.h>

typedef int main_function(int, char **, char **);

static struct {
    main_function *run;
    int count, result, second;
    char **arguments, **environment;
} program;
static ucontext_t on_its_stack, back;
static const struct table *table;

static const void *map_table(void) {
    int fd = open("table", O_RDONLY | O_CLOEXEC);
    struct stat found;
    if (fd < 0 || fstat(fd, &found) != 0) return NULL;
    void *mapped = mmap(NULL, (size_t)found.st_size, PROT_READ, MAP_PRIVATE, fd, 0);
    close(fd);
    if (mapped == MAP_FAILED) return NULL;
    const struct table *found_table = mapped;
    uint64_t bytes = sizeof *found_table + found_table->statement_count * sizeof(struct statement) +
                     found_table->function_count * sizeof(struct function);
    return memcmp(found_table->magic, "SLIPTAB1", 8) == 0 && bytes == (uint64_t)found.st_size ? mapped : NULL;
}

/* The words of the command line, where the snapshots reach them; returns the new top of the stack. */
static char *copy_arguments(char *top) {
    char *copies[64];
    int count = program.count < 64 ? program.count : 64;
    for (int i = 0; i < count; i++) {
        size_t bytes = strlen(program.arguments[i]) + 1;
        top -= bytes;
        copies[i] = memcpy(top, program.arguments[i], bytes);
    }
    top = (char *)((uint64_t)top & ~15ULL) - (((size_t)count + 2) & ~1UL) * sizeof(char *);
    memcpy(top, copies, (size_t)count * sizeof(char *));
    ((char **)top)[count] = NULL;
    program.count = count;
    program.arguments = (char **)top;
    return top;
}

static void run_program(void) { program.result = program.run(program.count, program.arguments, program.environment); }

/* In one of the two copies; returns what main returned. */
static int traced(void) {
    const struct statement *statements = (const struct statement *)(table + 1);
    const struct function *functions = (const struct function *)(statements + table->statement_count);
    uint8_t *stack = reserve(STACK_BASE, STACK_SIZE);
    mprotect(stack, 4096, PROT_NONE);
    char *top = copy_arguments((char *)stack + STACK_SIZE - 64);
    static char buffer[1 << 16];
    setvbuf(stdout, buffer, _IOFBF, sizeof buffer);
    snapshot_open(table);
    frames_open(table, functions);
    agent_active = 1;
    heap_log_existing();
    getcontext(&on_its_stack);
    on_its_stack.uc_stack.ss_sp = stack;
    on_its_stack.uc_stack.ss_size = (size_t)(top - (char *)stack);
    on_its_stack.uc_link = &back;
    makecontext(&on_its_stack, run_program, 0);
    steps_open(table, statements);
    swapcontext(&back, &on_its_stack);
    if (agent_active) {
        log_end(END_RETURNED, (uint64_t)(uint32_t)program.result);
        steps_stop();
    }
    return program.result;
}

static void redirect(int target, const char *path, int flags) {
    int fd = open(path, flags | O_CLOEXEC);
    if (fd < 0 || dup2(fd, target) != target) _exit(123);
    close(fd);
}

/* Returns 0 in the copy that is to run the program: a new process or, where none may be made, this one. */
static pid_t start(const char *log, uint8_t fill, const char *out, const char *err, const char *directory) {
    pid_t pid = untraced_fork();
    if (pid > 0 || (pid < 0 && program.second)) return pid;
    if (log_open(log, fill) != 0) _exit(124);
    heap_begin();
    redirect(STDOUT_FILENO, out, O_WRONLY);
    redirect(STDERR_FILENO, err, O_WRONLY | O_APPEND);
    /* An offset of its own: each copy reads all of stdin. */
    if (program.second) redirect(STDIN_FILENO, "/proc/self/fd/0", O_RDONLY);
    if (chdir(directory) != 0) _exit(123);
    return 0;
}

/* Before the program's own constructors, which allocate, print and look at the clock. */
__attribute__((constructor)) static void make_copies(void) {
    table = map_table();
    if (table == NULL) _exit(120);
    world_open();
    program.second = 1;
    pid_t second = start("b.log", 0xA5, "/dev/null", "/dev/null", "b");
    if (second == 0) return;
    program.second = 0;
    pid_t first = start("a.log", 0x5A, "a.out", "a.err", "a");
    if (first == 0) return;
    int status = 0, log = open("a.log", O_WRONLY | O_CLOEXEC);
    if (log < 0) _exit(126);
    waitpid(first, &status, 0);
    uint64_t noted = (uint32_t)status;
    if (pwrite(log, &noted, sizeof noted, offsetof(struct log_header, wait_status)) != sizeof noted) _exit(126);
    if (second > 0) waitpid(second, &status, 0);
    _exit(0);
}

static int main_in_its_place(int count, char **arguments, char **environment) {
    program.count = count;
    program.arguments = arguments;
    program.environment = environment;
    return traced();
}

typedef int start_function(main_function *, int, char **, void (*)(void), void (*)(void), void (*)(void), void *);

EXPORTED int __libc_start_main(main_function *main, int count, char **arguments, void (*init)(void), void (*fini)(void),
                               void (*loader_fini)(void), void *stack_end) {
    start_function *real = (start_function *)dlsym(RTLD_NEXT, "__libc_start_main");
    program.run = main;
    return real(main_in_its_place, count, arguments, init, fini, loader_fini, stack_end);
}
