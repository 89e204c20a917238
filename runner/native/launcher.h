/* What the launcher's parts have in common. See launcher.c for what it does and how it is called. */
#ifndef SLIPWAY_LAUNCHER_H
#define SLIPWAY_LAUNCHER_H

#include <stddef.h>
#include <sys/resource.h>
#include <sys/types.h>

enum { STATUS = 3, CONTROL = 4, FIRST_UNUSED = 5 };
enum { MAX_READABLE = 32, LIMIT_COUNT = 6, CANNOT_START = 125 };

/* What the caller may ask for by name. What is asked for and refused ends the launcher: nothing is silently weaker. */
enum layer {
    ADOPTED_ORPHANS = 1 << 0,
    NO_NEW_PRIVILEGES = 1 << 1,
    SECCOMP = 1 << 2,
    LANDLOCK = 1 << 3,
    NAMESPACES = 1 << 4,
    USER_NAMESPACE = 1 << 5, /* how NAMESPACES are had without root */
    HIDDEN_LAUNCHER = 1 << 6,
};

struct options {
    const char *cwd;
    long uid; /* -1: stay who we are, and share that user with the caller */
    unsigned layers;
    const char *readable[MAX_READABLE]; /* besides cwd, all that LANDLOCK and NAMESPACES leave of the file system */
    size_t readable_count;
    rlim_t limits[LIMIT_COUNT];
    int limited[LIMIT_COUNT];
    char **program;
};

struct named {
    const char *name;
    unsigned value;
};
extern const struct named LAYERS[]; /* ended by a name of NULL */
extern const struct named LIMITS[LIMIT_COUNT];

struct options parse(char **arguments);

/* Writes one status line. One line is one write, so that lines of different processes never mix. */
__attribute__((format(printf, 1, 2))) void report(const char *format, ...);
/* Reports that *step* failed with errno, and ends this process. */
__attribute__((noreturn)) void fail(const char *step);

void apply_limits(const struct options *options);
void become(uid_t uid);
void drop_capabilities(void);
void restore_signals(void);

/* Each returns 0, or -1 with errno. */
int install_seccomp(const struct options *options);
int restrict_files(const struct options *options);
int landlock_keeps_signals(void);
int enter_namespaces(const struct options *options); /* the next child is process 1 of the new ones */
int make_root(const struct options *options);        /* called by that process 1 */

/* Confines the calling process, which is about to become the program, with all layers of *options*. */
void confine(const struct options *options);
/* The program's end of it all: tries each layer in a child and reports which hold. */
int probe(const struct options *options);

#endif
