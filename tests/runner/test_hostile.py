"""Programs that mean harm: each gets its verdict, and leaves nothing. One at a time on the whole machine."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from runner.contract import Status
from tests.runner.programs import (
    MEBIBYTE,
    needs_root,
    open_directory,
    processes_named,
    python_environment,
    run_cpp,
    wait_until,
)

pytestmark = pytest.mark.usefixtures("alone")

HEADERS = """
    #include <csignal>
    #include <cstdio>
    #include <cstdlib>
    #include <cstring>
    #include <fcntl.h>
    #include <sys/prctl.h>
    #include <sys/stat.h>
    #include <unistd.h>
    #include <dirent.h>
"""


def test_endless_loop_ends_at_the_cpu_limit() -> None:
    result = run_cpp("int main() { for (;;) {} }", cpu_seconds=1, wall_seconds=30)
    assert result.status is Status.TIME_LIMIT
    assert result.limit is not None
    assert (result.limit.name, result.limit.value) == ("cpu_seconds", 1)


def test_ignoring_the_cpu_signal_does_not_help() -> None:
    code = "#include <csignal>\nint main() { signal(SIGXCPU, SIG_IGN); for (;;) {} }"
    result = run_cpp(code, cpu_seconds=1, wall_seconds=30)
    assert (result.status, result.signal) == (Status.TIME_LIMIT, "SIGKILL")
    assert result.limit is not None
    assert result.limit.name == "cpu_seconds"


def test_sleeper_ends_at_the_wall_limit_whatever_it_ignores() -> None:
    code = HEADERS + "int main() { for (int s = 1; s < 65; s++) signal(s, SIG_IGN); for (;;) sleep(9); }"
    result = run_cpp(code, wall_seconds=0.5)
    assert result.status is Status.TIME_LIMIT
    assert result.limit is not None
    assert (result.limit.name, result.limit.value) == ("wall_seconds", 0.5)
    assert result.limit.measured >= 0.5


def test_stopped_program_ends_at_the_wall_limit() -> None:
    assert run_cpp(HEADERS + "int main() { raise(SIGSTOP); }", wall_seconds=0.5).status is Status.TIME_LIMIT


@pytest.mark.parametrize(
    "body",
    [
        "for (;;) { char *p = new char[1 << 20]; memset(p, 1, 1 << 20); }",
        "delete[] new char[1l << 40];",
        "for (;;) { char *p = (char *)malloc(1 << 20); memset(p, 1, 1 << 20); }",
    ],
    ids=["filled", "at-once", "unchecked-malloc"],
)
def test_memory_hog_is_told_by_the_address_space(body: str) -> None:
    result = run_cpp(HEADERS + f"int main() {{ {body} }}", address_space_bytes=128 * MEBIBYTE)
    assert result.status is Status.MEMORY_LIMIT
    assert result.limit is not None
    assert (result.limit.name, result.limit.certain) == ("address_space_bytes", False)
    assert result.limit.measured <= 128 * MEBIBYTE


@pytest.mark.parametrize("stream", ["stdout", "stderr"])
def test_output_flood_is_cut_and_ended(stream: str) -> None:
    result = run_cpp(f'#include <cstdio>\nint main() {{ for (;;) fputs("flood ", {stream}); }}', output_bytes=1000)
    captured = getattr(result, stream)
    assert result.status is Status.OUTPUT_LIMIT
    assert captured.text == ("flood " * 200)[:1000]
    assert captured.truncated
    assert captured.bytes > 1000


def test_output_limit_counts_what_the_answer_will_hold() -> None:
    code = "#include <cstdio>\nint main() { for (int i = 0; i < 400; i++) putchar(1); }"
    result = run_cpp(code, output_bytes=1000)  # 400 bytes, but \\u0001 each
    assert result.status is Status.OUTPUT_LIMIT
    assert len(json.dumps(result.stdout.text)) - 2 <= 1000
    assert (len(result.stdout.text), result.stdout.bytes) == (166, 400)


def test_big_file_ends_at_the_file_size_limit() -> None:
    code = HEADERS + 'int main() { FILE *f = fopen("big", "w"); for (;;) fputs("0123456789", f); }'
    result = run_cpp(code, file_size_bytes=MEBIBYTE)
    assert (result.status, result.signal) == (Status.DISK_LIMIT, "SIGXFSZ")


def test_no_core_is_dumped() -> None:
    code = (
        HEADERS
        + '#include <sys/resource.h>\nint main() { rlimit l; getrlimit(RLIMIT_CORE, &l); printf("%lu", l.rlim_max); }'
    )
    assert run_cpp(code).stdout.text == "0"


def test_fork_bomb_is_bounded_and_gone() -> None:
    code = (
        HEADERS
        + """
        int main() {
            prctl(PR_SET_NAME, "slipway-bomb");
            for (int made = 0;;) {
                pid_t pid = fork();
                if (pid == 0) { setsid(); for (;;) pause(); }
                if (pid < 0) { printf("%d", made); return 0; }
                made++;
            }
        }
    """
    )
    result = run_cpp(code, processes=12)
    assert result.success
    assert result.stdout.text == "11" if result.isolation.user == "own" else int(result.stdout.text) <= 12
    assert processes_named("slipway-bomb") == []


@pytest.mark.parametrize("ending", ["return 0;", "for (;;) pause();"], ids=["program-ends", "program-is-ended"])
def test_daemon_in_a_session_of_its_own_is_gone(ending: str) -> None:
    code = (
        HEADERS
        + """
        int main() {
            int ready[2]; pipe(ready);
            if (fork() == 0) {
                setsid();
                if (fork() != 0) _exit(0);
                prctl(PR_SET_NAME, "slipway-daemon");
                for (int s = 1; s < 65; s++) signal(s, SIG_IGN);
                write(ready[1], "x", 1);
                for (;;) pause();
            }
            char c; read(ready[0], &c, 1);
            puts("started"); fflush(stdout);
            ENDING
        }
    """
    )
    result = run_cpp(code.replace("ENDING", ending), wall_seconds=1)
    assert result.stdout.text == "started\n"
    assert result.status is (Status.OK if ending == "return 0;" else Status.TIME_LIMIT)
    assert processes_named("slipway-daemon") == []


def test_fork_churn_does_not_outrun_the_cleanup() -> None:
    code = (
        HEADERS
        + """
        int main() {
            if (fork() == 0) {
                prctl(PR_SET_NAME, "slipway-churn");
                setsid();
                for (;;) if (fork() > 0) _exit(0);
            }
            usleep(100000);
        }
    """
    )
    assert run_cpp(code).success
    assert processes_named("slipway-churn") == []


def test_environment_is_an_allow_list(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "planted-secret")
    monkeypatch.setenv("LD_PRELOAD_MARK", "planted-secret")
    code = "#include <cstdio>\nextern char **environ;\nint main() { for (char **e = environ; *e; e++) puts(*e); }"
    lines = run_cpp(code).stdout.text.splitlines()
    assert sorted(line.partition("=")[0] for line in lines) == ["HOME", "LANG", "PATH", "TMPDIR"]
    assert "planted-secret" not in "".join(lines)


def test_descriptors_of_the_runner_are_not_inherited(tmp_path: Path) -> None:
    code = (
        HEADERS
        + """
        int main() {
            for (int fd = 0; fd < 1024; fd++) if (fcntl(fd, F_GETFD) >= 0) printf("%d ", fd);
        }
    """
    )
    with (tmp_path / "secret").open("w") as file:
        os.set_inheritable(file.fileno(), True)
        assert run_cpp(code).stdout.text == "0 1 2 "


def test_stdin_cannot_be_used_as_a_store() -> None:
    code = (
        HEADERS
        + """
        int main() {
            int fd = open("/proc/self/fd/0", O_RDWR);
            printf("%d %d", fd < 0 || write(fd, "x", 1) < 0, fd < 0 || ftruncate(fd, 1 << 20) < 0);
        }
    """
    )
    assert run_cpp(code, "input").stdout.text == "1 1"


@needs_root
def test_launcher_cannot_be_signalled() -> None:
    result = run_cpp(HEADERS + "int main() { return kill(getppid(), SIGKILL) == 0; }")
    assert result.success


def test_launcher_that_dies_is_an_internal_error_and_takes_the_program_along() -> None:
    # As root the program cannot do it, so the test does, to the launcher of the program it finds by name.
    code = HEADERS + 'int main() { prctl(PR_SET_NAME, "slipway-orphan"); for (;;) pause(); }'
    script = """
