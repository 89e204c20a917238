/* A view of the machine with nothing in it: own processes, network without even a loopback, System V objects, host name,
 * and a file system of read-only parts and small temporary ones. All of it is gone when its process 1 is. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/types.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "launcher.h"

/* linux/mount.h; the numbers are the same on every architecture. */
enum { NR_OPEN_TREE = 428, NR_MOVE_MOUNT = 429, NR_MOUNT_SETATTR = 442 };
enum { CLONE_TREE = 1, FROM_DESCRIPTOR = 4, READ_ONLY = 1, NO_SETUID = 2, NO_DEVICES = 4 };
struct attributes {
    __u64 set, clear, propagation, userns;
};
static const char NEW_ROOT[] = "/tmp", SCRATCH_SIZE[] = "size=16m,nr_inodes=2000,mode=1777";
static const char *const DEVICES[] = {"/dev/null", "/dev/full", "/dev/random", "/dev/urandom", NULL};
enum { FLAGS = CLONE_NEWNS | CLONE_NEWPID | CLONE_NEWNET | CLONE_NEWIPC | CLONE_NEWUTS | CLONE_NEWCGROUP };
enum { MOST_PARTS = MAX_READABLE + 8 };

/* A piece of the old file system: kept by descriptor, while the new one covers where it was. */
struct part {
    const char *path;
    int tree; /* -1: a link to *target* */
    int is_directory;
    char target[PATH_MAX];
};

static int write_file(const char *path, const char *text) {
    int fd = open(path, O_WRONLY | O_CLOEXEC);
    if (fd < 0) return -1;
    ssize_t written = write(fd, text, strlen(text));
    close(fd);
    return written == (ssize_t)strlen(text) ? 0 : -1;
}

int enter_namespaces(const struct options *options) {
    if ((options->layers & USER_NAMESPACE) == 0) return unshare(FLAGS);
    /* Mapped to itself, so that the program is who it was and exec leaves it no capability. */
    char users[64], groups[64];
    snprintf(users, sizeof users, "%u %u 1", geteuid(), geteuid());
    snprintf(groups, sizeof groups, "%u %u 1", getegid(), getegid());
    if (unshare(FLAGS | CLONE_NEWUSER) != 0) return -1;
    if (write_file("/proc/self/setgroups", "deny") != 0) return -1;
    return write_file("/proc/self/uid_map", users) != 0 || write_file("/proc/self/gid_map", groups) != 0 ? -1 : 0;
}

static int take(struct part *part, const char *path, unsigned attributes) {
    struct stat found;
    memset(part, 0, sizeof *part);
    part->path = path;
    part->tree = -1;
    if (lstat(path, &found) != 0) return -1;
    part->is_directory = S_ISDIR(found.st_mode);
    if (S_ISLNK(found.st_mode)) return readlink(path, part->target, sizeof part->target - 1) < 0 ? -1 : 0;
    part->tree = (int)syscall(NR_OPEN_TREE, AT_FDCWD, path, CLONE_TREE | O_CLOEXEC | AT_RECURSIVE);
    if (part->tree < 0) return -1;
    struct attributes wanted = {.set = attributes};
    return (int)syscall(NR_MOUNT_SETATTR, part->tree, "", AT_EMPTY_PATH | AT_RECURSIVE, &wanted, sizeof wanted);
}

/* Makes the directories above *path* (absolute) below the new root; *buffer* gets its name there. */
static int make_parents(const char *path, char *buffer, size_t size) {
    int length = snprintf(buffer, size, "%s%s", NEW_ROOT, path);
    if (length < 0 || (size_t)length >= size) {
        errno = ENAMETOOLONG;
        return -1;
    }
    for (char *slash = buffer + sizeof NEW_ROOT; (slash = strchr(slash, '/')) != NULL; slash++) {
        *slash = '\0';
        int made = mkdir(buffer, 0755);
        *slash = '/';
        if (made != 0 && errno != EEXIST) return -1;
    }
    return 0;
}

static int put(const struct part *part) {
    char name[PATH_MAX];
    if (make_parents(part->path, name, sizeof name) != 0) return -1;
    if (part->tree < 0) return symlink(part->target, name);
    if (part->is_directory) {
        if (mkdir(name, 0755) != 0 && errno != EEXIST) return -1;
    } else {
        int fd = open(name, O_WRONLY | O_CREAT | O_CLOEXEC, 0644);
        if (fd < 0) return -1;
        close(fd);
    }
    return (int)syscall(NR_MOVE_MOUNT, part->tree, "", AT_FDCWD, name, FROM_DESCRIPTOR);
}

static int make_scratch(const char *path) {
    char name[PATH_MAX];
    if (make_parents(path, name, sizeof name) != 0) return -1;
    if (mkdir(name, 01777) != 0 && errno != EEXIST) return -1;
    return mount("tmpfs", name, "tmpfs", MS_NOSUID | MS_NODEV, SCRATCH_SIZE);
}

static int make_links(void) {
    static const char *const links[][2] = {{"/proc/self/fd", "/tmp/dev/fd"}, {"/proc/self/fd/0", "/tmp/dev/stdin"},
                                           {"/proc/self/fd/1", "/tmp/dev/stdout"}, {"/proc/self/fd/2", "/tmp/dev/stderr"}};
    for (size_t i = 0; i < sizeof links / sizeof *links; i++) {
        if (symlink(links[i][0], links[i][1]) != 0) return -1;
    }
    return 0;
}

/* The new root is stacked upon the old one and the old one taken away, so that no name of it is needed. */
static int change_root(void) {
    if (chdir(NEW_ROOT) != 0 || syscall(SYS_pivot_root, ".", ".") != 0) return -1;
    if (umount2(".", MNT_DETACH) != 0 || chdir("/") != 0) return -1;
    return mount(NULL, "/", NULL, MS_REMOUNT | MS_BIND | MS_RDONLY | MS_NOSUID | MS_NODEV, NULL);
}

int make_root(const struct options *options) {
    static struct part parts[MOST_PARTS];
    size_t count = 0;
    struct part work;
    if (mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) != 0) return -1;
    for (size_t i = 0; i < options->readable_count; i++) {
        if (take(&parts[count], options->readable[i], READ_ONLY | NO_SETUID | NO_DEVICES) == 0) count++;
        else if (errno != ENOENT) return -1;
    }
    for (size_t i = 0; DEVICES[i] != NULL; i++) {
        if (take(&parts[count++], DEVICES[i], NO_SETUID) != 0) return -1;
    }
    if (take(&work, options->cwd, NO_SETUID | NO_DEVICES) != 0) return -1;
    if (mount("tmpfs", NEW_ROOT, "tmpfs", MS_NOSUID | MS_NODEV, "size=1m,nr_inodes=400,mode=755") != 0) return -1;
    for (size_t i = 0; i < count; i++) {
        if (put(&parts[i]) != 0) return -1;
    }
    if (make_links() != 0 || make_scratch("/tmp") != 0 || make_scratch("/dev/shm") != 0 || put(&work) != 0) return -1;
    if (mkdir("/tmp/proc", 0555) != 0) return -1;
    if (mount("proc", "/tmp/proc", "proc", MS_NOSUID | MS_NODEV | MS_NOEXEC, NULL) != 0) return -1;
    return change_root() == 0 ? sethostname("program", 7) : -1;
}
