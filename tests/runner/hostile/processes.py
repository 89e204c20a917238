"""Against the machine's processes: too many of them, ones that stay, and the runner's own."""

from __future__ import annotations

from tests.runner.hostile import Program, c, py

SPIN = "for (;;) pause();"
PROGRAMS: dict[str, Program] = {
    "fork_bomb": c("for (;;) fork();", "time_limit", "memory_limit"),
    "fork_bomb_sessions": c("for (;;) if (fork() == 0) setsid();", "time_limit", "memory_limit"),
    "vfork_bomb": c("for (;;) if (vfork() == 0) { fork(); _exit(0); }", "time_limit"),
    "thread_bomb": c(
        "pthread_t t; int made = 0; while (made < 1000 && pthread_create(&t, NULL, run, NULL) == 0) made++; "
        "say(made > 500);",
        by="resource-limits",
        before="static void *run(void *x) { pause(); return x; }",
    ),
    "daemon": c("if (fork() == 0) { setsid(); if (fork() == 0) " + SPIN + " _exit(0); } usleep(50000);"),
    "daemon_ignoring_signals": c(
        "if (fork() == 0) { setsid(); for (int s = 1; s < 65; s++) signal(s, SIG_IGN); " + SPIN + " } usleep(50000);"
    ),
    "daemon_holds_stdout": c('if (fork() == 0) { setsid(); sleep(60); puts("late"); } puts("now");'),
    "daemon_writes_late": c('if (fork() == 0) { setsid(); for (;;) { usleep(1000); write(1, "x", 1); } }'),
    "churn": c("if (fork() == 0) { setsid(); for (;;) if (fork() > 0) _exit(0); } usleep(100000);"),
    "churn_many": c(
        "for (int i = 0; i < 5; i++) if (fork() == 0) { setsid(); for (;;) if (fork() > 0) _exit(0); } usleep(200000);"
    ),
    "zombies": c("for (int i = 0; i < 200; i++) if (fork() == 0) _exit(0); sleep(1);"),
    "own_subreaper": c(
        "prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0); if (fork() == 0) { if (fork() == 0) " + SPIN + " _exit(0); }"
        " usleep(50000);"
    ),
    "no_parent_death_signal": c("prctl(PR_SET_PDEATHSIG, 0); " + SPIN, "time_limit"),
    "stops_itself": c("raise(SIGSTOP);", "time_limit"),
    "stops_its_children": c("if (fork() == 0) { setsid(); raise(SIGSTOP); } usleep(50000);"),
    "ignores_cpu_limit": c("signal(SIGXCPU, SIG_IGN); for (;;);", "time_limit"),
    "ignores_everything": c("for (int s = 1; s < 65; s++) signal(s, SIG_IGN); " + SPIN, "time_limit"),
    "name_like_a_status": c(
        'prctl(PR_SET_NAME, "a) Z 1 (b"); if (fork() == 0) { setsid(); ' + SPIN + " } usleep(50000);"
    ),
    "exec_loop": c('execl("/proc/self/exe", "x", NULL); execl("./main", "x", NULL); return 9;', "time_limit"),
    "kills_all": c("for (;;) kill(-1, SIGKILL);", "time_limit", skip=("floor",)),
    "kills_group": c("kill(0, SIGKILL); pause();", "signal"),
    "kills_launcher": c(
        "say(kill(getppid(), SIGKILL) == 0 && getppid() != 1);",
        by="own-user landlock seccomp namespaces",
        status_in={"floor": ("internal_error",)},
    ),
    "stops_launcher": c(
        "say(kill(getppid(), SIGSTOP) == 0 && getppid() != 1);",
        by="own-user landlock seccomp namespaces",
        status_in={"floor": ("internal_error",)},
    ),
    "signals_runner": c("say(kill(RUNNER_PID, SIGCONT) == 0);", by="own-user landlock seccomp namespaces"),
    "traces_launcher": c(
        "say(ptrace(PTRACE_ATTACH, getppid(), 0, 0) == 0);",
        by="own-user landlock seccomp hidden-launcher",
        status_in={"floor": ("ok", "internal_error")},
    ),
    "traces_runner": c(
        "say(ptrace(PTRACE_SEIZE, RUNNER_PID, 0, 0) == 0);", by="own-user landlock seccomp hidden-runtime"
    ),
    "reads_launcher": c(
        "char b[8]; struct iovec l = {b, 8}, r = {(void *)main, 8}; "
        "say(process_vm_readv(getppid(), &l, 1, &r, 1, 0) > 0);",
        by="own-user landlock seccomp hidden-launcher",
    ),
    "limits_runner": c(
        "struct rlimit l = {0, 0}; say(prlimit(RUNNER_PID, RLIMIT_CORE, &l, NULL) == 0);",
        by="own-user seccomp namespaces",
    ),
    "pins_runner": c(
        "cpu_set_t s; CPU_ZERO(&s); CPU_SET(0, &s); say(sched_setaffinity(RUNNER_PID, sizeof s, &s) == 0);",
        by="own-user seccomp namespaces",
    ),
    "slows_runner": c("say(setpriority(PRIO_PROCESS, RUNNER_PID, 5) == 0);", by="own-user seccomp namespaces"),
    "signals_by_descriptor": c(
        "int fd = syscall(SYS_pidfd_open, RUNNER_PID, 0); say(fd >= 0 "
        "&& syscall(SYS_pidfd_send_signal, fd, SIGCONT, 0, 0) == 0);",
        by="own-user landlock seccomp namespaces",
    ),
    "queues_signal": c(
        "union sigval v = {0}; say(sigqueue(RUNNER_PID, SIGCONT, v) == 0);", by="own-user landlock seccomp namespaces"
    ),
    "goes_faster": c(
        "say(setpriority(PRIO_PROCESS, 0, getpriority(PRIO_PROCESS, 0) - 1) == 0);", by="own-user resource-limits"
    ),
    "slows_its_user": c("say(setpriority(PRIO_USER, 0, 19) == 0);", by="seccomp"),
    "hides_its_files": c("say(prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) == 0);", by="seccomp"),
    "goes_real_time": c(
        "struct sched_param p = {1}; say(sched_setscheduler(0, SCHED_FIFO, &p) == 0);",
        by="own-user seccomp resource-limits",
    ),
    "lifts_its_limits": c(
        "struct rlimit l = {RLIM_INFINITY, RLIM_INFINITY}; say(setrlimit(RLIMIT_NPROC, &l) == 0);", by="resource-limits"
    ),
    "python_fork_bomb": py(
        "import os\nwhile True:\n    try: os.fork()\n    except OSError: pass", "time_limit", "memory_limit"
    ),
    "python_kills_parent": py(
        "import os, signal\ntry: os.kill(os.getppid(), signal.SIGCONT); "
        "print('did it' if os.getppid() != 1 else 'stopped')\n"
        "except PermissionError: print('stopped')",
        by="own-user landlock seccomp namespaces",
    ),
    "python_subprocesses": py(
        "import subprocess\nfor _ in range(40):\n    try: subprocess.Popen(['sleep', '60'])\n    except OSError: pass"
    ),
    "python_threads": py(
        "import threading, time\ntry:\n"
        "    for _ in range(500): threading.Thread(target=time.sleep, args=(9,), daemon=True).start()\n"
        "    print('did it')\nexcept RuntimeError: print('stopped')",
        by="resource-limits",
    ),
}
