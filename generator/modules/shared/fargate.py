"""What Fargate takes and refuses, for the modules whose tasks run there."""

from __future__ import annotations

from generator.bindings import functions as fn
from generator.hcl.expression import Expr
from generator.hcl.types import Condition

# What Fargate accepts: CPU units and the MB of memory that go with them.
FARGATE_MEMORY = {
    "256": [512, 1024, 2048],
    "512": fn.range_(1024, 4097, 1024),
    "1024": fn.range_(2048, 8193, 1024),
    "2048": fn.range_(4096, 16385, 1024),
    "4096": fn.range_(8192, 30721, 1024),
    "8192": fn.range_(16384, 61441, 4096),
    "16384": fn.range_(32768, 122881, 8192),
}
# Docker's default capabilities but CHOWN, NET_BIND_SERVICE, SETGID and SETUID: a server that starts as root needs these
# to bind a low port and to hand its work to an unprivileged user. Fargate can drop capabilities, not add them.
DROPPED_FOR_ROOT = [
    *("AUDIT_WRITE", "DAC_OVERRIDE", "FOWNER", "FSETID", "KILL"),
    *("MKNOD", "NET_RAW", "SETFCAP", "SETPCAP", "SYS_CHROOT"),
]


def capabilities(as_root: Expr) -> dict[str, object]:
    """The capabilities of a container: none, or the few that a server needs which starts as root."""
    return {"drop": as_root.then(DROPPED_FOR_ROOT, ["ALL"])}


def size_precondition(memory_table: Expr, cpu: Expr, memory: Expr) -> Condition:
    """The condition that Fargate has tasks of that size; *memory_table* refers to FARGATE_MEMORY."""
    return {
        "condition": fn.try_(fn.contains(memory_table[fn.tostring(cpu)], memory), False),
        "error_message": f"Fargate has no task of {cpu} CPU units with {memory} MB of memory.",
    }
