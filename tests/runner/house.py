"""A house to be hostile in: own processes, network, file systems and IPC, all of limited size, gone when it is left.

`python -m tests.runner.house` is started by `unshare` and answers requests, a JSON line each, until its input ends.
What a program does there it does to the house. Loopback is up, and somebody listens, so that reaching an address shows.
"""

from __future__ import annotations

import ctypes
import encodings.idna  # noqa: F401 - what is not imported before the user changes may be out of reach then
import fcntl
import json
import os
import socket
import struct
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pytest

from runner import engine, home, mounts
from runner.contract import COMPILE_LIMITS, RUN_LIMITS, Request
from runner.usage import SCRATCH, DiskUse
from tests.runner.programs import MEBIBYTE, python_environment

UNSHARE = ("unshare", "--net", "--pid", "--mount", "--ipc", "--uts", "--fork", "--kill-child", "--mount-proc")
# The runner is not process 1, to which the kernel is kinder, and has a number that no program in a new namespace gets.
FIRST = ("sh", "-c", 'for i in 1 2 3 4 5 6 7 8 9; do (:); done; "$@"; exit', "sh")
needs_house = pytest.mark.skipif(
    os.geteuid() != 0 or subprocess.run([*UNSHARE, "true"], capture_output=True, check=False).returncode != 0,
    reason="not run: hostile programs need namespaces and mounts of their own, which takes root and CAP_SYS_ADMIN",
)
# As root the programs get users of their own; an ordinary user shares its own with them. The kernel counts the tasks of
# a user whatever house they are in, so that each worker's have users of their own.
ORDINARY = 60900 + int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw"))
SECRET = "planted-secret"
# All the memory and disk that a house can take: 16 tasks of 96 MiB, and file systems of 256 MiB together.
LIMITS = replace(
    RUN_LIMITS,
    wall_seconds=30,
    cpu_seconds=5,
    address_space_bytes=256 * MEBIBYTE,
    file_size_bytes=4 * MEBIBYTE,
    processes=16,
    memory_bytes=128 * MEBIBYTE,
    disk_bytes=16 * MEBIBYTE,
    files=500,
)
# The numbers, in asm/unistd.h, of prctl and seccomp, and of what makes namespaces and rules of Landlock.
REFUSED = {"x86_64": (157, 317, 272, 444), "aarch64": (167, 277, 97, 444)}
SIZES = {"/tmp": 160, "/var/tmp": 32, "/dev/shm": 64}


@dataclass(frozen=True)
class House:
    """The caller's side of a running house."""

    process: subprocess.Popen[str]

    def run(self, code: str, language: str = "c", **wanted: Any) -> dict[str, Any]:
        """The answer to one program, and under "after" what is seen in the house when it is over.

        *without* names layers to leave out, *limits* changes run limits, *stdin*, *args* and *files* go to the request.
        """
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.write(json.dumps({"code": code, "language": language, **wanted}) + "\n")
        self.process.stdin.flush()
        line = self.process.stdout.readline()
        assert line, "the house is gone"
        answer: dict[str, Any] = json.loads(line)
        return answer


