"""Against the machine's disk and files: space, names, places that are not the program's, and links out."""

from __future__ import annotations

from tests.runner.hostile import Program, c, py

FILES = "landlock namespaces"
PROGRAMS: dict[str, Program] = {
    "big": c('int fd = creat("x", 0600); static char b[1 << 16]; for (;;) write(fd, b, sizeof b);', "disk_limit"),
    "big_ignoring_signal": c(
        'signal(SIGXFSZ, SIG_IGN); int fd = creat("x", 0600); static char b[1 << 16]; '
        "while (write(fd, b, sizeof b) > 0);"
        " say(lseek(fd, 0, SEEK_CUR) > 4 << 20);",
        by="resource-limits",
    ),
    "sparse": c('int fd = creat("x", 0600); say(ftruncate(fd, 1l << 40) == 0);', "disk_limit"),
    "allocated": c(
        'signal(SIGXFSZ, SIG_IGN); int fd = creat("x", 0600); say(posix_fallocate(fd, 0, 1l << 30) == 0);',
        by="resource-limits",
    ),
    "many_big": c(
        'static char b[1 << 20]; for (int i = 0; i < 60; i++) { char n[9]; sprintf(n, "%d", i); '
        "int fd = creat(n, 0600); "
        "write(fd, b, sizeof b); write(fd, b, sizeof b); close(fd); } sleep(1);",
        "disk_limit",
    ),
    "many_unlinked": c(
        'static char b[1 << 20]; for (int i = 0; i < 40; i++) { int fd = creat("x", 0600); write(fd, b, sizeof b); '
        'unlink("x"); } sleep(1);',
        "disk_limit",
    ),
    "many_empty": c(
        'for (int i = 0; i < 2000; i++) { char n[9]; sprintf(n, "%d", i); close(creat(n, 0600)); } sleep(1);',
        "disk_limit",
    ),
    "many_links": c(
        'close(creat("x", 0600)); for (int i = 0; i < 2000; i++) { char n[9]; sprintf(n, "%d", i); link("x", n); }'
        " sleep(1);",
        "disk_limit",
    ),
    "many_symlinks": c(
        'for (int i = 0; i < 2000; i++) { char n[9]; sprintf(n, "%d", i); symlink("/", n); } sleep(1);', "disk_limit"
    ),
    "deep": c('for (int i = 0; i < 400; i++) { mkdir("d", 0700); chdir("d"); }'),
    "deep_and_big": c(
        'for (int i = 0; i < 400; i++) { mkdir("d", 0700); chdir("d"); } static char b[3 << 20]; '
        'for (int i = 0; i < 9; i++) { char n[9]; sprintf(n, "%d", i); int fd = creat(n, 0600); '
        "write(fd, b, sizeof b); }"
        " sleep(1);",
        "disk_limit",
    ),
    "closed_directories": c('mkdir("a", 0700); close(creat("a/f", 0)); chmod("a", 0); chmod(".", 0);'),
    "loops_of_links": c('symlink("b", "a"); symlink("a", "b"); symlink(".", "c"); symlink("/", "root");'),
    "odd_names": c('close(creat(" -rf *\\n", 0600)); close(creat("\\xff\\xfe", 0600)); mkdir("..x", 0700);'),
    "pipes_and_sockets": c(
        'mkfifo("p", 0600); say(mknod("d", S_IFCHR | 0600, 0x103) == 0);',
        by="own-user no-new-privileges resource-limits",
    ),
    "removes_itself": c('unlink("main"); unlink("main.c"); rmdir("."); say(rmdir("../slipway") == 0);'),
    "moves_its_directory": c(
        'char w[4096]; getcwd(w, sizeof w); char n[4200]; sprintf(n, "%s-moved", w); say(rename(w, n) == 0);',
        by=FILES,
    ),
    "opens_all_descriptors": c(
        'int n = 0; while (n < 5000 && open("/dev/null", O_RDONLY) >= 0) n++; say(n > 1000);', by="resource-limits"
    ),
    "writes_tmp": c('say(creat("/var/tmp/left", 0600) >= 0);', by=FILES),
    "leaves_in_tmp": c('mkdir("/tmp/left", 0700); close(creat("/tmp/left/x", 0)); chmod("/tmp/left", 0);'),
    "leaves_in_shm": c('close(creat("/dev/shm/left", 0600));'),
    "leaves_set_user_id": c('close(creat("/tmp/left", 0600)); chmod("/tmp/left", 06777);'),
    "reads_passwd": c('say(open("/etc/passwd", O_RDONLY) >= 0);', by=FILES),
    "reads_shadow": c(
        'say(open("/etc/shadow", O_RDONLY) >= 0);', by="own-user landlock namespaces no-new-privileges resource-limits"
    ),
    "reads_root": c('say(opendir("/root") != NULL);', by=FILES),
    "lists_tmp": c('DIR *d = opendir("/tmp"); int n = 0; while (d && readdir(d)) n++; say(n > 3);', by=FILES),
    "lists_root": c(
        'say(opendir("/") != NULL && access("/root", F_OK) == 0 && opendir("/etc") != NULL '
        '&& open("/etc/hostname", O_RDONLY) >= 0);',
        by=FILES,
    ),
    "writes_usr": c('say(creat("/usr/lib/x", 0600) >= 0);', by="own-user landlock namespaces resource-limits"),
    "writes_etc": c('say(creat("/etc/x", 0600) >= 0);', by="own-user landlock namespaces resource-limits"),
    "writes_own_text": c('int fd = open("/proc/self/exe", O_WRONLY); say(fd >= 0);', by="resource-limits"),
    "opens_disk": c(
        'say(open("/dev/vda", O_RDONLY) >= 0 || open("/dev/sda", O_RDONLY) >= 0);', by="own-user resource-limits"
    ),
    "opens_memory": c(
        'say(open("/dev/mem", O_RDONLY) >= 0 || open("/proc/kcore", O_RDONLY) >= 0);', by="own-user resource-limits"
    ),
    "opens_terminal": c('say(open("/dev/tty", O_RDWR) >= 0);', by="own-session"),
    "steals_input": c(
        'char p[64]; sprintf(p, "/proc/%d/fd/0", RUNNER_PID); say(open(p, O_RDONLY) >= 0);',
        by="own-user landlock namespaces hidden-runtime",
    ),
    "enters_runner": c(
        'say(chdir("/proc/RUNNER_PID/cwd") == 0 && opendir(".") != NULL);',
        by="own-user landlock namespaces hidden-runtime",
    ),
    "writes_sysctl": c('say(open("/proc/sys/kernel/core_pattern", O_WRONLY) >= 0);', by="own-user resource-limits"),
    "makes_core": c("abort();", "signal"),
    "locks": c('int fd = open("main.c", O_RDONLY); flock(fd, LOCK_EX); if (fork() == 0) { setsid(); pause(); }'),
    "python_writes_packages": py(
        "import os\ntry:\n    open(os.path.dirname(os.__file__) + '/x.py', 'w')\n    print('did it')\n"
        "except OSError: print('stopped')",
        by="own-user landlock namespaces resource-limits",
    ),
    "python_reads_home": py(
        "import glob\nprint('did it' if glob.glob('/root/*') + glob.glob('/home/*/*') else 'stopped')", by=FILES
    ),
    "python_leaves_bytecode": py("import sys\nsys.dont_write_bytecode = False\nimport x", files={"x.py": "y = 1"}),
}
