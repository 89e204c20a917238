/* Landlock: the program sees the readable paths and its work directory, no TCP, and no process but its own. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <linux/types.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "launcher.h"

/* From linux/landlock.h, of which a build machine's copy may be older than the kernel that the image runs on. */
enum { NR_CREATE_RULESET = 444, NR_ADD_RULE = 445, NR_RESTRICT_SELF = 446, VERSION = 1, PATH_BENEATH = 1 };
enum { EXECUTE = 1 << 0, WRITE_FILE = 1 << 1, READ_FILE = 1 << 2, READ_DIR = 1 << 3, TRUNCATE = 1 << 14 };
enum { IOCTL_DEV = 1 << 15, OF_A_FILE = EXECUTE | WRITE_FILE | READ_FILE | TRUNCATE, READ = EXECUTE | READ_FILE | READ_DIR };
struct ruleset {
    __u64 files, network, scoped;
};
struct rule {
    __u64 allowed;
    __s32 parent;
} __attribute__((packed));

static int allow(int ruleset, const char *path, __u64 access) {
    int fd = open(path, O_PATH | O_CLOEXEC);
    if (fd < 0) return errno == ENOENT ? 0 : -1; /* what is not there cannot be read */
    struct stat found;
    int result = fstat(fd, &found);
    if (result == 0) {
        struct rule rule = {S_ISDIR(found.st_mode) ? access : access & OF_A_FILE, fd};
        result = (int)syscall(NR_ADD_RULE, ruleset, PATH_BENEATH, &rule, 0);
    }
    close(fd);
    return result;
}

static __u64 known_accesses(int version) {
    __u64 known = (1 << 13) - 1;
    if (version >= 2) known |= 1 << 13; /* moving between directories */
    if (version >= 3) known |= TRUNCATE;
    if (version >= 5) known |= IOCTL_DEV;
    return known;
}

int landlock_keeps_signals(void) { return syscall(NR_CREATE_RULESET, NULL, 0, VERSION) >= 6; }

/* Not /dev/zero: a shared mapping of it is memory that stays while nobody touches it, and that no watch can count. */
int restrict_files(const struct options *options) {
    static const char *const devices[] = {"/dev/full", "/dev/random", "/dev/urandom", "/proc", NULL};
    int version = (int)syscall(NR_CREATE_RULESET, NULL, 0, VERSION);
    if (version < 1) return -1;
    struct ruleset wanted = {known_accesses(version), version >= 4 ? 3 : 0, version >= 6 ? 3 : 0};
    size_t size = version >= 6 ? sizeof wanted : version >= 4 ? 2 * sizeof(__u64) : sizeof(__u64);
    int ruleset = (int)syscall(NR_CREATE_RULESET, &wanted, size, 0);
    if (ruleset < 0) return -1;
    for (size_t i = 0; i < options->readable_count; i++) {
        if (allow(ruleset, options->readable[i], READ) != 0) return -1;
    }
    for (size_t i = 0; devices[i] != NULL; i++) {
        if (allow(ruleset, devices[i], READ) != 0) return -1;
    }
    if (allow(ruleset, "/dev/null", READ | WRITE_FILE | (wanted.files & TRUNCATE)) != 0) return -1;
    if (allow(ruleset, options->cwd, wanted.files) != 0) return -1;
    /* Inside the namespaces these are the program's own, of limited size, and gone with it. */
    if ((options->layers & NAMESPACES) != 0) {
        if (allow(ruleset, "/tmp", wanted.files) != 0 || allow(ruleset, "/dev/shm", wanted.files) != 0) return -1;
    }
    int result = (int)syscall(NR_RESTRICT_SELF, ruleset, 0);
    close(ruleset);
    return result;
}
