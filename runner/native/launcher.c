/* Starts one untrusted program under limits, waits for it, and leaves none of its descendants behind.
 *
 *   launcher cwd=DIR [uid=N] [layer=NAME]... [read=PATH]... [cpu=S] [as=B] [fsize=B] [nproc=N] [nofile=N] [stack=B]
 *            -- PROGRAM [ARGUMENT...]
 *   launcher probe cwd=DIR [uid=N] [read=PATH]... -- PROGRAM
 *
 * The caller starts it in a session of its own, with the program's environment, and with these descriptors:
 *   0, 1, 2  the program's
 *   3        status: lines written here, ended by end of file when nothing of the program is left
 *   4        control: end of file (the caller closed it, or died) means "kill the program now"
 *
 * Status lines:  pid N | layer NAME | fail STEP ERRNO | exit CODE | signal N
 *                usage CPU_MICROSECONDS PEAK_KILOBYTES | killed N | left
 *                probe NAME ERRNO (0: it holds)
 *
 * It stays the program's parent, instead of becoming the program, for three reasons: orphans are adopted by it and can
 * be killed without guessing; the peak memory it reports is the program's and not that of a large caller, which exec
 * after vfork would carry over; and the caller's death ends the program. With namespaces that parent is their process 1,
 * and the launcher proper only waits for it: with that one the kernel ends whatever else is in there.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
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

#include "launcher.h"

#ifndef SYS_close_range
#define SYS_close_range 436
#endif

enum { CLEANUP_MILLISECONDS = 2000 };

static void close_inherited(void) {
    if (syscall(SYS_close_range, FIRST_UNUSED, ~0U, 0) != 0) {
        long last = sysconf(_SC_OPEN_MAX);
        for (int fd = FIRST_UNUSED; fd < last; fd++) close(fd);
    }
    if (fcntl(STATUS, F_SETFD, FD_CLOEXEC) != 0 || fcntl(CONTROL, F_SETFD, FD_CLOEXEC) != 0) fail("descriptors");
}

/* Should memory run out on the whole machine, the kernel ends the program first. Raising it needs no privilege. */
static void prefer_for_out_of_memory(void) {
    int fd = open("/proc/self/oom_score_adj", O_WRONLY | O_CLOEXEC);
    if (fd < 0) return;
    if (write(fd, "1000", 4) == 4) report("layer first-out-of-memory\n");
    close(fd);
}

static void set(int option, unsigned long value, const char *name) {
    if (prctl(option, value, 0, 0, 0) != 0) fail(name);
    report("layer %s\n", name);
}

/* From a program of the same user. Not before the namespaces: their maps are written through files that would be root's. */
static void hide(const struct options *options) {
    if ((options->layers & HIDDEN_LAUNCHER) != 0) set(PR_SET_DUMPABLE, 0, "hidden-launcher");
}

void confine(const struct options *options) {
    unsigned layers = options->layers;
    if (options->uid > 0) become((uid_t)options->uid);
    if ((layers & USER_NAMESPACE) != 0) drop_capabilities();
    if ((layers & NO_NEW_PRIVILEGES) != 0) set(PR_SET_NO_NEW_PRIVS, 1, "no-new-privileges");
    if ((layers & LANDLOCK) != 0) {
        if (restrict_files(options) != 0) fail("landlock");
        report("layer landlock\n");
    }
    if ((layers & SECCOMP) != 0) {
        if (install_seccomp(options) != 0) fail("seccomp");
        report("layer seccomp\n");
    }
}

