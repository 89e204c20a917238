"""A home that refuses prctl(2), as AWS Lambda is reported to: simulated by a seccomp filter on the runner's process."""

from __future__ import annotations

import json
import platform
import subprocess
import sys
from typing import Any

import pytest

from tests.runner.programs import needs_root, processes_named, python_environment

# System call numbers of prctl and seccomp (Linux, asm/unistd.h).
NUMBERS = {"x86_64": (157, 317), "aarch64": (167, 277)}
SCRIPT = """
import ctypes, json, struct, sys
from tests.runner.programs import run_cpp
prctl, seccomp, code = json.load(sys.stdin)
libc = ctypes.CDLL(None, use_errno=True)
libc.prctl(38, 1, 0, 0, 0)  # PR_SET_NO_NEW_PRIVS, without which an ordinary user may not filter
filters = b"".join(struct.pack("HBBI", *line) for line in (
    (0x20, 0, 0, 0),            # load the system call's number
    (0x15, 0, 1, prctl),        # if it is prctl ...
    (0x06, 0, 0, 0x00050001),   # ... EPERM
    (0x06, 0, 0, 0x7FFF0000),   # else allow
))
buffer = ctypes.create_string_buffer(filters)
program = ctypes.create_string_buffer(struct.pack("HxxxxxxP", 4, ctypes.addressof(buffer)))
assert libc.syscall(seccomp, 1, 0, program) == 0, ctypes.get_errno()
assert libc.prctl(3, 0, 0, 0, 0) == -1
print(json.dumps(run_cpp(code).to_json()))
"""

pytestmark = [
    pytest.mark.usefixtures("alone"),
    pytest.mark.skipif(platform.machine() not in NUMBERS, reason="system call numbers of this machine are not known"),
]


def run_without_prctl(code: str) -> dict[str, Any]:
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT],
        input=json.dumps([*NUMBERS[platform.machine()], code]),
        env=python_environment(),
        capture_output=True,
        text=True,
        check=True,
    )
    answer: dict[str, Any] = json.loads(done.stdout)
    return answer


def test_program_runs_and_the_missing_layers_are_named() -> None:
    answer = run_without_prctl('#include <cstdio>\nint main() { puts("hello"); }')
    assert (answer["status"], answer["stdout"]) == ("ok", "hello\n")
    assert {"no-new-privileges", "adopted-orphans"} <= set(answer["isolation"]["absent"])
    assert {"resource-limits", "own-session", "closed-descriptors"} <= set(answer["isolation"]["layers"])


@needs_root
def test_daemon_that_nobody_adopted_is_found_by_its_user() -> None:
    answer = run_without_prctl("""
        #include <fcntl.h>
        #include <unistd.h>
        int main() {
            int ready[2]; char c; pipe(ready);
            if (fork() == 0) {
                setsid();
                if (fork() != 0) _exit(0);
                int fd = open("/proc/self/comm", O_WRONLY); write(fd, "slipway-lonely", 14); close(fd);
                write(ready[1], "x", 1);
                for (;;) pause();
            }
            read(ready[0], &c, 1);
        }
    """)
    assert answer["status"] == "ok"
    assert processes_named("slipway-lonely") == []


@needs_root
def test_fork_churn_that_nobody_adopted_is_ended() -> None:
    answer = run_without_prctl("""
        #include <fcntl.h>
        #include <unistd.h>
        int main() {
            if (fork() == 0) {
                setsid();
                int fd = open("/proc/self/comm", O_WRONLY); write(fd, "slipway-squirm", 14); close(fd);
                for (;;) if (fork() > 0) _exit(0);
            }
            usleep(100000);
        }
    """)
    assert answer["status"] == "ok"
    assert processes_named("slipway-squirm") == []
