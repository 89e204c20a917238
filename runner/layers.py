"""The names of what can stand between a program and the machine, in the order in which answers list them."""

from __future__ import annotations

# What the launcher is asked for, because a home may refuse it. The first word of each line of its probe.
PROBED = (
    "adopted-orphans",
    "hidden-launcher",
    "no-new-privileges",
    "seccomp",
    "landlock",
    "namespaces",
    "user-namespace",
)
# Every layer there is, so that an answer also says what did not hold.
KNOWN_LAYERS = (
    "own-user",
    "own-session",
    "closed-descriptors",
    "scrubbed-environment",
    "resource-limits",
    "first-out-of-memory",
    "adopted-orphans",
    "hidden-launcher",
    "hidden-runtime",
    "no-new-privileges",
    "seccomp",
    "landlock",
    "namespaces",
    "user-namespace",
    "cgroup",
    "memory-watch",
    "disk-watch",
    "limited-disk",
    "leftovers-audit",
    "sole-user",
    "signed-result",
)
# A home that lacks one of these is called degraded: programs can reach the network, or each other's files.
CONFINING = ("no-new-privileges", "seccomp")