static void run_program(const struct options *options, pid_t parent) {
    if (setsid() < 0) fail("setsid");
    report("layer own-session\nlayer closed-descriptors\n");
    if ((options->layers & HIDDEN_LAUNCHER) != 0 && prctl(PR_SET_DUMPABLE, 1) != 0) fail("dumpable");
    umask(077);
    prefer_for_out_of_memory();
    apply_limits(options);
    restore_signals();
    confine(options);
    if (chdir(options->cwd) != 0) fail("chdir");
    /* AWS Lambda is reported to refuse prctl: there the launcher's own end is what ends the program. After the change
     * of user, which undoes it. */
    if (prctl(PR_SET_PDEATHSIG, SIGKILL) == 0 && getppid() != parent) _exit(CANNOT_START);
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

struct children {
    int listed; /* -1 where the kernel has no such list */
    int living;
};

/* Kills this process's children, found in /proc. Reaps none, so that each is certainly the one that was listed. */
static struct children kill_children(void) {
    struct children found = {.listed = -1};
    char path[64];
    snprintf(path, sizeof path, "/proc/self/task/%d/children", (int)getpid());
    FILE *list = fopen(path, "re");
    if (list == NULL) return found;
    found.listed = 0;
    for (long pid; fscanf(list, "%ld", &pid) == 1;) {
        siginfo_t ended = {.si_pid = 0};
        found.listed++;
        if (waitid(P_PID, (id_t)pid, &ended, WEXITED | WNOHANG | WNOWAIT) == 0 && ended.si_pid == pid) continue;
        found.living++;
        if (pid > 1) kill((pid_t)pid, SIGKILL);
    }
    fclose(list);
    return found;
}

/* Who is dead keeps its place under nproc until it is reaped: so nobody is, while somebody lives who could fork in its
 * place. Once all places are taken, each look finds fewer that live. Gives up after CLEANUP_MILLISECONDS. */
static void kill_all_children(void) {
    long long deadline = milliseconds() + CLEANUP_MILLISECONDS;
    for (int dead = -1;;) {
        struct children found = kill_children();
        /* Orphans are adopted before their parent counts as dead: once all are dead, one more look finds those of them
         * that the look before came too early for. */
        if (found.living == 0 && found.listed == dead) return;
        if (found.listed < 0 || milliseconds() > deadline) return;
        dead = found.living == 0 ? found.listed : -1;
        if (found.living > 0) sched_yield();
    }
}

static void kill_everything(pid_t program) {
    /* The program is unreaped, so both numbers are still its own; it may not lead its group yet. */
    kill(-program, SIGKILL);
    kill(program, SIGKILL);
    siginfo_t ended;
    while (waitid(P_PID, (id_t)program, &ended, WEXITED | WNOWAIT) != 0) {
        if (errno != EINTR) fail("waitid");
    }
    kill_all_children();
    int status, how, killed = 0;
    struct rusage usage;
    if (wait4(program, &status, 0, &usage) != program) fail("wait4");
    /* Counted when reaped: one that is dying can be killed again and again, and one that had ended was not left. */
    pid_t other;
    while ((other = waitpid(-1, &how, WNOHANG)) > 0) {
        if (WIFSIGNALED(how) && WTERMSIG(how) == SIGKILL) killed++;
    }
    if (other == 0) report("left\n"); /* somebody who is not dead; else there is nobody (ECHILD) */
    struct rusage all; /* with the adopted ones */
    if (getrusage(RUSAGE_CHILDREN, &all) == 0) usage.ru_utime = all.ru_utime, usage.ru_stime = all.ru_stime;
    long long cpu = (usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) * 1000000LL + usage.ru_utime.tv_usec +
                    usage.ru_stime.tv_usec;
    report("usage %lld %ld\nkilled %d\n", cpu, usage.ru_maxrss, killed);
    if (WIFSIGNALED(status)) report("signal %d\n", WTERMSIG(status));
    else report("exit %d\n", WEXITSTATUS(status));
}

/* Starts the program, waits, cleans up: in the launcher itself, or in process 1 of the namespaces. */
static void supervise(const struct options *options) {
    sigset_t chld;
    sigemptyset(&chld);
    sigaddset(&chld, SIGCHLD);
    if (sigprocmask(SIG_BLOCK, &chld, NULL) != 0) fail("sigprocmask");
    int signals = signalfd(-1, &chld, SFD_CLOEXEC | SFD_NONBLOCK);
    if (signals < 0) fail("signalfd");
    pid_t parent = getpid(), program = fork();
    if (program < 0) fail("fork");
    if (program == 0) run_program(options, parent);
    if (parent != 1) report("pid %d\n", (int)program); /* a number of other namespaces means nothing to the caller */
    close(0), close(1), close(2);                       /* or the caller would never see end of file */
    wait_for(program, signals);
    kill_everything(program);
}

static int supervise_inside(const struct options *options) {
    if (enter_namespaces(options) != 0) fail("namespaces");
    pid_t init = fork();
    if (init < 0) fail("fork");
    if (init == 0) {
        prctl(PR_SET_PDEATHSIG, SIGKILL); /* of which the caller's end of CONTROL is the other half */
        if (make_root(options) != 0) fail("namespaces");
        report("layer namespaces\n");
        if ((options->layers & USER_NAMESPACE) != 0) report("layer user-namespace\n");
        hide(options);
        supervise(options);
        _exit(0);
    }
    close(0), close(1), close(2);
    int status;
    while (waitpid(init, &status, 0) != init) {
        if (errno != EINTR) fail("waitpid");
    }
    return 0;
}

int main(int count, char **arguments) {
    int probing = count > 1 && strcmp(arguments[1], "probe") == 0;
    close_inherited();
    signal(SIGPIPE, SIG_IGN);
    struct options options = parse(arguments + probing);
    if (probing) return probe(&options);
    if ((options.layers & ADOPTED_ORPHANS) != 0) set(PR_SET_CHILD_SUBREAPER, 1, "adopted-orphans");
    if ((options.layers & NAMESPACES) != 0) return supervise_inside(&options);
    hide(&options);
    supervise(&options);
    return 0;
}
