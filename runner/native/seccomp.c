/* The system calls that the program does without: other processes, the network, the kernel's own matters, and objects
 * that outlive it. A deny list with an upper end: calls newer than this file answer ENOSYS, which programs expect. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sched.h>
#include <stddef.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/personality.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "launcher.h"

#if defined(__x86_64__)
#define ARCHITECTURE AUDIT_ARCH_X86_64
#elif defined(__aarch64__)
#define ARCHITECTURE AUDIT_ARCH_AARCH64
#else
#error "the system calls of this architecture are not known here"
#endif

/* Numbers that older headers lack; the same on every architecture. */
enum {
    NR_PIDFD_SEND_SIGNAL = 424, NR_IO_URING_SETUP = 425, NR_IO_URING_ENTER, NR_IO_URING_REGISTER, NR_OPEN_TREE,
    NR_MOVE_MOUNT, NR_FSOPEN, NR_FSCONFIG, NR_FSMOUNT, NR_FSPICK, NR_PIDFD_OPEN, NR_CLONE3, NR_PIDFD_GETFD = 438,
    NR_PROCESS_MADVISE = 440, NR_MOUNT_SETATTR = 442, NR_QUOTACTL_FD = 443, NR_MEMFD_SECRET = 447,
    NR_PROCESS_MRELEASE = 448, FIRST_UNKNOWN = 452,
};
enum { NEW_NAMESPACES = CLONE_NEWNS | CLONE_NEWCGROUP | CLONE_NEWUTS | CLONE_NEWIPC | CLONE_NEWUSER | CLONE_NEWPID |
                        CLONE_NEWNET };

static const int REFUSED[] = {
    /* the network; pairs of connected local sockets are left */
    SYS_socket,
    /* other processes */
    SYS_ptrace, SYS_process_vm_readv, SYS_process_vm_writev, SYS_kcmp, SYS_rt_sigqueueinfo, SYS_rt_tgsigqueueinfo,
    SYS_tkill, NR_PIDFD_SEND_SIGNAL, NR_PIDFD_OPEN, NR_PIDFD_GETFD, NR_PROCESS_MADVISE, NR_PROCESS_MRELEASE,
    SYS_sched_setscheduler, SYS_sched_setparam, SYS_sched_setattr, SYS_ioprio_set, SYS_migrate_pages, SYS_move_pages,
    /* the view of the machine */
    SYS_unshare, SYS_setns, SYS_mount, SYS_umount2, SYS_pivot_root, SYS_chroot, NR_OPEN_TREE, NR_MOVE_MOUNT,
    NR_FSOPEN, NR_FSCONFIG, NR_FSMOUNT, NR_FSPICK, NR_MOUNT_SETATTR, SYS_name_to_handle_at, SYS_open_by_handle_at,
    /* the kernel */
    SYS_bpf, SYS_perf_event_open, SYS_userfaultfd, SYS_init_module, SYS_finit_module, SYS_delete_module,
    SYS_kexec_load, SYS_kexec_file_load, SYS_reboot, SYS_swapon, SYS_swapoff, SYS_acct, SYS_quotactl, NR_QUOTACTL_FD,
    SYS_syslog, SYS_vhangup, SYS_settimeofday, SYS_clock_settime, SYS_adjtimex, SYS_clock_adjtime, SYS_sethostname,
    SYS_setdomainname, SYS_fanotify_init, SYS_inotify_init1, SYS_vmsplice, SYS_seccomp,
#ifdef __x86_64__
    SYS_inotify_init, SYS_iopl, SYS_ioperm, SYS_modify_ldt, SYS_lookup_dcookie,
#endif
    /* what outlives a process, or is memory that no limit counts */
    SYS_keyctl, SYS_add_key, SYS_request_key, SYS_shmget, SYS_msgget, SYS_semget, SYS_mq_open, SYS_memfd_create,
    NR_MEMFD_SECRET,
};

/* Programs fall back on older calls when these do not exist; clone3 hides its flags from a filter. */
static const int ABSENT[] = {NR_IO_URING_SETUP, NR_IO_URING_ENTER, NR_IO_URING_REGISTER, NR_CLONE3};

enum { CAPACITY = 400 };
struct filter {
    struct sock_filter code[CAPACITY];
    unsigned short length;
};

static void add(struct filter *filter, unsigned short code, unsigned value, unsigned char yes, unsigned char no) {
    if (filter->length == CAPACITY) {
        errno = E2BIG;
        fail("seccomp-filter");
    }
    filter->code[filter->length++] = (struct sock_filter){code, yes, no, value};
}

static void load(struct filter *filter, size_t offset) {
    add(filter, BPF_LD | BPF_W | BPF_ABS, (unsigned)offset, 0, 0);
}

static void answer(struct filter *filter, unsigned value) { add(filter, BPF_RET | BPF_K, value, 0, 0); }

static void refuse(struct filter *filter, int call, int error) {
    add(filter, BPF_JMP | BPF_JEQ | BPF_K, (unsigned)call, 0, 1);
    answer(filter, SECCOMP_RET_ERRNO | (unsigned)error);
}

/* The lower half of an argument; the upper one of an int is whatever the caller left in the register. */
static size_t argument(int index) { return offsetof(struct seccomp_data, args) + (size_t)index * sizeof(__u64); }

/* *call* only with argument *index* among *allowed*. */
static void only_with(struct filter *filter, int call, int index, const unsigned *allowed, unsigned char count) {
    add(filter, BPF_JMP | BPF_JEQ | BPF_K, (unsigned)call, 0, (unsigned char)(count + 3));
    load(filter, argument(index));
    for (unsigned char i = 0; i < count; i++) {
        add(filter, BPF_JMP | BPF_JEQ | BPF_K, allowed[i], (unsigned char)(count - i), 0);
    }
    answer(filter, SECCOMP_RET_ERRNO | EPERM);
    answer(filter, SECCOMP_RET_ALLOW);
}

