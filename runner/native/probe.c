/* Which layers hold here: each is tried in a process of its own, and then tested for what it is to prevent. That a call
 * was accepted is not enough: emulated kernels accept some without effect. */
#define _GNU_SOURCE
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "launcher.h"

/* What a layer that holds answers with 0, and one that does not with -1 and errno. */
static int check_orphans(void) {
    int adopts = 0;
    if (prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0) != 0 || prctl(PR_GET_CHILD_SUBREAPER, &adopts, 0, 0, 0) != 0) return -1;
    errno = ENOSYS;
    return adopts == 1 ? 0 : -1;
}

static int check_hidden(void) {
    if (prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) != 0) return -1;
    errno = ENOSYS;
    return prctl(PR_GET_DUMPABLE, 0, 0, 0, 0) == 0 ? 0 : -1;
}

static int check_privileges(void) {
    errno = ENOSYS;
    return prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0) == 1 ? 0 : -1;
}

static int check_seccomp(void) {
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    if (fd < 0 && errno == EPERM) return 0;
    errno = ENOSYS;
    return -1;
}

static int check_landlock(void) {
    int fd = open("/", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0 && errno == EACCES) return 0;
    errno = ENOSYS;
    return -1;
}

/* In process 1: the only process there is, and a root with nothing in it but what was put there. */
static int check_namespaces(void) {
    DIR *processes = opendir("/proc");
    if (processes == NULL) return -1;
    int others = 0;
    for (struct dirent *entry; (entry = readdir(processes)) != NULL;) {
        others += entry->d_name[0] >= '0' && entry->d_name[0] <= '9' && strcmp(entry->d_name, "1") != 0;
    }
    closedir(processes);
    int can_write = open("/probe", O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
    errno = ENOSYS;
    return getpid() == 1 && others == 0 && can_write < 0 ? 0 : -1;
}

static int result_of(pid_t child) {
    int status;
    if (child < 0) return errno;
    while (waitpid(child, &status, 0) != child) {
        if (errno != EINTR) return errno;
    }
    return WIFEXITED(status) ? WEXITSTATUS(status) : EINTR;
}

static _Noreturn void finish(int result) { _exit(result == 0 ? 0 : errno); }

static void try_confinement(const struct options *options, const char *name, unsigned layer, int (*check)(void)) {
    pid_t child = fork();
    if (child == 0) {
        struct options alone = *options;
        alone.layers = layer | NO_NEW_PRIVILEGES;
        if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0) finish(-1);
        if (layer == LANDLOCK && restrict_files(&alone) != 0) finish(-1);
        if (layer == SECCOMP && install_seccomp(&alone) != 0) finish(-1);
        finish(check());
    }
    report("probe %s %d\n", name, result_of(child));
}

static void try_simple(const char *name, int (*check)(void)) {
    pid_t child = fork();
    if (child == 0) finish(check());
    report("probe %s %d\n", name, result_of(child));
}

static void try_namespaces(const struct options *options, const char *name, unsigned layers) {
    pid_t child = fork();
    if (child == 0) {
        struct options alone = *options;
        alone.layers = layers;
        if (enter_namespaces(&alone) != 0) finish(-1);
        pid_t init = fork();
        if (init == 0) finish(make_root(&alone) == 0 ? check_namespaces() : -1);
        _exit(result_of(init));
    }
    report("probe %s %d\n", name, result_of(child));
}

int probe(const struct options *options) {
    try_simple("adopted-orphans", check_orphans);
    try_simple("hidden-launcher", check_hidden);
    try_confinement(options, "no-new-privileges", NO_NEW_PRIVILEGES, check_privileges);
    try_confinement(options, "seccomp", SECCOMP, check_seccomp);
    try_confinement(options, "landlock", LANDLOCK, check_landlock);
    try_namespaces(options, "namespaces", NAMESPACES);
    try_namespaces(options, "user-namespace", NAMESPACES | USER_NAMESPACE);
    return 0;
}
