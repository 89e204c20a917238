/* What the program may use (resource limits) and who it is. */
#define _GNU_SOURCE
#include <errno.h>
#include <grp.h>
#include <linux/capability.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "launcher.h"

static void limit(int resource, rlim_t soft, rlim_t hard) {
    struct rlimit now;
    if (getrlimit(resource, &now) != 0) fail("getrlimit");
    /* A limit that is already lower stays: raising it needs a privilege, and it is not ours to lift. */
    if (hard > now.rlim_max) hard = now.rlim_max;
    if (soft > hard) soft = hard;
    struct rlimit wanted = {soft, hard};
    if (setrlimit(resource, &wanted) != 0) fail("setrlimit");
}

void apply_limits(const struct options *options) {
    for (int i = 0; i < LIMIT_COUNT; i++) {
        if (!options->limited[i]) continue;
        rlim_t value = options->limits[i];
        /* SIGXCPU at the limit names the cause; SIGKILL one second later ends who ignores it. */
        limit((int)LIMITS[i].value, value, LIMITS[i].value == RLIMIT_CPU ? value + 1 : value);
    }
    limit(RLIMIT_CORE, 0, 0);
    limit(RLIMIT_MSGQUEUE, 0, 0);
    limit(RLIMIT_MEMLOCK, 0, 0);
    report("layer resource-limits\n");
}

void become(uid_t uid) {
    if (setgroups(0, NULL) != 0) fail("setgroups");
    if (setresgid(uid, uid, uid) != 0) fail("setresgid");
    if (setresuid(uid, uid, uid) != 0) fail("setresuid");
    if (setuid(0) == 0 || setgid(0) == 0) {
        errno = EPERM;
        fail("still-root");
    }
    report("layer own-user\n");
}

/* Inside a user namespace of our making we hold every capability over it; the program shall hold none. */
void drop_capabilities(void) {
    for (int capability = 0; prctl(PR_CAPBSET_READ, capability, 0, 0, 0) >= 0; capability++) {
        if (prctl(PR_CAPBSET_DROP, capability, 0, 0, 0) != 0) fail("capability-bounds");
    }
    struct __user_cap_header_struct header = {.version = _LINUX_CAPABILITY_VERSION_3};
    struct __user_cap_data_struct none[_LINUX_CAPABILITY_U32S_3];
    memset(none, 0, sizeof none);
    if (syscall(SYS_capset, &header, none) != 0) fail("capset");
}

void restore_signals(void) {
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