import json, os, signal, threading, time
from pathlib import Path
from typing import Any
from tests.runner.programs import processes_named, run_cpp
def strike():
    while not (pids := processes_named("slipway-orphan")):
        time.sleep(0.01)
    parent = Path(f"/proc/{pids[0]}/stat").read_text().rpartition(")")[2].split()[1]
    os.kill(int(parent), signal.SIGKILL)
striker = threading.Thread(target=strike)
striker.start()
result = run_cpp(CODE, wall_seconds=10)
striker.join()
print(json.dumps([result.to_json(), processes_named("slipway-orphan")]))
"""
    command = [sys.executable, "-c", script.replace("CODE", repr(code))]
    done = subprocess.run(command, env=python_environment(), capture_output=True, text=True, check=True)
    answer, left = json.loads(done.stdout)
    assert answer["status"] == "internal_error"
    assert "somebody killed it" in answer["error"]
    assert left == []


def test_program_dies_with_a_runner_that_is_killed() -> None:
    code = HEADERS + 'int main() { prctl(PR_SET_NAME, "slipway-widow"); for (;;) pause(); }'
    script = f"from tests.runner.programs import run_cpp; run_cpp({code!r}, wall_seconds=60)"
    with open_directory() as directory:  # it cannot remove its work directory any more
        environment = python_environment(TMPDIR=str(directory))
        runner = subprocess.Popen([sys.executable, "-c", script], env=environment)
        try:
            wait_until(lambda: processes_named("slipway-widow") != [])
        finally:
            runner.kill()
            runner.wait()
        wait_until(lambda: processes_named("slipway-widow") == [])


def test_interrupt_ends_the_program_and_removes_its_directory() -> None:
    code = HEADERS + 'int main() { prctl(PR_SET_NAME, "slipway-ctrl-c"); for (;;) pause(); }'
    script = f"""
