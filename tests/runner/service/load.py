"""Load upon the real service: `python -m tests.runner.service.load REQUESTS`, started by `unshare`, says what was seen.

Eight clients at a time; a third of the programs is hostile. All is in a house of its own, as in house.py.
"""

from __future__ import annotations

import http.client
import json
import os
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path
from typing import Any

from runner import home, mounts
from runner.usage import DiskUse
from tests.runner.hostile import HEADERS
from tests.runner.house import is_alive, raise_loopback
from tests.runner.programs import MEBIBYTE, python_environment

PORT, CLIENTS = 8080, 8
LIMITS = {"run": {"wallSeconds": 4, "cpuSeconds": 1, "addressSpaceBytes": 128 * MEBIBYTE, "memoryBytes": 96 * MEBIBYTE}}
# On a machine that has no time for it, a program runs out of time before it runs out of anything else.
STARVED = "time_limit"
# What is sent, and what comes of it.
PROGRAMS: list[tuple[str, str, tuple[str, ...], str]] = [
    ("c", "#include <stdio.h>\nint main(void) { char s[99]; puts(fgets(s, 99, stdin)); }", ("ok",), "NUMBER\n"),
    ("c", "int main(void) { return 3; }", ("runtime_error",), ""),
    ("python", "print(input())", ("ok",), "NUMBER\n"),
    ("c", "int main(void) { return x; }", ("compile_error",), ""),
]
HOSTILE: list[tuple[str, str, tuple[str, ...], str]] = [
    ("c", HEADERS + "int main(void) { for (int i = 0; i < 99; i++) fork(); pause(); }", ("time_limit",), ""),
    ("c", HEADERS + "int main(void) { if (fork() == 0) { setsid(); pause(); } }", ("ok",), ""),
    ("c", HEADERS + 'int main(void) { for (;;) puts("flood"); }', ("output_limit",), "flood"),
    (
        "c",
        HEADERS + "int main(void) { for (;;) memset(malloc(1 << 20), 1, 1 << 20); }",
        ("memory_limit", "signal", STARVED),
        "",
    ),
    (
        "c",
        HEADERS
        + 'int main(void) { int f = creat("x", 0600); static char b[1 << 16]; for (;;) write(f, b, sizeof b); }',
        ("disk_limit", STARVED),
        "",
    ),
    ("python", "import os\nos.kill(os.getppid(), 9)", ("runtime_error", "ok"), ""),
]


def main(requests: int) -> None:
    """Sends *requests* requests."""
    home.current_home()
    raise_loopback()
    # Not over /tmp, where this Python may be; a program has another one.
    places = [Path(tempfile.mkdtemp()), Path("/var/tmp"), Path("/dev/shm")]
    for place in places:
        mounts.mount_temporary(place, DiskUse(80 * MEBIBYTE, 5000))
        place.chmod(0o1777)
    try:
        print(json.dumps(loaded(requests, places)))
    finally:
        mounts.unmount(places[0])
        places[0].rmdir()


def loaded(requests: int, places: list[Path]) -> dict[str, Any]:
    """What is seen of *requests* requests; all writing is done in *places*."""
    tempfile.tempdir = str(places[0])
    environment = python_environment(RUNNER_CONCURRENCY="2", RUNNER_QUEUE="64", TMPDIR=str(places[0]))
    with subprocess.Popen(
        [sys.executable, "-m", "runner.service"], env=environment, stdout=subprocess.DEVNULL
    ) as service:
        try:
            wait_for(lambda: send("GET", "/health", None)[0] == 200)
            for number in range(len(PROGRAMS) + len(HOSTILE)):  # warm, and with every program seen once
                sent(number)
            before = seen(service.pid, places)
            started_at = time.monotonic()
            with ThreadPoolExecutor(CLIENTS) as clients:
                results = list(clients.map(sent, range(requests)))
            seconds = time.monotonic() - started_at
            after = seen(service.pid, places)
            metrics = send("GET", "/metrics", None)[1].decode()
        finally:
            service.send_signal(signal.SIGTERM)
            ended = service.wait(30)
    plain = [result["plain"] for result in results if result["plain"] is not None]
    return {
        "wrong": [result["wrong"] for result in results if result["wrong"]],
        "codes": Counter(str(result["code"]) for result in results),
        "seconds": seconds,
        "p50": statistics.median(plain),
        "p95": statistics.quantiles(plain, n=20)[-1],
        "direct": direct(),
        "before": before,
        "after": after,
        "ended": ended,
        "counted": sum(int(line.rsplit(" ")[-1]) for line in metrics.splitlines() if "_results_total{" in line),
        "left": [str(path) for place in places for path in place.rglob("*")],
    }


def sent(number: int) -> dict[str, Any]:
    """One program, and whether the answer is wrong. *plain* is how long one that means no harm took."""
    hostile = number % 3 == 2
    programs = HOSTILE if hostile else PROGRAMS
    language, code, statuses, output = programs[number // 3 % len(programs)]
    value = {"language": language, "code": code, "stdin": f"{number}\n", "limits": LIMITS}
    started_at = time.monotonic()
    code_of_http, body = send("POST", "/run", value)
    answer = json.loads(body)
    expected = output.replace("NUMBER", str(number)).strip()
    right = code_of_http == 200 and answer["status"] in statuses and str(answer["stdout"]).startswith(expected)
    return {
        "code": code_of_http,
        "wrong": None if right else [language, code[-60:], answer["status"], answer["error"]],
        "plain": None if hostile else time.monotonic() - started_at,
    }


def send(method: str, path: str, value: object) -> tuple[int, bytes]:
    """An HTTP request."""
    connection = http.client.HTTPConnection("127.0.0.1", PORT, timeout=120)
    try:
        body = None if value is None else json.dumps(value)
        connection.request(method, path, body, {"content-type": "application/json"})
        response = connection.getresponse()
        return response.status, response.read()
    finally:
        connection.close()


def seen(service: int, places: list[Path]) -> dict[str, int]:
    """What the service and the house hold."""
    status = Path(f"/proc/{service}/status").read_text()
    return {
        "processes": sum(is_alive(entry) for entry in Path("/proc").iterdir()),
        "descriptors": len(os.listdir(f"/proc/{service}/fd")),  # noqa: PTH208
        "kilobytes": int(status.split("VmRSS:")[1].split()[0]),
        "files": sum(1 for place in places for _ in place.rglob("*")),
        "mounts": len(Path(f"/proc/{service}/mountinfo").read_text().splitlines()),
    }


def direct() -> float:
    """Median seconds of compiling and running the first program without any runner, on the same machine."""
    taken = []
    with tempfile.TemporaryDirectory() as directory:
        source = Path(directory) / "main.c"
        source.write_text(PROGRAMS[0][1])
        for _ in range(9):
            started_at = time.monotonic()
            subprocess.run(["gcc", "-O0", "-o", f"{directory}/main", str(source), "-lm"], check=True)
            subprocess.run([f"{directory}/main"], input=b"1\n", capture_output=True, check=True)
            taken.append(time.monotonic() - started_at)
    return statistics.median(taken)


def wait_for(condition: Callable[[], bool]) -> None:
    """Until *condition* holds."""
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        with suppress(OSError):
            if condition():
                return
        time.sleep(0.05)
    raise TimeoutError("what was waited for has not come within a minute")


if __name__ == "__main__":
    main(int(sys.argv[1]))
