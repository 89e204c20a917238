/* Starts one untrusted program under limits, waits for it, and leaves none of its descendants behind.
 *
 *   launcher cwd=DIR [uid=N] [cpu=S] [as=B] [fsize=B] [nproc=N] [nofile=N] [stack=B] -- PROGRAM [ARGUMENT...]
 *
 * The caller starts it in a session of its own, with the program's environment, and with these descriptors:
 *   0, 1, 2  the program's
 *   3        status: lines written here, ended by end of file when nothing of the program is left
 *   4        control: end of file (the caller closed it, or died) means "kill the program now"
 *
 * Status lines:  pid N | layer NAME | fail STEP ERRNO | exit CODE | signal N
 *                usage CPU_MICROSECONDS PEAK_KILOBYTES | killed N | left
 *
 * It stays the program's parent, instead of becoming the program, for three reasons: orphans are adopted by it and can
 * be killed without guessing; the peak memory it reports is the program's and not that of a large caller, which exec
 * after vfork would carry over; and the caller's death ends the program.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#ifndef SYS_close_range
#define SYS_close_range 436
#endif

enum { STATUS = 3, CONTROL = 4, FIRST_UNUSED = 5 };
enum { CLEANUP_MILLISECONDS = 2000 };

static const struct {
    const char *name;
    int resource;
} KINDS[] = {
    {"cpu", RLIMIT_CPU},     {"as", RLIMIT_AS},         {"fsize", RLIMIT_FSIZE},
    {"nproc", RLIMIT_NPROC}, {"nofile", RLIMIT_NOFILE}, {"stack", RLIMIT_STACK},
};
enum { KIND_COUNT = sizeof KINDS / sizeof KINDS[0] };

struct options {
    const char *cwd;
    long uid; /* -1: stay who we are */
    rlim_t limits[KIND_COUNT];
    int limited[KIND_COUNT];
    char **program;
};

/* One line is one write, so that lines of the launcher and of the child it forked never mix. */
static void report(const char *format, ...) {
    char line[128];
    va_list arguments;
    va_start(arguments, format);
    int length = vsnprintf(line, sizeof line, format, arguments);
    va_end(arguments);
    if (length > 0 && write(STATUS, line, (size_t)length) < 0) _exit(125); /* the caller is gone */
}

static void fail(const char *step) {
    report("fail %s %d\n", step, errno);
    _exit(125);
}

static unsigned long long number(const char *text) {
    char *end;
    errno = 0;
    unsigned long long value = strtoull(text, &end, 10);
    if (errno != 0 || *end != '\0' || end == text) {
        errno = EINVAL;
        fail("options");
    }
    return value;
}

static void parse_option(struct options *options, const char *text) {
    const char *equals = strchr(text, '=');
    if (equals == NULL) {
        errno = EINVAL;
        fail("options");
    }
    size_t length = (size_t)(equals - text);
    if (strncmp(text, "cwd", length) == 0 && length == 3) {
        options->cwd = equals + 1;
        return;
    }
    if (strncmp(text, "uid", length) == 0 && length == 3) {
        options->uid = (long)number(equals + 1);
        return;
    }
    for (int i = 0; i < KIND_COUNT; i++) {
        if (strlen(KINDS[i].name) == length && strncmp(text, KINDS[i].name, length) == 0) {
            options->limits[i] = (rlim_t)number(equals + 1);
            options->limited[i] = 1;
            return;
        }
    }
    errno = EINVAL;
    fail("options");
}

static struct options parse(char **arguments) {
    struct options options = {.uid = -1};
    for (arguments++; *arguments != NULL && strcmp(*arguments, "--") != 0; arguments++) {
        parse_option(&options, *arguments);
    }
    if (*arguments == NULL || arguments[1] == NULL || options.cwd == NULL || options.uid == 0) {
        errno = EINVAL;
        fail("options");
    }
    options.program = arguments + 1;
    return options;
}