from tests.runner.programs import run_cpp
try:
    run_cpp({code!r}, wall_seconds=60)
except KeyboardInterrupt:
    print("interrupted")
"""
    with open_directory() as directory:
        environment = python_environment(TMPDIR=str(directory))
        command = [sys.executable, "-c", script]
        with subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True) as runner:
            wait_until(lambda: processes_named("slipway-ctrl-c") != [])
            runner.send_signal(signal.SIGINT)
            output, _ = runner.communicate()
        assert output == "interrupted\n"
        assert processes_named("slipway-ctrl-c") == []
        assert list(directory.iterdir()) == []


DIRECTORY_TRAPS = {
    "deep": 'for (int i = 0; i < 3000; i++) { mkdir("d", 0700); chdir("d"); }',
    "closed": """
        mkdir("a", 0700); mkdir("a/b", 0700); close(creat("a/b/f", 0));
        chmod("a/b", 0); chmod("a", 0); chmod(".", 0);
    """,
    "links": 'symlink("/", "root"); symlink("root", "loop"); mkfifo("fifo", 0600); mkdir(" \\n-rf", 0700);',
    "many": 'for (int i = 0; i < 400; i++) { char n[9]; snprintf(n, 9, "%d", i); mkdir(n, 0); }',
}


@pytest.mark.parametrize("body", DIRECTORY_TRAPS.values(), ids=DIRECTORY_TRAPS)
def test_work_directory_is_removed_whatever_is_in_it(body: str, monkeypatch: pytest.MonkeyPatch) -> None:
    with open_directory() as directory:
        monkeypatch.setattr(tempfile, "tempdir", str(directory))
        result = run_cpp(HEADERS + f"int main() {{ {body} }}", wall_seconds=20)
        assert (result.status, result.error) == (Status.OK, None)
        assert list(directory.iterdir()) == []
