"""Against the kernel: the network, its rarer calls, and objects that outlive a process."""

from __future__ import annotations

from tests.runner.hostile import Program, c, py

# Every filter of system calls stops these; as who they are, programs may do none of them either.
POWERLESS = "seccomp own-user resource-limits"
NET = "seccomp namespaces"
PROGRAMS: dict[str, Program] = {
    "tcp_connect": c(
        "struct sockaddr_in a = {AF_INET, htons(9001), {htonl(INADDR_LOOPBACK)}}; "
        "int s = socket(AF_INET, SOCK_STREAM, 0); "
        "say(s >= 0 && connect(s, (void *)&a, sizeof a) == 0);",
        by="seccomp landlock namespaces",
    ),
    "tcp_listen": c("int s = socket(AF_INET, SOCK_STREAM, 0); say(s >= 0 && listen(s, 1) == 0);", by="seccomp"),
    "tcp_port": c(
        "struct sockaddr_in a = {AF_INET, htons(9002), {0}}; int s = socket(AF_INET, SOCK_STREAM, 0); "
        "say(s >= 0 && bind(s, (void *)&a, sizeof a) == 0);",
        by="seccomp landlock",
    ),
    "udp": c(
        "struct sockaddr_in a = {AF_INET, htons(9001), {htonl(INADDR_LOOPBACK)}}; "
        "int s = socket(AF_INET, SOCK_DGRAM, 0); "
        'say(s >= 0 && sendto(s, "x", 1, 0, (void *)&a, sizeof a) == 1);',
        by=NET,
    ),
    "metadata_service": c(
        "struct sockaddr_in a = {AF_INET, htons(80), {htonl(0xa9fea9fe)}}; int s = socket(AF_INET, SOCK_DGRAM, 0); "
        "say(s >= 0 && connect(s, (void *)&a, sizeof a) == 0);",
        by=NET,
    ),
    "ipv6": c("say(socket(AF_INET6, SOCK_STREAM, 0) >= 0);", by="seccomp"),
    "unix_socket": c("say(socket(AF_UNIX, SOCK_STREAM, 0) >= 0);", by="seccomp"),
    "netlink": c("say(socket(AF_NETLINK, SOCK_RAW, 0) >= 0);", by="seccomp"),
    "vsock": c("say(socket(AF_VSOCK, SOCK_STREAM, 0) >= 0);", by="seccomp"),
    "packet": c("say(socket(AF_PACKET, SOCK_RAW, 0) >= 0);", by=POWERLESS),
    "raw": c("say(socket(AF_INET, SOCK_RAW, 1) >= 0);", by=POWERLESS),
    "kernel_crypto": c("say(socket(AF_ALG, SOCK_SEQPACKET, 0) >= 0);", by="seccomp"),
    "io_uring": c("char p[256] = {0}; say(syscall(SYS_io_uring_setup, 4, p) >= 0);", by="seccomp"),
    "calls_of_x32": c("say(syscall(0x40000000 + SYS_socket, AF_INET, SOCK_STREAM, 0) >= 0);", by="seccomp"),
    "calls_of_i386": c(
        'int r; asm volatile("int $0x80" : "=a"(r) : "a"(20)); say(r > 0);', "ok", "signal", by_signal="SIGSYS"
    ),
    "new_calls": c("say(syscall(462, 0, 0, 0) != -1 || errno != ENOSYS);", by="seccomp"),
    "unshare_user": c("say(unshare(CLONE_NEWUSER) == 0);", by="seccomp"),
    "unshare_network": c("say(unshare(CLONE_NEWNET) == 0);", by=POWERLESS),
    "clone_user": c("say(syscall(SYS_clone, CLONE_NEWUSER | SIGCHLD, 0, 0, 0, 0) > 0);", by="seccomp"),
    "clone3_user": c(
        "unsigned long a[11] = {CLONE_NEWUSER, 0, 0, 0, SIGCHLD}; say(syscall(435, a, sizeof a) > 0);", by="seccomp"
    ),
    "setns": c('int fd = open("/proc/1/ns/net", O_RDONLY); say(fd >= 0 && setns(fd, 0) == 0);', by=POWERLESS),
    "mount": c('say(mount("x", ".", "tmpfs", 0, "") == 0);', by=POWERLESS),
    "unmount": c('say(umount2("/proc", MNT_DETACH) == 0 || umount2("/", MNT_DETACH) == 0);', by=POWERLESS),
    "pivot_root": c('say(syscall(SYS_pivot_root, ".", ".") == 0);', by=POWERLESS),
    "chroot": c('say(chroot(".") == 0);', by=POWERLESS),
    "new_mounts": c('say(syscall(430, "tmpfs", 0) >= 0);', by=POWERLESS),
    "bpf": c("char a[128] = {0}; say(syscall(SYS_bpf, 5, a, sizeof a) >= 0);", by=POWERLESS),
    "perf": c(
        "char a[128] = {1, 0, 0, 0, 112}; say(syscall(SYS_perf_event_open, a, 0, -1, -1, 0) >= 0);", by="seccomp"
    ),
    "userfaultfd": c("say(syscall(SYS_userfaultfd, 1) >= 0);", by="seccomp"),
    "keyring": c('say(syscall(SYS_add_key, "user", "x", "y", 1, -4) >= 0);', by="seccomp"),
    "keys_of_session": c("say(syscall(SYS_keyctl, 0, -3, 1) >= 0);", by="seccomp"),
    "module": c('say(syscall(SYS_init_module, "x", 1, "") == 0);', by=POWERLESS),
    "kexec": c("say(syscall(SYS_kexec_load, 0, 0, 0, 0) == 0);", by=POWERLESS),
    "reboot": c("say(syscall(SYS_reboot, 0xfee1dead, 672274793, 0, 0) == 0);", by=POWERLESS),
    "swap": c('say(syscall(SYS_swapon, "main", 0) == 0);', by=POWERLESS),
    "kernel_log": c("char b[64]; say(syscall(SYS_syslog, 3, b, sizeof b) > 0);", by="seccomp"),
    "host_name": c('say(sethostname("x", 1) == 0);', by=POWERLESS),
    "clock": c("struct timespec t = {1, 0}; say(syscall(SYS_clock_settime, 0, &t) == 0);", by=POWERLESS),
    "accounting": c('say(syscall(SYS_acct, "x") == 0);', by=POWERLESS),
    "ports": c("say(syscall(SYS_iopl, 3) == 0);", by=POWERLESS),
    "segments": c("char d[16] = {0}; say(syscall(SYS_modify_ldt, 1, d, 16) == 0);", by="seccomp"),
    "executable_data": c("say(syscall(SYS_personality, 0x0400000) >= 0);", by="seccomp"),
    "terminal_input": c('say(ioctl(0, TIOCSTI, "x") == 0);', by="own-session"),
    "file_handles": c(
        "char h[128] = {120}; int m; say(syscall(SYS_open_by_handle_at, 0, h, 0) >= 0 || "
        'syscall(SYS_name_to_handle_at, -100, ".", h, &m, 0) == 0);',
        by="seccomp",
    ),
    "own_filter": c(
        "struct { unsigned short n; void *p; } f = {0}; say(syscall(SYS_seccomp, 1, 8, &f) == -1 && errno != EPERM);",
        by="seccomp",
    ),
    "watches_files": c(
        "say(syscall(SYS_inotify_init1, 0) >= 0 || syscall(SYS_fanotify_init, 0, 0) >= 0);", by="seccomp"
    ),
    "becomes_root": c("say(setuid(0) == 0 || setresuid(0, 0, 0) == 0);", by="own-user resource-limits"),
    "becomes_another": c(
        "say(setuid(1234) == 0 || setgid(1234) == 0 || setresuid(-1, 1234, -1) == 0);", by="own-user resource-limits"
    ),
    "runs_set_user_id": c('execl("/var/tmp/set-user-id", "id", NULL); say(0);', output_lacks="euid=0"),
    "system_v_memory": c("say(shmget(IPC_PRIVATE, 4096, IPC_CREAT | 0600) >= 0);", by="seccomp"),
    "system_v_queue": c("say(msgget(IPC_PRIVATE, IPC_CREAT | 0600) >= 0);", by="seccomp"),
    "system_v_semaphore": c("say(semget(IPC_PRIVATE, 1, IPC_CREAT | 0600) >= 0);", by="seccomp"),
    "message_queue": c('say(mq_open("/x", O_CREAT | O_RDWR, 0600, NULL) >= 0);', by="seccomp resource-limits"),
    "python_socket": py(
        "import socket\ntry:\n    socket.create_connection(('127.0.0.1', 9001), 1)\n"
        "    print('did it')\nexcept OSError: print('stopped')",
        by="seccomp landlock namespaces",
    ),
    "python_server": py(
        "import socket\ntry:\n    socket.socket().bind(('', 9002))\n    print('did it')\n"
        "except OSError: print('stopped')",
        by="seccomp landlock",
    ),
    "python_calls": py(
        "import ctypes\nprint('did it' if ctypes.CDLL(None).unshare(0x10000000) == 0 else 'stopped')", by="seccomp"
    ),
}
