"""What the engine says about programs that mean no harm."""

from __future__ import annotations

import json
import subprocess
import sys
import threading
from dataclasses import replace
from pathlib import Path

import pytest

from runner.contract import COMPILE_LIMITS, RUN_LIMITS, Request, Result, StageLimits, Status
from runner.engine import run
from runner.layers import KNOWN_LAYERS
from tests.runner.programs import MEBIBYTE, needs_root, open_directory, python_environment, run_cpp


def test_program_that_prints_succeeds() -> None:
    result = run_cpp('#include <iostream>\nint main() { std::cout << "hello\\n"; std::cerr << "log\\n"; }')
    assert result.success
    assert (result.status, result.exit_code, result.signal, result.limit) == (Status.OK, 0, None, None)
    assert (result.stdout.text, result.stderr.text) == ("hello\n", "log\n")
    assert (result.stdout.bytes, result.stdout.truncated) == (6, False)
    assert result.error is None


def test_stdin_is_read_to_its_end_exactly_as_given() -> None:
    echo = "#include <cstdio>\nint main() { for (int c; (c = getchar()) != EOF;) putchar(c); }"
    text = "first\nsecond without newline, ünï😀\x00\x7f"
    assert run_cpp(echo, text).stdout.text == text
    assert run_cpp(echo).stdout.text == ""


def test_large_stdin_does_not_block_a_program_that_ignores_it() -> None:
    assert run_cpp("int main() {}", "x" * MEBIBYTE).success


@pytest.mark.parametrize("code", [1, 2, 127, 128, 137, 139, 255])
def test_exit_code_is_reported_as_an_exit_code(code: int) -> None:
    result = run_cpp(f"int main() {{ return {code}; }}")
    assert (result.status, result.exit_code, result.signal) == (Status.RUNTIME_ERROR, code, None)
    assert not result.success
    assert str(code) in str(result.error)


@pytest.mark.parametrize(
    ("body", "name"),
    [
        ("*(volatile int *)nullptr = 1;", "SIGSEGV"),
        ("abort();", "SIGABRT"),
        ("raise(SIGFPE);", "SIGFPE"),
        ("raise(SIGKILL);", "SIGKILL"),
        ("raise(SIGXCPU);", "SIGXCPU"),
        ("raise(SIGPIPE);", "SIGPIPE"),
        ("raise(SIGRTMIN + 3);", "SIGRTMIN+3"),
    ],
)
def test_signal_is_reported_as_a_signal(body: str, name: str) -> None:
    result = run_cpp(f"#include <csignal>\n#include <cstdlib>\nint main() {{ {body} }}")
    assert (result.status, result.exit_code, result.signal) == (Status.SIGNAL, None, name)


def test_compile_error_gives_the_diagnostics_and_runs_nothing() -> None:
    result = run_cpp("int main() { return undeclared; }")
    assert result.status is Status.COMPILE_ERROR
    assert "main.cpp:1:21: error: \N{LEFT SINGLE QUOTATION MARK}undeclared" in result.compile_stderr.text
    assert (result.exit_code, result.timings.run, result.run_limits) == (None, None, None)
    assert result.error == "The program does not compile."


def test_empty_program_is_a_compile_error() -> None:
    assert run_cpp("").status is Status.COMPILE_ERROR


def test_warnings_are_kept_and_the_program_runs() -> None:
    result = run_cpp("#warning take care\nint main() {}")
    assert result.success
    assert "take care" in result.compile_stderr.text


def test_cpp17_is_the_language() -> None:
    assert run_cpp("static_assert(__cplusplus == 201703L); int main() {}").success


@needs_root
def test_user_of_a_program_owns_its_directory_and_no_privilege() -> None:
    result = run_cpp("""
        #include <cstdio>
        #include <sys/stat.h>
        #include <unistd.h>
        int main() {
            struct stat s; stat(".", &s);
            printf("%d %d %d %d %d %o %d %d", (int)getuid(), (int)geteuid(), (int)getgid(), getgroups(0, nullptr),
                   (int)s.st_uid, s.st_mode & 0777, setuid(0), setgid(0));
        }
    """)
    uid = result.isolation.uid
    assert uid
    assert result.stdout.text == f"{uid} {uid} {uid} 0 {uid} 700 -1 -1"
    assert result.isolation.user == "own"
    assert "own-user" in result.isolation.layers


def test_every_known_layer_is_either_in_force_or_absent() -> None:
    isolation = run_cpp("int main() {}").isolation
    assert sorted((*isolation.layers, *isolation.absent)) == sorted(KNOWN_LAYERS)
    assert {"own-session", "closed-descriptors", "scrubbed-environment", "resource-limits"} <= set(isolation.layers)
    assert "signed-result" in isolation.absent


