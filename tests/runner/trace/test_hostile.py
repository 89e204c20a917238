"""Programs that mean harm, traced: they get no more than they would have got without, and leave nothing."""

from __future__ import annotations

import os
import pwd
import tempfile
import time
from dataclasses import replace
from pathlib import Path

import pytest

from runner.contract import COMPILE_LIMITS, RUN_LIMITS, Request, Result
from runner.engine import run
from runner.identity import SLOT_UIDS
from runner.trace.service import service
from tests.runner.programs import needs_root, open_directory

# A busy machine is no reason to fail.
_PATIENT = replace(COMPILE_LIMITS, wall_seconds=60)
_LIMITS = replace(
    RUN_LIMITS,
    wall_seconds=4,
    cpu_seconds=2,
    address_space_bytes=256 << 20,
    file_size_bytes=4 << 20,
    processes=12,
)
_HEADERS = ("csignal", "cstdio", "cstdlib", "cstring", "initializer_list", "sys/stat.h", "unistd.h")
# Not those that other tests on this machine take first.
_UIDS = SLOT_UIDS[-16:]
_HEAD = "".join(f"#include <{name}>\n" for name in _HEADERS)


def _run(body: str) -> Result:
    return run(
        Request(
            f"{_HEAD}int main() {{\n{body}\n}}\n",
            compile_limits=_PATIENT,
            run_limits=_LIMITS,
            trace=True,
            memcheck=False,
        ),
        uids=_UIDS,
    )


def _processes_of_slots() -> list[int]:
    found = []
    for entry in Path("/proc").iterdir():
        try:
            if entry.name.isdigit() and entry.stat().st_uid in _UIDS:
                found.append(int(entry.name))
        except FileNotFoundError:
            continue
    return found


@needs_root
@pytest.mark.usefixtures("alone")
@pytest.mark.parametrize(
    ("name", "body"),
    [
        ("forks without end", "for (;;) fork();"),
        ("leaves a process behind", "if (fork() == 0) { setsid(); if (fork() == 0) sleep(600); _exit(0); }"),
        ("kills what is around it", "kill(getppid(), SIGKILL); kill(0, SIGKILL);"),
        ("writes a file without end", 'FILE *f = fopen("x", "w"); for (;;) fwrite(&f, 1, 8, f);'),
        ("prints without end", 'for (;;) puts("xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx");'),
        ("takes all memory", "for (;;) memset(malloc(1 << 20), 1, 1 << 20);"),
        ("ignores every signal", "for (int i = 1; i < 64; i++) signal(i, SIG_IGN);\nfor (;;) {}"),
        ("breaks its own stack", "char b[4];\nmemset(b, 65, 4096);\nreturn b[0];"),
        ("grows the log", 'for (const char *n : {"../a.log", "../b.log"}) truncate(n, 1L << 40);'),
        (
            "replaces the log",
            'unlink("../a.log"); symlink("/etc/passwd", "../a.log"); unlink("../a.out"); mkfifo("../a.out", 0600);',
        ),
        ("jumps nowhere", "((void (*)())8)();"),
        ("replaces itself", 'execl("/bin/sh", "sh", "-c", "exit 3", nullptr);'),
    ],
)
def test_traced_program_ends_and_leaves_nothing(name: str, body: str, monkeypatch: pytest.MonkeyPatch) -> None:
    started_at = time.monotonic()
    with open_directory() as directory:
        monkeypatch.setattr(tempfile, "tempdir", str(directory))
        result = _run(body)
        assert list(directory.iterdir()) == []
    assert time.monotonic() - started_at < 60, name
    assert (result.trace is None) == (result.trace_error is not None), result.trace_error
    if result.trace is not None:
        assert "root:" not in str(result.trace)
        assert result.trace["trace"][0]["event"] == "call"
    deadline = time.monotonic() + 10
    while left := _processes_of_slots():
        assert time.monotonic() < deadline, f"left by {name}: {left}"
        time.sleep(0.05)


@needs_root
@pytest.mark.usefixtures("alone")
def test_program_cannot_reach_the_process_that_decodes() -> None:
    """It runs as another user, and the worker as the runner's."""
    with service().conversation():
        worker = service().worker_pid
    body = f"""int r = kill({worker}, SIGKILL);
        FILE *f = fopen("/proc/{worker}/mem", "r");
        printf("%d %d", r, f != nullptr);"""
    result = _run(body)
    assert result.stdout.text == "-1 0"
    assert result.trace is not None
    assert pwd.getpwuid(Path(f"/proc/{worker}").stat().st_uid).pw_uid == os.geteuid()


def test_decoder_that_died_is_started_again() -> None:
    with service().conversation():
        worker = service().worker_pid
    assert worker is not None
    os.kill(worker, 9)
    result = _run("return 0;")
    assert result.trace is not None
    assert service().worker_pid != worker


@pytest.mark.parametrize(
    "assembly",
    [
        ".pushsection .debug_info; .fill 4096, 1, 0xff; .popsection",
        ".pushsection .debug_abbrev; .fill 4096, 1, 0x80; .popsection",
        ".pushsection .debug_line; .fill 65536, 1, 0x01; .popsection",
    ],
)
def test_forged_debug_information_gives_a_trace_or_a_reason(assembly: str) -> None:
    result = run(
        Request(
            f'asm("{assembly}");\nint main() {{\n    return 0;\n}}\n',
            compile_limits=_PATIENT,
            run_limits=_LIMITS,
            trace=True,
            memcheck=False,
        )
    )
    assert (result.trace is None) == (result.trace_error is not None) or result.timings.run is None
