/* What the program is told of the world. Two runs are compared byte by byte, and what differs counts as uninitialised:
 * so both get the same clock, the same "random" numbers and the same process id. Nobody waits: sleeping moves the clock.
 * Threads are not traced; a program that starts one is told apart. */
#define _GNU_SOURCE
#include "agent.h"

#include <dlfcn.h>
#include <errno.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <threads.h>
#include <time.h>
#include <unistd.h>

enum { TICK = 1000000 }; /* nanoseconds that pass between two looks at the clock, lest who waits waits for ever */
#define SECOND 1000000000LL
static long long wall, since_start;
static uint64_t random_state = 0x9E3779B97F4A7C15ULL;
static pid_t own_pid, (*real_fork)(void), (*real_getpid)(void);
static void (*real_throw)(void *, void *, void (*)(void *)), (*real_rethrow)(void), (*real_longjmp)(jmp_buf, int);
static void (*real_resume)(void *);
static void (*real_exit)(int), (*real_quick_exit)(int);

void world_open(void) {
    struct timespec now;
    int (*clock_now)(clockid_t, struct timespec *) =
        (int (*)(clockid_t, struct timespec *))dlsym(RTLD_NEXT, "clock_gettime");
    clock_now(CLOCK_REALTIME, &now);
    wall = now.tv_sec * SECOND + now.tv_nsec;
    random_state ^= (uint64_t)wall;
    real_fork = (pid_t (*)(void))dlsym(RTLD_NEXT, "fork");
    real_getpid = (pid_t (*)(void))dlsym(RTLD_NEXT, "getpid");
    real_throw = (void (*)(void *, void *, void (*)(void *)))dlsym(RTLD_NEXT, "__cxa_throw");
    real_rethrow = (void (*)(void))dlsym(RTLD_NEXT, "__cxa_rethrow");
    real_resume = (void (*)(void *))dlsym(RTLD_NEXT, "_Unwind_Resume");
    real_longjmp = (void (*)(jmp_buf, int))dlsym(RTLD_NEXT, "siglongjmp");
    real_exit = (void (*)(int))dlsym(RTLD_NEXT, "exit");
    real_quick_exit = (void (*)(int))dlsym(RTLD_NEXT, "quick_exit");
    own_pid = real_getpid();
}

pid_t untraced_fork(void) { return real_fork(); }

static struct timespec look(long long origin) {
    since_start += TICK;
    long long now = origin + since_start;
    return (struct timespec){now / SECOND, now % SECOND};
}

EXPORTED int clock_gettime(clockid_t which, struct timespec *result) {
    *result = look(which == CLOCK_REALTIME || which == CLOCK_REALTIME_COARSE || which == CLOCK_TAI ? wall : 0);
    return 0;
}

EXPORTED int timespec_get(struct timespec *result, int base) {
    *result = look(wall);
    return base;
}

EXPORTED int gettimeofday(struct timeval *restrict result, void *restrict zone) {
    (void)zone;
    struct timespec now = look(wall);
    *result = (struct timeval){now.tv_sec, now.tv_nsec / 1000};
    return 0;
}

EXPORTED time_t time(time_t *result) {
    time_t now = look(wall).tv_sec;
    if (result != NULL) *result = now;
    return now;
}

EXPORTED clock_t clock(void) {
    since_start += TICK;
    return (clock_t)(since_start / (SECOND / CLOCKS_PER_SEC));
}

static int pass(const struct timespec *duration, struct timespec *left) {
    if (duration->tv_nsec < 0 || duration->tv_nsec >= SECOND || duration->tv_sec < 0) return EINVAL;
    if (duration->tv_sec < 1000000) since_start += duration->tv_sec * SECOND + duration->tv_nsec;
    if (left != NULL) *left = (struct timespec){0, 0};
    return 0;
}

EXPORTED int clock_nanosleep(clockid_t which, int flags, const struct timespec *until, struct timespec *left) {
    if (!(flags & TIMER_ABSTIME)) return pass(until, left);
    long long target = until->tv_sec * SECOND + until->tv_nsec - (which == CLOCK_REALTIME ? wall : 0);
    if (target > since_start) since_start = target;
    return 0;
}

EXPORTED int nanosleep(const struct timespec *duration, struct timespec *left) {
    int error = pass(duration, left);
    if (error != 0) errno = error;
    return error == 0 ? 0 : -1;
}

EXPORTED int usleep(useconds_t microseconds) {
    since_start += microseconds * 1000LL;
    return 0;
}