@contextmanager
def house(kind: str, **environment: str) -> Iterator[House]:
    """A house with secrets planted in its runner's environment. The runner is "root"; "ordinary"; "hidden", which is an
    ordinary one as the service and the function start it; or "floor", for which the kernel refuses most."""
    command = [*UNSHARE, *FIRST, sys.executable, "-m", "tests.runner.house", kind]
    planted = {"AWS_SECRET_ACCESS_KEY": SECRET, "AWS_SESSION_TOKEN": SECRET, **environment}
    with subprocess.Popen(
        command, env=python_environment(**planted), stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        try:
            yield House(process)
        finally:
            assert process.stdin is not None
            process.stdin.close()
            process.wait()


@dataclass
class Listener:
    """Counts the connections to a port of loopback."""

    port: int = 9001
    connections: int = 0
    _socket: socket.socket = field(init=False)

    def __post_init__(self) -> None:
        self._socket = socket.create_server(("127.0.0.1", self.port))
        threading.Thread(target=self._serve, daemon=True).start()

    def count(self) -> int:
        """Connections since the last count."""
        with socket.create_connection(("127.0.0.1", self.port)) as last:
            last.recv(1)  # closed once it is accepted, and those before it therefore too
        found, self.connections = self.connections - 1, 0
        return found

    def _serve(self) -> None:
        while True:
            connection, _ = self._socket.accept()
            self.connections += 1
            connection.close()


def main(arguments: Sequence[str]) -> None:
    """Answers requests. Everything is imported and built before the file systems go, where both may be."""
    home.current_home()
    raise_loopback()
    for directory, size in SIZES.items():
        Path(directory).mkdir(exist_ok=True)
        mounts.mount_temporary(Path(directory), DiskUse(size * MEBIBYTE, 4000))
        Path(directory).chmod(0o1777)
    make_set_user_program()
    tempfile.tempdir = "/tmp"
    listener = Listener()
    if arguments == ["floor"]:
        refuse_calls()
    if arguments != ["root"]:
        become_ordinary()
    if arguments == ["hidden"]:
        home.hide_runtime()
    home.current_home()
    before = seen()
    for line in sys.stdin:
        wanted = json.loads(line)
        answer = answered(wanted)
        after = seen()
        answer["after"] = {
            "processes": sorted(after["processes"] - before["processes"]),
            "files": sorted(after["files"] - before["files"]),
            "objects": after["objects"] - before["objects"],
            "connections": listener.count(),
            "descriptors": after["descriptors"] - before["descriptors"],
        }
        print(json.dumps(answer), flush=True)


def answered(wanted: dict[str, Any]) -> dict[str, Any]:
    """The engine's answer."""
    limits = replace(LIMITS, **wanted.get("limits", {}))
    request = Request(
        wanted["code"].replace("RUNNER_PID", str(os.getpid())),
        wanted.get("stdin", ""),
        compile_limits=replace(COMPILE_LIMITS, **{"wall_seconds": 30, **wanted.get("compile_limits", {})}),
        run_limits=limits,
        language=wanted["language"],
        files=wanted.get("files", {}),
        args=tuple(wanted.get("args", ())),
    )
    here = home.current_home().without(*wanted.get("without", ()))
    return engine.run(request, home=here).to_json()


def seen() -> dict[str, Any]:
    """What there is in the house."""
    return {
        "processes": {int(entry.name) for entry in Path("/proc").iterdir() if is_alive(entry)},
        "files": {str(path) for directory in SCRATCH for path in directory.rglob("*")},
        "objects": sum(len(Path(f"/proc/sysvipc/{kind}").read_text().splitlines()) for kind in ("shm", "msg", "sem")),
        "descriptors": len(os.listdir("/proc/self/fd")),  # noqa: PTH208
    }


def is_alive(entry: Path) -> bool:
    """Whether *entry* of /proc is a process that has not ended yet."""
    try:
        return entry.name.isdigit() and (entry / "stat").read_text().rpartition(")")[2].split()[0] not in "ZX"
    except (FileNotFoundError, ProcessLookupError):
        return False


def raise_loopback() -> None:
    """A new network namespace has its loopback down."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as control:
        fcntl.ioctl(control, 0x8914, struct.pack("16sH22x", b"lo", 0x1 | 0x40))  # SIOCSIFFLAGS: IFF_UP | IFF_RUNNING


def make_set_user_program() -> None:
    """A program that would run as root, as a careless image may hold one; the mount does not honour it by itself."""
    ctypes.CDLL(None).mount(None, b"/var/tmp", None, 32, None)  # MS_REMOUNT without MS_NOSUID
    target = Path("/var/tmp/set-user-id")
    target.write_bytes(Path("/usr/bin/id").read_bytes())
    target.chmod(0o4755)


def refuse_calls() -> None:
    """EPERM for what Lambda is reported to refuse. As root no privilege has to be given up for it."""
    numbers = REFUSED[os.uname().machine]
    lines = [(0x20, 0, 0, 0)]
    for index, number in enumerate(numbers):
        lines.append((0x15, len(numbers) - index, 0, number))
    lines += [(0x06, 0, 0, 0x7FFF0000), (0x06, 0, 0, 0x00050001)]
    code = ctypes.create_string_buffer(b"".join(struct.pack("HBBI", *line) for line in lines))
    program = ctypes.create_string_buffer(struct.pack("HxxxxxxP", len(lines), ctypes.addressof(code)))
    assert ctypes.CDLL(None).syscall(numbers[1], 1, 0, program) == 0


def become_ordinary() -> None:
    """Gives up root, and is dumpable again as after an exec."""
    os.setgroups([])
    os.setresgid(ORDINARY, ORDINARY, ORDINARY)
    os.setresuid(ORDINARY, ORDINARY, ORDINARY)
    ctypes.CDLL(None).prctl(4, 1, 0, 0, 0)


if __name__ == "__main__":
    main(sys.argv[1:])
