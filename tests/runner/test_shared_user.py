"""The engine as an ordinary user, whose programs run as that user too: what still holds, and what is said not to."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest

from runner.identity import identity
from tests.runner.programs import open_directory, processes_named, python_environment
from tests.runner.test_identity import TEST_UIDS

pytestmark = pytest.mark.usefixtures("alone")

# Everything is imported and the launcher built before the privileges go: an ordinary user may be able to enter neither
# this Python's directory nor the project's.
SCRIPT = """
import ctypes, json, os, sys
from runner.contract import Request
from runner.engine import prepare, run
from runner.home import current_home
prepare()
uid, code, without = json.load(sys.stdin)
if uid is not None:
    os.setgroups([])
    os.setresgid(uid, uid, uid)
    os.setresuid(uid, uid, uid)
    ctypes.CDLL(None).prctl(4, 1, 0, 0, 0)  # PR_SET_DUMPABLE, as after an exec
print(json.dumps(run(Request(code, budget_seconds=4), home=current_home().without(*without)).to_json()))
"""


class OrdinaryUser:
    """Runs programs through an engine that has no privilege: as root under an unused uid, else as who we are."""

    def __init__(self, directory: Path, uid: int | None) -> None:
        self._directory, self._uid = directory, uid

    def run(self, code: str, without: Sequence[str] = (), **environment: str) -> dict[str, Any]:
        done = subprocess.run(
            [sys.executable, "-c", SCRIPT],
            input=json.dumps([self._uid, code, without]),
            env=python_environment(TMPDIR=str(self._directory), **environment),
            capture_output=True,
            text=True,
            check=True,
        )
        answer: dict[str, Any] = json.loads(done.stdout)
        return answer

    def left(self) -> list[Path]:
        return list(self._directory.iterdir())


@pytest.fixture
def ordinary_user() -> Iterator[OrdinaryUser]:
    with open_directory() as directory, identity(TEST_UIDS) as who:
        directory.chmod(0o777)
        yield OrdinaryUser(directory, who.uid)


def test_a_descriptor_signals_nobody_else(ordinary_user: OrdinaryUser) -> None:
    code = """
#include <csignal>
#include <cstdio>
#include <fcntl.h>
#include <unistd.h>
int main() {
    int ends[2];
    if (pipe(ends) == 0) printf("%d %d", fcntl(ends[0], F_SETOWN, getppid()), fcntl(ends[0], F_SETSIG, SIGCONT));
}"""
    # Where nothing else keeps signals from the runner.
    answer = ordinary_user.run(code, without=["landlock", "namespaces", "user-namespace"])
    if "seccomp" in answer["isolation"]["layers"]:
        assert answer["stdout"] == "-1 -1"
    else:
        assert answer["isolation"]["degraded"]


def test_program_runs_and_the_answer_says_that_the_user_is_shared(ordinary_user: OrdinaryUser) -> None:
    answer = ordinary_user.run('#include <cstdio>\nint main() { puts("hello"); }')
    assert (answer["status"], answer["stdout"]) == ("ok", "hello\n")
    assert (answer["isolation"]["user"], answer["isolation"]["uid"]) == ("shared", None)
    assert "own-user" in answer["isolation"]["absent"]
    assert ordinary_user.left() == []


def test_daemons_are_gone_also_without_a_user_of_their_own(ordinary_user: OrdinaryUser) -> None:
    answer = ordinary_user.run("""
        #include <sys/prctl.h>
        #include <unistd.h>
        int main() {
            int ready[2]; char c; pipe(ready);
            if (fork() == 0) {
                setsid();
                if (fork() != 0) _exit(0);
                prctl(PR_SET_NAME, "slipway-shared");
                write(ready[1], "x", 1);
                for (;;) pause();
            }
            read(ready[0], &c, 1);
        }
    """)
    assert answer["status"] == "ok"
    assert processes_named("slipway-shared") == []


def test_forking_is_bounded_although_the_user_has_other_processes(ordinary_user: OrdinaryUser) -> None:
    answer = ordinary_user.run("""
        #include <cstdio>
        #include <unistd.h>
        int main() {
            for (int made = 0;;) {
                pid_t pid = fork();
                if (pid == 0) for (;;) pause();
                if (pid < 0) { printf("%d", made); return 0; }
                made++;
            }
        }
    """)
    assert answer["status"] == "ok"
    assert 0 < int(answer["stdout"]) <= 40


def test_closed_directories_are_removed_without_privilege(ordinary_user: OrdinaryUser) -> None:
    answer = ordinary_user.run("""
        #include <fcntl.h>
        #include <sys/stat.h>
        #include <unistd.h>
        int main() {
            mkdir("a", 0700); mkdir("a/b", 0700); mkdir("a/b/c", 0700); close(creat("a/b/c/f", 0));
            chmod("a/b/c", 0); chmod("a/b", 0); chmod("a", 0); chmod(".", 0);
        }
    """)
    assert (answer["status"], answer["error"]) == ("ok", None)
    assert ordinary_user.left() == []


def test_secrets_of_the_environment_are_not_handed_down(ordinary_user: OrdinaryUser) -> None:
    code = "#include <cstdio>\nextern char **environ;\nint main() { for (char **e = environ; *e; e++) puts(*e); }"
    answer = ordinary_user.run(code, AWS_SECRET_ACCESS_KEY="planted-secret")
    assert "PATH=" in answer["stdout"]
    assert "planted-secret" not in answer["stdout"]