EXPORTED unsigned sleep(unsigned seconds) {
    since_start += seconds * SECOND;
    return 0;
}

static uint64_t next_random(void) { /* xorshift64* */
    random_state ^= random_state >> 12;
    random_state ^= random_state << 25;
    random_state ^= random_state >> 27;
    return random_state * 0x2545F4914F6CDD1DULL;
}

EXPORTED ssize_t getrandom(void *buffer, size_t bytes, unsigned flags) {
    (void)flags;
    for (size_t i = 0; i < bytes; i++) ((uint8_t *)buffer)[i] = (uint8_t)(next_random() >> 32);
    return (ssize_t)bytes;
}

EXPORTED int getentropy(void *buffer, size_t bytes) {
    getrandom(buffer, bytes, 0);
    return 0;
}

/* std::random_device::_M_getval: it would ask the processor, which no function of the C library stands before. */
EXPORTED unsigned _ZNSt13random_device9_M_getvalEv(void *device) {
    (void)device;
    return (unsigned)(next_random() >> 32);
}

EXPORTED unsigned _ZNSt13random_device16_M_getval_pretr1Ev(void *device) {
    return _ZNSt13random_device9_M_getvalEv(device);
}

EXPORTED pid_t getpid(void) { return own_pid; }

EXPORTED pid_t fork(void) {
    pid_t pid = real_fork();
    if (pid == 0) {
        steps_forget();
        own_pid = real_getpid();
    }
    return pid;
}

/* As a fork: the child of a vfork borrows its parent's memory, breakpoints included. */
EXPORTED pid_t vfork(void) { return fork(); }

EXPORTED int pthread_create(pthread_t *thread, const pthread_attr_t *attributes, void *(*run)(void *), void *argument) {
    (void)thread, (void)attributes, (void)run, (void)argument;
    if (agent_active) stop_tracing(END_THREADS, 0);
    return EAGAIN;
}

EXPORTED int thrd_create(thrd_t *thread, thrd_start_t run, void *argument) {
    (void)thread, (void)run, (void)argument;
    if (agent_active) stop_tracing(END_THREADS, 0);
    return thrd_error;
}

/* Frames that are left this way have not returned; those below the caller's have. */
EXPORTED _Noreturn void __cxa_throw(void *object, void *type, void (*destroy)(void *)) {
    log_record(REC_UNWOUND, (uint64_t)__builtin_frame_address(0) + 16, 0, 0);
    real_throw(object, type, destroy);
    __builtin_unreachable();
}

EXPORTED _Noreturn void __cxa_rethrow(void) {
    log_record(REC_UNWOUND, (uint64_t)__builtin_frame_address(0) + 16, 0, 0);
    real_rethrow();
    __builtin_unreachable();
}

/* The end of what a frame cleans up while an exception passes through it. */
EXPORTED _Noreturn void _Unwind_Resume(void *exception) {
    log_record(REC_UNWOUND, (uint64_t)__builtin_frame_address(0) + 16, 0, 0);
    real_resume(exception);
    __builtin_unreachable();
}

static _Noreturn void jump(jmp_buf where, int value) {
    log_record(REC_UNWOUND, (uint64_t)__builtin_frame_address(0) + 16, 0, 0);
    real_longjmp(where, value);
    __builtin_unreachable();
}

EXPORTED _Noreturn void longjmp(jmp_buf where, int value) { jump(where, value); }
EXPORTED _Noreturn void _longjmp(jmp_buf where, int value) { jump(where, value); }
EXPORTED _Noreturn void siglongjmp(sigjmp_buf where, int value) { jump(where, value); }
EXPORTED _Noreturn void __longjmp_chk(jmp_buf where, int value) { jump(where, value); }

/* What runs between exit and the end of the process is not the program's main any more. */
static void leave(int status) {
    if (!agent_active) return;
    log_end(END_EXITED, (uint64_t)(uint32_t)status);
    steps_stop();
}

EXPORTED _Noreturn void exit(int status) {
    leave(status);
    real_exit(status);
    __builtin_unreachable();
}

EXPORTED _Noreturn void quick_exit(int status) {
    leave(status);
    real_quick_exit(status);
    __builtin_unreachable();
}

EXPORTED _Noreturn void _exit(int status) {
    leave(status);
    for (;;) syscall(SYS_exit_group, status);
}

EXPORTED _Noreturn void _Exit(int status) { _exit(status); }
