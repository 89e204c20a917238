"""Programs that mean harm, by what they are after. What stops them is said with each, and asked of every home."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

HEADERS = """
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <mqueue.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/ioctl.h>
#include <sys/ipc.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/msg.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/sem.h>
#include <sys/shm.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>
static void say(int done) { puts(done ? "did it" : "stopped"); fflush(stdout); }
"""


@dataclass(frozen=True)
class Program:
    """*code* ends with one of *status*. Where a layer of *stopped_by* is in force, it says that it was stopped; where
    none is, it may say what it likes. Empty: it need not say anything."""

    code: str
    status: tuple[str, ...] = ("ok",)
    stopped_by: frozenset[str] = frozenset()
    language: str = "c"
    more: dict[str, Any] = field(default_factory=dict)


def c(body: str, *status: str, by: str = "", before: str = "", **more: Any) -> Program:
    """A C program whose main is *body*. *by* names the layers that stop it, each alone."""
    code = f"{HEADERS}\n{before}\nint main(void) {{\n{body}\n}}\n"
    return Program(code, status or ("ok",), frozenset(by.split()), "c", more)


def py(code: str, *status: str, by: str = "", **more: Any) -> Program:
    """A Python program."""
    return Program(code, status or ("ok",), frozenset(by.split()), "python", more)