static void close_inherited(void) {
    if (syscall(SYS_close_range, FIRST_UNUSED, ~0U, 0) != 0) {
        long last = sysconf(_SC_OPEN_MAX);
        for (int fd = FIRST_UNUSED; fd < last; fd++) close(fd);
    }
    if (fcntl(STATUS, F_SETFD, FD_CLOEXEC) != 0 || fcntl(CONTROL, F_SETFD, FD_CLOEXEC) != 0) fail("descriptors");
}

static void limit(int resource, rlim_t soft, rlim_t hard) {
    struct rlimit now;
    if (getrlimit(resource, &now) != 0) fail("getrlimit");
    /* A limit that is already lower stays: raising it needs a privilege, and it is not ours to lift. */
    if (hard > now.rlim_max) hard = now.rlim_max;
    if (soft > hard) soft = hard;
    struct rlimit wanted = {soft, hard};
    if (setrlimit(resource, &wanted) != 0) fail("setrlimit");
}

static void apply_limits(const struct options *options) {
    for (int i = 0; i < KIND_COUNT; i++) {
        if (!options->limited[i]) continue;
        rlim_t value = options->limits[i];
        /* SIGXCPU at the limit names the cause; SIGKILL one second later ends who ignores it. */
        limit(KINDS[i].resource, value, KINDS[i].resource == RLIMIT_CPU ? value + 1 : value);
    }
    limit(RLIMIT_CORE, 0, 0);
    limit(RLIMIT_MSGQUEUE, 0, 0);
    report("layer resource-limits\n");
}

static void become(uid_t uid) {
    if (setgroups(0, NULL) != 0) fail("setgroups");
    if (setresgid(uid, uid, uid) != 0) fail("setresgid");
    if (setresuid(uid, uid, uid) != 0) fail("setresuid");
    if (setuid(0) == 0 || setgid(0) == 0) {
        errno = EPERM;
        fail("still-root");
    }
    report("layer own-user\n");
}

/* Should memory run out on the whole machine, the kernel ends the program first. Raising it needs no privilege. */
static void prefer_for_out_of_memory(void) {
    int fd = open("/proc/self/oom_score_adj", O_WRONLY | O_CLOEXEC);
    if (fd < 0) return;
    if (write(fd, "1000", 4) == 4) report("layer first-out-of-memory\n");
    close(fd);
}

static void restore_signals(void) {
    sigset_t none;
    sigemptyset(&none);
    /* The system call itself: the C library keeps two signals for itself, yet they may have come to us ignored. Zeros
     * are SIG_DFL, no flags and an empty mask in the kernel's structure, which is smaller than the library's. */
    struct sigaction as_at_boot;
    memset(&as_at_boot, 0, sizeof as_at_boot);
    for (int number = 1; number < NSIG; number++) {
        syscall(SYS_rt_sigaction, number, &as_at_boot, NULL, (NSIG - 1) / 8);
    }
    sigprocmask(SIG_SETMASK, &none, NULL);
}

static void run_program(const struct options *options, pid_t launcher) {
    if (setsid() < 0) fail("setsid");
    report("layer own-session\nlayer closed-descriptors\n");
    umask(077);
    prefer_for_out_of_memory();
    apply_limits(options);
    if (options->uid > 0) become((uid_t)options->uid);
    /* AWS Lambda is reported to refuse prctl: what it gives is a bonus that the answer names, not a condition. */
    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0) report("layer no-new-privileges\n");
    if (prctl(PR_SET_PDEATHSIG, SIGKILL) == 0 && getppid() != launcher) _exit(125);
    if (chdir(options->cwd) != 0) fail("chdir");
    restore_signals();
    execv(options->program[0], options->program);
    fail("exec");
}

static long long milliseconds(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec * 1000LL + now.tv_nsec / 1000000;
}

