"""Against the machine's memory, by every way to have some."""

from __future__ import annotations

from tests.runner.hostile import Program, c, py

LIMITED = ("memory_limit", "signal", "runtime_error", "time_limit")
PROGRAMS: dict[str, Program] = {
    "malloc": c("for (;;) memset(malloc(1 << 20), 1, 1 << 20);", *LIMITED),
    "malloc_checked": c(
        "long n = 0; for (char *p; (p = malloc(1 << 20)); n++) memset(p, 1, 1 << 20); say(n > 300);",
        "ok",
        "memory_limit",
        by="resource-limits",
    ),
    "mmap_reserve": c(
        "say(mmap(NULL, 1l << 40, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0)"
        " != MAP_FAILED);",
        by="resource-limits",
    ),
    "mmap_shared": c(
        "for (;;) { char *p = mmap(NULL, 1 << 20, 3, MAP_SHARED | MAP_ANONYMOUS, -1, 0); if (p == MAP_FAILED) break; "
        "memset(p, 1, 1 << 20); } say(0);",
        "ok",
        "memory_limit",
    ),
    # Touched by children that are gone, it is in nobody's use, and there as long as somebody maps it.
    "mmap_shared_and_left": c(
        "char *p = mmap(NULL, 96 << 20, 3, MAP_SHARED | MAP_ANONYMOUS, -1, 0); "
        "if (p != MAP_FAILED && fork() == 0) { memset(p, 1, 96 << 20); _exit(0); } wait(NULL); say(p != MAP_FAILED);",
        by="seccomp",
    ),
    "zeroes_shared": c(
        'int fd = open("/dev/zero", O_RDWR); say(fd >= 0 && mmap(NULL, 1 << 20, 3, MAP_SHARED, fd, 0) != MAP_FAILED);',
        by="landlock namespaces",
    ),
    "split_among_children": c(
        "for (int i = 0; i < 8; i++) if (fork() == 0) { memset(malloc(60 << 20), 1, 60 << 20); pause(); } sleep(1);",
        "memory_limit",
    ),
    "split_among_daemons": c(
        "for (int i = 0; i < 8; i++) if (fork() == 0) { setsid(); if (fork()) _exit(0); "
        "memset(malloc(60 << 20), 1, 60 << 20); pause(); } sleep(1);",
        "memory_limit",
    ),
    "endless_recursion": c(
        "return f(1);", *LIMITED, before="static volatile int d; int f(int n) { d = n; return f(n + 1) + d; }"
    ),
    "huge_stack_array": c(
        "volatile char a[64 << 20]; a[0] = 1; a[sizeof a - 1] = 2; return a[5];", "signal", "memory_limit"
    ),
    "break": c("while (sbrk(1 << 20) != (void *)-1); say(0);"),
    "locked": c("char *p = malloc(1 << 20); memset(p, 1, 1 << 20); say(mlock(p, 1 << 20) == 0);", by="resource-limits"),
    "memory_file": c('int fd = syscall(SYS_memfd_create, "x", 0); say(fd >= 0);', by="seccomp"),
    "secret_memory": c("int fd = syscall(447, 0); say(fd >= 0);", by="seccomp"),
    "huge_pages": c(
        "void *p = mmap(NULL, 2 << 20, 3, MAP_PRIVATE | MAP_ANONYMOUS | MAP_HUGETLB, -1, 0); "
        "say(p == MAP_FAILED ? 0 : 0);"
    ),
    "shared_memory_directory": c(
        'int fd = open("/dev/shm/x", O_CREAT | O_RDWR, 0600); static char b[1 << 20]; long n = 0; '
        "while (fd >= 0 && n < 40 && write(fd, b, sizeof b) > 0) n++; say(n >= 30);",
        "ok",
        "signal",
        "disk_limit",
    ),
    "new_operator": Program("int main() { for (;;) new char[1 << 20](); }", ("memory_limit",), language="cpp"),
    "string_doubling": Program(
        '#include <string>\nint main() { std::string s = "x"; for (;;) s += s; }', ("memory_limit",), language="cpp"
    ),
    "python_list": py("x = []\nwhile True: x.append(bytearray(1 << 20))", *LIMITED),
    "python_string": py("x = 'x'\nwhile True: x += x", *LIMITED),
    "python_integer": py("print(len(str(9 ** 9 ** 9)))", *LIMITED),
    "python_recursion": py("import sys\nsys.setrecursionlimit(10**9)\ndef f(): f()\nf()", *LIMITED),
}
