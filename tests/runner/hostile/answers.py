"""Against the answer: secrets that are not the program's to tell, output without end, verdicts of its own making."""

from __future__ import annotations

from tests.runner.hostile import Program, c, py

READ_ALL = "hidden-runtime"
PROGRAMS: dict[str, Program] = {
    "environment": c("extern char **environ; for (char **e = environ; *e; e++) puts(*e);"),
    "environment_of_all": c('return system("cat /proc/[0-9]*/environ 2>/dev/null; true");'),
    "commands_of_all": c('return system("cat /proc/[0-9]*/cmdline 2>/dev/null; true");'),
    "descriptors_of_all": c(
        'return system("for f in /proc/[0-9]*/fd/*; do [ -f $f ] && head -c 99 $f; done 2>/dev/null; true");'
    ),
    "memory_of_runner": c(
        'char p[64]; sprintf(p, "/proc/%d/mem", RUNNER_PID); say(open(p, O_RDONLY) >= 0);',
        by="own-user landlock namespaces hidden-runtime",
    ),
    "map_of_runner": c(
        'int fd = open("/proc/RUNNER_PID/maps", O_RDONLY); char b; say(fd >= 0 && read(fd, &b, 1) == 1);',
        by="own-user landlock namespaces hidden-runtime",
    ),
    "memory_of_launcher": c(
        'char p[64]; sprintf(p, "/proc/%d/mem", getppid()); say(open(p, O_RDWR) >= 0);',
        by="own-user landlock hidden-launcher",
    ),
    "flood": c('for (;;) puts("flood");', "output_limit"),
    "flood_of_errors": c('for (;;) fputs("flood", stderr);', "output_limit"),
    "flood_of_both": c('for (;;) { puts("flood"); fputs("flood", stderr); }', "output_limit"),
    "flood_of_controls": c("for (;;) putchar(1);", "output_limit"),
    "flood_of_invalid": c("for (;;) putchar(0xff);", "output_limit"),
    "flood_of_nothing": c("for (;;) putchar(0);", "output_limit"),
    "flood_of_children": c(
        'for (int i = 0; i < 8; i++) if (fork() == 0) for (;;) puts("flood"); pause();', "output_limit"
    ),
    "trickle": c('for (;;) { puts("x"); fflush(stdout); usleep(10000); }', "time_limit"),
    "closed_output": c("close(1); close(2); for (;;);", "time_limit"),
    "verdict_on_descriptors": c(
        'for (int fd = 3; fd < 64; fd++) { dprintf(fd, "exit 0\\nlayer landlock\\n"); close(fd); } return 7;',
        "runtime_error",
    ),
    "verdict_on_output": c(
        'printf("exit 0\\nsignal 9\\nusage 0 0\\n{\\"success\\": true}"); fflush(stdout); return 7;', "runtime_error"
    ),
    "verdict_of_launcher": c(
        'char p[64]; sprintf(p, "/proc/%d/fd/3", getppid()); int fd = open(p, O_WRONLY); '
        'dprintf(fd, "exit 0\\n"); say(fd >= 0);',
        by="own-user landlock hidden-launcher",
        status_in={"floor": ("ok", "internal_error")},
    ),
    "exit_like_a_signal": c("return 137;", "runtime_error"),
    "signal_like_a_limit": c("raise(SIGXCPU);", "signal"),
    "kill_like_a_limit": c("raise(SIGKILL);", "signal"),
    "says_bad_alloc": c(
        "fputs(\"terminate called after throwing an instance of 'std::bad_alloc'\", stderr); return 1;", "runtime_error"
    ),
    "input_as_a_store": c(
        'int fd = open("/proc/self/fd/0", O_RDWR); say(fd >= 0 && write(fd, "x", 1) == 1);',
        by="resource-limits",
        stdin="given",
    ),
    "output_read_back": c(
        'int fd = open("/proc/self/fd/1", O_RDONLY); alarm(1); char b; read(fd, &b, 1);', "signal", "ok"
    ),
    "terminal_escapes": c('printf("\\033]0;x\\007\\033[2J");'),
    "late_output": c(
        'if (fork() == 0) { setsid(); usleep(300000); puts("late"); fflush(stdout); }', output_lacks="late"
    ),
    "python_environment": py("import os\nprint(dict(os.environ))"),
    "python_frames": py(
        "import gc, sys\nprint([o for o in gc.get_objects() if 'planted' in repr(o)[:99]][:1] and 'x')"
    ),
    "python_flood": py("while True: print('flood')", "output_limit"),
    "python_codec": py("import sys\nsys.stdout.buffer.write(b'\\xff\\xfe\\x00' * 10)"),
    "python_regex": py("import re\nre.match('(a+)+$', 'a' * 64 + 'b')", "time_limit"),
}
COMPILE = ("compile_error", "compile_limit")


def source(code: str, *status: str, language: str = "c", **more: object) -> Program:
    return Program(code, status or COMPILE, frozenset(), language, dict(more))


COMPILERS: dict[str, Program] = {
    "includes_zero": source('#include "/dev/zero"\n'),
    "includes_random": source('#include "/dev/urandom"\n'),
    "includes_input": source('#include "/dev/stdin"\n'),
    "includes_terminal": source('#include "/dev/tty"\n'),
    "includes_shadow": source('#include "/etc/shadow"\n'),
    "includes_environment": source('#include "/proc/self/environ"\nint main(void) { return 0; }', "ok", *COMPILE),
    "includes_itself": source('#include "main.c"\n'),
    "includes_forever": source('#include_next "main.c"\n#include __FILE__\n'),
    "assembles_passwd": source('asm(".incbin \\"/etc/shadow\\"");\nint main(void) { return 0; }'),
    "assembles_runner": source(
        'asm(".incbin \\"/proc/RUNNER_PID/environ\\"");\nint main(void) { return 0; }', "ok", *COMPILE
    ),
    "macro_bomb": source(
        "".join(f"#define A{i + 1} A{i} A{i} A{i} A{i}\n" for i in range(16)) + "#define A0 1+\nint x = A16 0;"
    ),
    "big_data": source("char a[900 << 20] = {1};\nint main(void) { return a[5]; }"),
    "big_array": source("int main[1 << 28] = {1};"),
    "assembler_loop": source('asm(".rept 1000000000\\nnop\\n.endr");\nint main(void) { return 0; }'),
    "errors_without_end": source("int f(void) { " + "x; " * 20000 + "}"),
    "templates": source(
        "template <int N> struct T { static constexpr int v = T<N + 1>::v; }; int main() { return T<0>::v; }",
        language="cpp",
    ),
    "constexpr": source(
        "constexpr int f(int n) { for (;;) n ^= 1; return n; }\nconstexpr int x = f(2); int main() {}", language="cpp"
    ),
    "options_in_names": source("int main(void) { return 0; }", "ok", files={"-plugin.c".lstrip("-"): "int x;"}),
    "wrapped": source('#pragma GCC optimize("-wrapper,sh,-c")\nint main(void) { return 0; }', "ok", *COMPILE),
    "python_nested": source("(" * 3000, language="python"),
    "python_null": source("\0", language="python"),
}
