"""Ending every process of a user, refused but where it can hurt nobody, or of a program: nothing outruns either."""

from __future__ import annotations

import subprocess

import pytest

from tests.runner.programs import needs_root, open_directory, python_environment

# What is not refused here reaches nobody else.
IN_A_NAMESPACE = ("unshare", "--pid", "--fork", "--kill-child", "--mount-proc", "/usr/bin/python3", "-c")
pytestmark = [needs_root, pytest.mark.usefixtures("alone")]

REFUSALS = """
import os, subprocess, sys
from runner.errors import RunnerError
from runner.killing import is_sole_user, kill_all_others
uid, home, sole, alone = sys.argv[1], sys.argv[2], sys.argv[3] == "sole", sys.argv[4] == "alone"
os.setgroups([]); os.setresgid(int(uid), int(uid), int(uid)); os.setresuid(int(uid), int(uid), int(uid))
sleeper = None if alone else subprocess.Popen(["sleep", "60"])
print(is_sole_user(home))
if not alone or sole:
    sleeper = sleeper or subprocess.Popen(["sleep", "60"])
    try:
        print(kill_all_others(home, sole_user=sole), sleeper.wait())
    except RunnerError as error:
        print(error, sleeper.poll())
        sleeper.kill(); sleeper.wait()
"""


@pytest.mark.parametrize(
    ("arguments", "sole", "message"),
    [
        (("0", "lambda", "sole", "alone"), "False", "user 0 is refused"),
        (("60990", "local", "sole", "alone"), "False", "user 60990 is refused"),
        (("60990", "fargate", "sole", "alone"), "False", "user 60990 is refused"),
        (("60990", "lambda", "shared", "beside"), "False", "user 60990 is refused"),
        (("60990", "lambda", "sole", "alone"), "True", "1 -9"),
    ],
)
def test_all_processes_are_ended_only_under_a_user_of_the_runners_own(
    arguments: tuple[str, ...], sole: str, message: str
) -> None:
    first, second = in_a_namespace(REFUSALS, *arguments)
    assert first == sole
    assert message in second
    assert second.endswith("None") == ("refused" in message)


# Each of its processes lives for some 50 microseconds, so that a list of processes is old before it is read.
CHURN = """
#include <unistd.h>
int main() { if (fork() == 0) { setsid(); for (;;) if (fork() > 0) _exit(0); } }
"""
OUTRUN = """
import os, resource, signal, subprocess, sys, time
from runner.identity import Identity
from runner.killing import kill_all_others, owned
def become(uid):
    resource.setrlimit(resource.RLIMIT_NPROC, (64, 64))
    os.setgroups([]); os.setresgid(uid, uid, uid); os.setresuid(uid, uid, uid)
churn, way = sys.argv[1:]
if way == "lambda":
    become(60990)
for _ in range(40):
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    subprocess.run([churn], check=True, preexec_fn=None if way == "lambda" else lambda: become(60990))
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # as the first process of its namespace it inherits the orphans
    time.sleep(0.02)
    kill_all_others("lambda", sole_user=True) if way == "lambda" else Identity(uid=60990).sweep()
    # One look misses it as easily as the runner's. The namespace ends what is left.
    if set().union(*(owned(60990) for _ in range(20))):
        sys.exit("outrun")
"""


@pytest.mark.parametrize("way", ["lambda", "own user"])
def test_a_program_that_forks_and_ends_all_the_time_is_ended(way: str) -> None:
    with open_directory() as directory:
        (directory / "churn.c").write_text(CHURN)
        subprocess.run(["gcc", "-o", directory / "churn", directory / "churn.c"], check=True)
        in_a_namespace(OUTRUN, str(directory / "churn"), way)


BOMB = "#include <unistd.h>\nint main() { for (;;) if (fork() == 0) setsid(); }"
BOMBED = """
import os, subprocess, sys, time
from runner.killing import owned
from runner.launcher import launcher
bomb, directory = sys.argv[1:]
launcher()  # built while the machine is not busy
os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
for _ in range(30):  # a busy machine, on which the launcher waits between two looks while the bomb goes on forking
    subprocess.Popen(["sh", "-c", "while :; do :; done"])
limits = ["uid=60991", "nproc=16", "cpu=20", "as=268435456", "fsize=1000000"]
for _ in range(6):
    started = launcher().start([bomb], [f"cwd={directory}", "layer=adopted-orphans", *limits], {}, b"")
    while len(owned(60991)) < 16:
        time.sleep(0.01)
    started.stop()
    with os.fdopen(os.dup(started.status)) as status:
        print(*(line.strip() for line in status if line.startswith(("killed", "left"))))
    started.close()
    os.waitpid(started.pid, 0)
"""


def test_nobody_is_born_while_a_fork_bomb_is_ended_on_a_busy_machine() -> None:
    with open_directory() as directory:
        (directory / "bomb.c").write_text(BOMB)
        subprocess.run(["gcc", "-o", directory / "bomb", directory / "bomb.c"], check=True)
        said = in_a_namespace(BOMBED, str(directory / "bomb"), str(directory))
    # Of 16 processes one is the program itself.
    assert said == ["killed 15"] * 6


def in_a_namespace(script: str, *arguments: str) -> list[str]:
    """The lines that *script* printed in a PID namespace of its own."""
    command = [*IN_A_NAMESPACE, script, *arguments]
    done = subprocess.run(command, env=python_environment(), capture_output=True, text=True, check=False, timeout=60)
    assert done.returncode == 0, done.stderr
    return done.stdout.splitlines()