/* *call* only without any bit of *bits* in argument *index*. */
static void only_without(struct filter *filter, int call, int index, unsigned bits) {
    add(filter, BPF_JMP | BPF_JEQ | BPF_K, (unsigned)call, 0, 4);
    load(filter, argument(index));
    add(filter, BPF_JMP | BPF_JSET | BPF_K, bits, 0, 1);
    answer(filter, SECCOMP_RET_ERRNO | EPERM);
    answer(filter, SECCOMP_RET_ALLOW);
}

static void refuse_with(struct filter *filter, int call, int index, const unsigned *refused, unsigned char count) {
    add(filter, BPF_JMP | BPF_JEQ | BPF_K, (unsigned)call, 0, (unsigned char)(count + 3));
    load(filter, argument(index));
    for (unsigned char i = 0; i < count; i++) {
        add(filter, BPF_JMP | BPF_JEQ | BPF_K, refused[i], (unsigned char)(count - i), 0);
    }
    answer(filter, SECCOMP_RET_ALLOW);
    answer(filter, SECCOMP_RET_ERRNO | EPERM);
}

/* The program's own priority only, not that of its user's other processes. */
static void only_own_priority(struct filter *filter) {
    add(filter, BPF_JMP | BPF_JEQ | BPF_K, SYS_setpriority, 0, 6);
    load(filter, argument(0));
    add(filter, BPF_JMP | BPF_JEQ | BPF_K, PRIO_PROCESS, 0, 2);
    load(filter, argument(1));
    add(filter, BPF_JMP | BPF_JEQ | BPF_K, 0, 1, 0);
    answer(filter, SECCOMP_RET_ERRNO | EPERM);
    answer(filter, SECCOMP_RET_ALLOW);
}

/* Memory that is nobody's once its pages are no longer mapped by who touched them, and yet there: none. */
static void no_shared_memory(struct filter *filter) {
    enum { BOTH = MAP_SHARED | MAP_ANONYMOUS };
    add(filter, BPF_JMP | BPF_JEQ | BPF_K, SYS_mmap, 0, 5);
    load(filter, argument(3));
    add(filter, BPF_ALU | BPF_AND | BPF_K, BOTH, 0, 0);
    add(filter, BPF_JMP | BPF_JEQ | BPF_K, BOTH, 0, 1);
    answer(filter, SECCOMP_RET_ERRNO | EPERM);
    answer(filter, SECCOMP_RET_ALLOW);
}

/* Under a shared user the runtime is within reach: only the program itself may be meant. That its children cannot even
 * raise a signal in themselves is the cost, and not paid where something else keeps the runtime out of reach. */
static void keep_to_oneself(struct filter *filter, int signals) {
    unsigned self = (unsigned)getpid(), own[] = {0, self};
    only_with(filter, SYS_prlimit64, 0, own, 2);
    only_with(filter, SYS_sched_setaffinity, 0, own, 2);
    if (!signals) return;
    /* A descriptor whose events signal another process. */
    static const unsigned owners[] = {F_SETOWN, F_SETSIG, F_SETOWN_EX};
    refuse_with(filter, SYS_fcntl, 1, owners, 3);
    only_with(filter, SYS_kill, 0, own, 2);
    only_with(filter, SYS_tgkill, 0, own, 2);
}

int install_seccomp(const struct options *options) {
    /* Input into a terminal; and again who gets the signals of a descriptor. */
    static const unsigned controls[] = {TIOCSTI, TIOCLINUX, FIOSETOWN, SIOCSPGRP};
    /* Of a process that hides itself, the runner could not see which files it holds. */
    static const unsigned hiding[] = {PR_SET_DUMPABLE};
    static const unsigned layouts[] = {PER_LINUX, ADDR_NO_RANDOMIZE, 0xffffffff};
    static struct filter filter;
    load(&filter, offsetof(struct seccomp_data, arch));
    add(&filter, BPF_JMP | BPF_JEQ | BPF_K, ARCHITECTURE, 1, 0);
    answer(&filter, SECCOMP_RET_KILL_PROCESS); /* 32-bit calls have other numbers */
    load(&filter, offsetof(struct seccomp_data, nr));
    add(&filter, BPF_JMP | BPF_JGE | BPF_K, FIRST_UNKNOWN, 0, 1); /* those of x32 too, from 2^30 on */
    answer(&filter, SECCOMP_RET_ERRNO | ENOSYS);
    for (size_t i = 0; i < sizeof REFUSED / sizeof *REFUSED; i++) refuse(&filter, REFUSED[i], EPERM);
    for (size_t i = 0; i < sizeof ABSENT / sizeof *ABSENT; i++) refuse(&filter, ABSENT[i], ENOSYS);
    only_without(&filter, SYS_clone, 0, NEW_NAMESPACES);
    only_own_priority(&filter);
    no_shared_memory(&filter);
    refuse_with(&filter, SYS_prctl, 0, hiding, 1);
    only_with(&filter, SYS_personality, 0, layouts, 3);
    refuse_with(&filter, SYS_ioctl, 1, controls, 4);
    int out_of_reach = (options->layers & NAMESPACES) != 0 ||
                       ((options->layers & LANDLOCK) != 0 && landlock_keeps_signals());
    if (options->uid < 0) keep_to_oneself(&filter, !out_of_reach);
    answer(&filter, SECCOMP_RET_ALLOW);
    struct sock_fprog program = {filter.length, filter.code};
    return prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program, 0, 0);
}