/* Waits until the program ended or the caller asks to end it; reaps adopted orphans, which count against nproc. */
static void wait_for(pid_t program, int signals) {
    struct pollfd watched[] = {{.fd = signals, .events = POLLIN}, {.fd = CONTROL, .events = POLLIN}};
    for (;;) {
        if (poll(watched, 2, -1) < 0 && errno != EINTR) fail("poll");
        if (watched[1].revents != 0) return;
        if (watched[0].revents == 0) continue;
        struct signalfd_siginfo ignored;
        if (read(signals, &ignored, sizeof ignored) < 0 && errno != EAGAIN) fail("signalfd");
        for (;;) {
            siginfo_t ended = {.si_pid = 0};
            if (waitid(P_ALL, 0, &ended, WEXITED | WNOHANG | WNOWAIT) != 0 || ended.si_pid == 0) break;
            if (ended.si_pid == program) return; /* not reaped yet: its group's number cannot be given away */
            waitpid(ended.si_pid, NULL, WNOHANG);
        }
    }
}

/* Kills this process's children, found in /proc; returns how many, or -1 where the kernel has no such list. */
static int kill_children(void) {
    char path[64], text[4096];
    snprintf(path, sizeof path, "/proc/self/task/%d/children", (int)getpid());
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0) return -1;
    ssize_t length = read(fd, text, sizeof text - 1);
    close(fd);
    if (length < 0) return -1;
    if (length == (ssize_t)sizeof text - 1) { /* the last number may be cut */
        while (length > 0 && text[length - 1] != ' ') length--;
    }
    text[length] = '\0';
    int count = 0;
    char *at = text, *end;
    for (long pid = strtol(at, &end, 10); end != at; pid = strtol(at, &end, 10)) {
        /* Ours and unreaped, hence still the process that was listed. */
        if (pid > 1 && kill((pid_t)pid, SIGKILL) == 0) count++;
        at = end;
    }
    return count;
}

static void kill_everything(pid_t program) {
    /* The program is unreaped, so both numbers are still its own; it may not lead its group yet. */
    kill(-program, SIGKILL);
    kill(program, SIGKILL);
    int status, killed = 0;
    struct rusage usage;
    if (wait4(program, &status, 0, &usage) != program) fail("wait4");
    long long deadline = milliseconds() + CLEANUP_MILLISECONDS;
    for (;;) {
        pid_t pid;
        while ((pid = waitpid(-1, NULL, WNOHANG)) > 0) continue;
        if (pid < 0) break; /* ECHILD: nobody is left */
        int count = kill_children();
        if (count > 0) killed += count;
        if (count < 0 || milliseconds() > deadline) {
            report("left\n");
            break;
        }
        sched_yield();
    }
    struct rusage all; /* with the adopted ones */
    if (getrusage(RUSAGE_CHILDREN, &all) == 0) usage.ru_utime = all.ru_utime, usage.ru_stime = all.ru_stime;
    long long cpu = (usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) * 1000000LL + usage.ru_utime.tv_usec +
                    usage.ru_stime.tv_usec;
    report("usage %lld %ld\nkilled %d\n", cpu, usage.ru_maxrss, killed);
    if (WIFSIGNALED(status)) report("signal %d\n", WTERMSIG(status));
    else report("exit %d\n", WEXITSTATUS(status));
}

int main(int count, char **arguments) {
    (void)count;
    close_inherited();
    signal(SIGPIPE, SIG_IGN);
    struct options options = parse(arguments);
    sigset_t chld;
    sigemptyset(&chld);
    sigaddset(&chld, SIGCHLD);
    if (sigprocmask(SIG_BLOCK, &chld, NULL) != 0) fail("sigprocmask");
    int signals = signalfd(-1, &chld, SFD_CLOEXEC | SFD_NONBLOCK);
    if (signals < 0) fail("signalfd");
    if (prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0) == 0) report("layer adopted-orphans\n");
    pid_t launcher = getpid(), program = fork();
    if (program < 0) fail("fork");
    if (program == 0) run_program(&options, launcher);
    report("pid %d\n", (int)program);
    close(0), close(1), close(2); /* or the caller would never see end of file */
    wait_for(program, signals);
    kill_everything(program);
    return 0;
}
