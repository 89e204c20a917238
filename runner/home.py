"""Where the runner is, and what can be had there: found by trying, not by knowing the name of the place.

A layer is used wherever it was seen to hold. What must not be missing is the operator's to say: with ``RUNNER_REQUIRE``
(names separated by commas) the runner refuses to start without it.
"""

from __future__ import annotations

import ctypes
import errno
import os
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

from runner import mounts
from runner.errors import RunnerError
from runner.killing import is_sole_user
from runner.launcher import Launcher, launcher
from runner.layers import CONFINING, KNOWN_LAYERS, PROBED

REQUIRE = "RUNNER_REQUIRE"
_SET_DUMPABLE = 4
_CAP_SYS_PTRACE = 19
# What a program may read besides its work directory, where that can be decided: a toolchain, nothing of the machine.
READABLE = (
    "/usr",
    "/bin",
    "/sbin",
    "/lib",
    "/lib32",
    "/lib64",
    "/libx32",
    "/etc/alternatives",
    "/etc/ld.so.cache",
    "/etc/localtime",
    "/opt/valgrind",
    "/var/lang",  # where Lambda's Python is
)


@dataclass(frozen=True)
class Home:
    """A place to run programs in: its *name*, the *layers* that hold in it, and why others do not (*refused*)."""

    name: str
    layers: frozenset[str] = frozenset()
    refused: Mapping[str, str] = field(default_factory=dict)
    readable: tuple[str, ...] = READABLE

    def asked(self) -> tuple[str, ...]:
        """What the launcher is asked for, in its own order."""
        wanted = self.layers
        if "namespaces" in wanted:
            wanted = wanted - {"user-namespace"}
        elif "user-namespace" in wanted:
            wanted = wanted | {"namespaces"}
        return tuple(name for name in PROBED if name in wanted)

    def without(self, *names: str) -> Home:
        """The same home with these layers left out, to see what they are good for."""
        return Home(self.name, self.layers - set(names), self.refused, self.readable)

    @property
    def degraded(self) -> bool:
        """Whether a program here may reach what it should not: system calls or files are not restricted."""
        held = self.layers
        return not held.issuperset(CONFINING) or not held & {"landlock", "namespaces", "user-namespace"}


@cache
def found_home(euid: int) -> Home:
    """The home of a runner with this effective user, probed once a process, before the first program runs."""
    found = _probe(launcher())
    layers = {name for name, error in found.items() if error == 0}
    name = _name(os.environ)
    if os.access("/proc/self/oom_score_adj", os.W_OK):
        layers.add("first-out-of-memory")
    if euid != 0 or _sees_other_users():
        layers.add("disk-watch")
    if euid == 0:
        layers |= {"own-user", "hidden-runtime", "leftovers-audit"}
        layers -= {"user-namespace"}  # the user of the program is another one than root already
        if "namespaces" in layers and mounts.are_separate():
            layers.add("limited-disk")
    else:
        layers -= {"namespaces"}
        if layers & {"landlock", "user-namespace"} or is_hidden():
            layers.add("hidden-runtime")
        if name == "lambda":
            layers.add("leftovers-audit")
            if is_sole_user(name):
                layers.add("sole-user")
    refused = {name: errno.errorcode.get(number, str(number)) for name, number in found.items() if number != 0}
    return Home(name, frozenset(layers), refused)


def _sees_other_users() -> bool:
    """Whether this process may look into those of other users: which files they hold, and what they share."""
    held = next(line for line in Path("/proc/self/status").read_text().splitlines() if line.startswith("CapEff:"))
    return bool(int(held.split()[1], 16) >> _CAP_SYS_PTRACE & 1)


def current_home() -> Home:
    """The home of this process as it is now. RunnerError if it lacks what ``RUNNER_REQUIRE`` names."""
    here = found_home(os.geteuid())
    # Of what is signed the engine knows nothing: who signs has checked it.
    check_required(here, os.environ.get(REQUIRE, ""), ("signed-result",))
    return here


def hide_runtime() -> None:
    """Makes this process's memory, environment and descriptors unreadable to its own user, where prctl is not refused.

    Where it is, an interpreter that its user may execute but not read does the same.
    """
    ctypes.CDLL(None).prctl(_SET_DUMPABLE, 0, 0, 0, 0)


def is_hidden() -> bool:
    """Whether they are: the kernel then says that the files of this process in /proc are root's."""
    return Path("/proc/self/environ").stat().st_uid != os.geteuid()


# What every start has, whatever the home: the launcher fails without it.
ALWAYS = frozenset({"own-session", "closed-descriptors", "scrubbed-environment", "resource-limits", "memory-watch"})


def check_required(here: Home, names: str, also: Sequence[str] = ()) -> None:
    """RunnerError if one of *names* (separated by commas) does not hold in *here* nor is in *also*, or is no layer."""
    wanted = [name.strip() for name in names.split(",") if name.strip()]
    unknown = sorted(set(wanted) - set(KNOWN_LAYERS))
    if unknown:
        raise RunnerError(
            f"{REQUIRE} names {unknown[0]!r}, which is no layer.", cure=f"Layers are: {', '.join(KNOWN_LAYERS)}."
        )
    missing = [name for name in wanted if name not in here.layers.union(here.asked(), ALWAYS, also)]
    if missing:
        reasons = ", ".join(f"{name} ({here.refused.get(name, 'not had here')})" for name in missing)
        raise RunnerError(
            f"{REQUIRE} asks for what this home ({here.name}) does not give: {reasons}.",
            cure="Run it where these hold, or require less.",
        )


def _name(environment: Mapping[str, str]) -> str:
    if "AWS_LAMBDA_RUNTIME_API" in environment:
        return "lambda"
    execution = environment.get("AWS_EXECUTION_ENV", "")
    return {"AWS_ECS_FARGATE": "fargate", "AWS_ECS_EC2": "ec2"}.get(execution, "local")


def _probe(program: Launcher) -> dict[str, int]:
    """For each layer that may be refused: 0 if it holds, else an errno."""
    words = [f"read={path}" for path in READABLE]
    found = {}
    with tempfile.TemporaryDirectory(prefix="slipway-probe-") as directory:
        lines = program.ask(["probe", f"cwd={directory}", *words, "--", "probe"])
    for line in lines.splitlines():
        match line.split():
            case ["probe", name, number]:
                found[name] = int(number)
            case _:
                raise RunnerError(f"the launcher's probe answered {line!r}.")
    if set(found) != set(PROBED):
        raise RunnerError(f"the launcher's probe told of {sorted(found)} only.")
    return found