def test_answer_has_the_contract_names_and_is_json() -> None:
    answer = json.loads(json.dumps(run_cpp("int main() {}").to_json()))
    assert list(answer)[:7] == ["success", "trace", "ccStdout", "ccStderr", "stdout", "stderr", "error"]
    assert answer["trace"] is None
    assert answer["exitCode"] == 0
    assert answer["limits"]["run"]["addressSpaceBytes"] == 256 * MEBIBYTE
    assert answer["timings"]["total"] >= answer["timings"]["compile"] + answer["timings"]["run"]
    assert answer["output"]["stdout"] == {"bytes": 0, "truncated": False}


def test_invalid_utf8_is_replaced_and_counted() -> None:
    result = run_cpp('#include <cstdio>\nint main() { fwrite("a\\xff\\xc3(\\xe2\\x82", 1, 6, stdout); }')
    assert result.stdout.text == "a\ufffd\ufffd(\ufffd"
    assert result.stdout.bytes == 6
    assert result.success


def test_peak_memory_is_the_programs_and_not_the_callers() -> None:
    ballast = bytearray(128 * MEBIBYTE)
    ballast[::4096] = b"x" * len(ballast[::4096])
    small = run_cpp("int main() {}").peak_memory_bytes
    assert small is not None
    assert small < 32 * MEBIBYTE
    del ballast


def test_budget_bounds_both_stages_and_shows_in_the_limits() -> None:
    code = "#include <unistd.h>\nint main() { sleep(60); }"
    result = run(Request(code, budget_seconds=1.5))
    assert result.status is Status.TIME_LIMIT
    assert result.limit is not None
    assert result.limit.name == "wall_seconds"
    assert result.run_limits is not None
    assert result.run_limits.wall_seconds < 1.5
    assert result.timings.total < RUN_LIMITS.wall_seconds


def test_nothing_is_started_without_time_left() -> None:
    result = run(Request("int main() {}", budget_seconds=-1.0))
    assert (result.status, result.timings.compile) == (Status.TIME_LIMIT, None)
    assert result.limit is not None
    assert result.limit.name == "budget_seconds"


def test_concurrent_runs_do_not_mix() -> None:
    results: dict[int, Result] = {}

    def one(number: int) -> None:
        code = f'#include <cstdio>\nint main() {{ FILE *f = fopen("x", "wx"); printf("%d", f ? {number} : -1); }}'
        results[number] = run_cpp(code)

    threads = [threading.Thread(target=one, args=(number,)) for number in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert {number: result.stdout.text for number, result in results.items()} == {n: str(n) for n in range(6)}


@needs_root
def test_concurrent_runs_have_different_users() -> None:
    seen = []

    def one() -> None:
        seen.append(run_cpp("#include <unistd.h>\nint main() { usleep(800000); }").isolation.uid)

    threads = [threading.Thread(target=one) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(set(seen)) == 3


def test_absent_compiler_is_an_internal_error_with_a_cure(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    result = run(Request("int main() {}"))
    assert result.status is Status.INTERNAL_ERROR
    assert "g++ was not found" in str(result.error)
    assert "Install it" in str(result.error)


@pytest.mark.parametrize("name", ["wall_seconds", "cpu_seconds", "address_space_bytes", "output_bytes"])
@pytest.mark.parametrize("value", [0, -1, True, "1", 2**63, float("nan")])
def test_limits_that_are_not_positive_numbers_are_refused(name: str, value: object) -> None:
    with pytest.raises(ValueError, match=name):
        replace(COMPILE_LIMITS, **{name: value})  # type: ignore[arg-type]


def test_whole_numbers_are_required_where_the_kernel_takes_only_those() -> None:
    with pytest.raises(ValueError, match="cpu_seconds"):
        StageLimits(1.5, 1.5, 1, 1, 1, 1, 1, 1)  # type: ignore[arg-type]


def test_no_space_for_the_source_is_an_internal_error_and_leaves_nothing() -> None:
    script = """
import json, resource
from runner.contract import Request
from runner.engine import prepare, run
prepare()
resource.setrlimit(resource.RLIMIT_FSIZE, (100, 100))
print(json.dumps(run(Request("/" * 1000)).to_json()))
"""
    with open_directory() as directory:
        done = subprocess.run(
            [sys.executable, "-c", script],
            env=python_environment(TMPDIR=str(directory)),
            capture_output=True,
            text=True,
            check=True,
        )
        assert list(directory.iterdir()) == []
    answer = json.loads(done.stdout)
    assert answer["status"] == "internal_error"
    assert "File too large" in answer["error"]
