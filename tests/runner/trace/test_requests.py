"""Traces as the engine's answers have them."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

import runner.trace
from runner import tracing
from runner.contract import COMPILE_LIMITS, RUN_LIMITS, Request, Result, Status
from runner.engine import run
from runner.identity import SLOT_UIDS
from runner.launcher import launcher
from runner.trace.program import Program
from runner.trace.recorder import record
from tests.runner.trace.recording import PROGRAMS, compiled, traced

_SCHEMA = Path(runner.trace.__file__).with_name("schema.json")
# A busy machine is no reason to fail.
_PATIENT = replace(COMPILE_LIMITS, wall_seconds=60)
_LIMITS = replace(RUN_LIMITS, wall_seconds=10, cpu_seconds=4, processes=16, file_size_bytes=4 << 20)


def _run(code: str, stdin: str = "", *, memcheck: bool = False) -> Result:
    return run(Request(code, stdin, compile_limits=_PATIENT, run_limits=_LIMITS, trace=True, memcheck=memcheck))


def test_answer_has_the_run_and_the_trace() -> None:
    code = """#include <cstdio>
int main() {
    int n;
    scanf("%d", &n);
    printf("%d\\n", n + 1);
    return 3;
}
"""
    result = _run(code, "4")
    assert (result.status, result.exit_code, result.stdout.text) == (Status.RUNTIME_ERROR, 3, "5\n")
    answer = json.loads(json.dumps(result.to_json()))
    assert answer["trace"]["code"] == code
    assert answer["traceError"] is None
    assert answer["timings"]["trace"] > 0
    assert [step["line"] for step in answer["trace"]["trace"]] == [2, 4, 5, 6, 7]
    assert [step["stdout"] for step in answer["trace"]["trace"]] == ["", "", "", "5\n", "5\n"]


def test_trace_is_absent_unless_asked_for() -> None:
    result = run(Request("int main() {}", compile_limits=_PATIENT))
    assert (result.trace, result.trace_error, result.memcheck, result.timings.trace) == (None, None, None, None)


def test_program_that_does_not_compile_has_no_trace() -> None:
    result = _run("int main() { return x; }")
    assert (result.status, result.trace, result.trace_error) == (Status.COMPILE_ERROR, None, None)


def test_program_with_threads_runs_without_a_trace() -> None:
    code = '#include <thread>\n#include <cstdio>\nint main() { std::thread t([] { puts("there"); }); t.join(); }'
    result = _run(code)
    assert (result.status, result.stdout.text, result.trace) == (Status.OK, "there\n", None)
    assert result.trace_error is not None
    assert "threads" in result.trace_error


def test_output_of_the_run_is_not_the_traces() -> None:
    """A step limit ends the trace; the program runs to its end."""
    result = _run("#include <cstdio>\nint main() {\n    for (int i = 0; i < 3000; i++)\n        putchar('x');\n}\n")
    assert result.stdout.text == "x" * 3000
    assert result.trace is not None
    last = result.trace["trace"][-1]
    assert last["event"] == "instruction_limit_reached"
    assert last["exceptionMsg"] == "Stopped after 1000 steps. Please shorten your code."
    assert len(result.trace["trace"]) == 1000


def test_endless_loop_has_a_trace_and_a_time_limit() -> None:
    result = run(
        Request(
            "int main() {\n    for (;;) {\n    }\n}\n",
            compile_limits=_PATIENT,
            run_limits=replace(_LIMITS, wall_seconds=1),
            trace=True,
            memcheck=False,
        )
    )
    assert result.status is Status.TIME_LIMIT
    assert result.trace is not None
    assert result.trace["trace"][-1]["event"] == "instruction_limit_reached"


def test_endless_recursion_shows_a_bounded_number_of_frames() -> None:
    trace = traced("int down(int n) {\n    return down(n + 1) + 1;\n}\nint main() {\n    return down(0);\n}\n")
    last = trace["trace"][-1]
    assert last["event"] == "instruction_limit_reached"
    assert len(last["stackToRender"]) == 64
    assert last["omittedFrames"] > 0
    assert last["stackToRender"][0]["funcName"] == "main"
    assert len(json.dumps(trace)) < 8_000_000


def test_flood_of_output_ends_the_trace_by_its_size() -> None:
    trace = traced(
        '#include <cstdio>\nint main() {\n    for (int i = 0; i < 900; i++)\n        printf("%9000d", i);\n}\n'
    )
    assert trace["trace"][-1]["event"] == "instruction_limit_reached"
    assert len(json.dumps(trace)) < 8_000_000


def test_stack_overflow_is_told() -> None:
    trace = traced("int main() {\n    volatile char big[17 << 20];\n    big[0] = 1;\n    return big[0];\n}\n")
    assert trace["trace"][-1]["event"] == "exception"
    assert trace["trace"][-1]["exceptionMsg"].startswith("Stack overflow")


def test_time_and_chance_are_not_uninitialised() -> None:
    code = """
#include <chrono>
#include <cstdlib>
#include <ctime>
#include <random>
#include <thread>
#include <unistd.h>
int main() {
    std::srand(std::time(nullptr));
    int a = std::rand();
    std::random_device device;
    unsigned b = device();
    long c = std::chrono::steady_clock::now().time_since_epoch().count();
    std::this_thread::sleep_for(std::chrono::seconds(3));
    long d = std::chrono::steady_clock::now().time_since_epoch().count() - c;
    int e = getpid();
    return 0;
}
"""
    local = traced(code)["trace"][-1]["stackToRender"][-1]["encodedLocals"]
    assert all(local[name][3] != "<UNINITIALIZED>" for name in "abcde")
    assert local["d"][3] >= 3_000_000_000


@pytest.mark.parametrize(
    "attack", ["memset((void *)0x10000000000, 1, 4096)", "raise(SIGKILL)", "close(1), close(3), close(4)"]
)
def test_program_that_breaks_its_recording_keeps_what_was_before(attack: str) -> None:
    code = f"""#include <csignal>
#include <cstring>
#include <unistd.h>
int main() {{
    int n = 1;
    {attack};
    n = 2;
    return 0;
}}
"""
    trace = traced(code)
    assert trace["trace"][0]["event"] == "call"
    assert trace["trace"][1]["line"] == 5


def test_program_that_overwrites_the_log_is_refused_or_cut() -> None:
    code = """
#include <cstdio>
#include <cstring>
int main() {
    int n = 1;
    FILE *maps = fopen("/proc/self/maps", "r");
    unsigned long low, high; char line[512];
    while (fgets(line, sizeof line, maps))
        if (strstr(line, "a.log") && sscanf(line, "%lx-%lx", &low, &high) == 2) memset((void *)low, 0xFF, high - low);
    return 0;
}
"""
    result = _run(code)
    assert result.status is Status.OK
    assert (result.trace is None) == (result.trace_error is not None)


def test_missing_library_is_said_and_the_program_runs(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tracing, "find_spec", lambda name: None)
    result = _run("int main() {}")
    assert result.status is Status.OK
    assert "pyelftools" in str(result.trace_error)


def test_every_trace_of_the_corpus_fits_the_schema() -> None:
    validator = Draft202012Validator(json.loads(_SCHEMA.read_text()))
    for name in ("virtual_inheritance.cpp", "c_vla.c", "uncaught.cpp", "unions.cpp", "arrays_2d.cpp", "new_array.cpp"):
        code = (PROGRAMS / name).read_text()
        validator.validate(traced(code, name))


def test_cpp20_is_traced() -> None:
    code = """
#include <compare>
#include <concepts>
#include <span>
template <std::integral T>
T add(T a, T b) {
    return a + b;
}
struct Version {
    int major, minor;
    auto operator<=>(const Version &) const = default;
};
int main() {
    Version a{1, 2}, b{1, 3};
    bool less = a < b;
    int values[] = {1, 2};
    std::span<int> view(values);
    int sum = add(view[0], view[1]);
    return 0;
}
"""
    last = traced(code, options=("-std=c++20",))["trace"][-1]
    local = last["stackToRender"][-1]["encodedLocals"]
    assert (last["event"], local["less"][3], local["sum"][3]) == ("return", True, 3)


def test_large_data_is_shown_in_part() -> None:
    code = """struct Board { int cells[300][300]; int moves; };
Board board;
char text[2000000];
int main() {
    Board *other = new Board();
    for (int i = 0; i < 50; i++) {
        board.moves++;
        text[i] = 'x';
    }
    delete other;
    return 0;
}
"""
    last = traced(code)["trace"][-1]
    assert last["event"] == "return"
    board, text = dict(last["globals"]["board"][3:]), last["globals"]["text"]
    assert board["moves"][3] == 50
    assert len(board["cells"]) == 3 + 256
    assert [character[3] for character in text[50:54]] == ["x", "x", "\\0", "\\0"]


def test_memory_errors_are_looked_for_unless_that_is_declined() -> None:
    code = "int main() {\n    int *p = new int(1);\n    delete p;\n    return *p;\n}\n"
    result = _run(code, memcheck=True)
    if result.memcheck == "unavailable":
        pytest.skip("valgrind is not installed")
    assert result.memcheck == "found"
    assert result.trace is not None
    assert result.trace["trace"][-1]["event"] == "exception"
    assert _run(code).memcheck is None


def test_output_of_constructors_of_globals_is_shown() -> None:
    code = (PROGRAMS / "constructors_of_globals.cpp").read_text()
    assert traced(code)["trace"][0]["stdout"] == "early\nlater\n"


def test_recording_and_memcheck_have_the_arguments_and_files() -> None:
    code = """
#include <cstdio>
int main(int argc, char **argv) {
    char text[8] = "";
    FILE *file = fopen("data/words.txt", "r");
    fgets(text, sizeof text, file);
    printf("%s %s", argv[1], text);
    return argc - 2;
}
"""
    files = {"data/words.txt": b"there"}
    program = Program(compiled(code, "main.cpp"), "main.cpp", code, b"", _LIMITS, True, None, ("hello",), files)
    recorded = record(program, launcher(), SLOT_UIDS)
    assert recorded.trace["trace"][-1]["stdout"] == "hello there"
    assert recorded.memcheck in ("clean", "unavailable")


def test_c_program_with_files_and_arguments_is_traced() -> None:
    code = """#include <stdio.h>
#include "add.h"
int main(int argc, char **argv) {
    int n = add(argc, 1);
    puts(argv[1]);
    return n - 3;
}
"""
    files = {"add.h": "static int add(int a, int b) {\n    return a + b;\n}\n"}
    result = run(
        Request(
            code,
            language="c",
            files=files,
            args=("there",),
            compile_limits=_PATIENT,
            run_limits=_LIMITS,
            trace=True,
            memcheck=False,
        )
    )
    assert (result.status, result.stdout.text) == (Status.OK, "there\n")
    assert result.trace is not None, result.trace_error
    assert [step["line"] for step in result.trace["trace"]] == [3, 4, 5, 6, 7]
    assert result.trace["trace"][-1]["stdout"] == "there\n"


def test_python_has_no_trace_and_runs() -> None:
    result = run(Request("print(6 * 7)", language="python", run_limits=_LIMITS, trace=True))
    assert (result.status, result.stdout.text, result.trace) == (Status.OK, "42\n", None)
    assert result.trace_error is not None


def test_an_array_as_large_as_the_stack_allows_is_traced_as_it_runs() -> None:
    result = _run("int main() {\n    int sieve[2500000];\n    sieve[2499999] = 1;\n    return sieve[2499999] - 1;\n}")
    assert result.status is Status.OK
    assert result.trace is not None
    assert result.trace["trace"][-1]["event"] == "return"


def test_a_large_array_that_was_never_written_is_shown_so() -> None:
    result = _run("int main() {\n    int a[500000];\n    int n = 1;\n    return n - 1;\n}")
    assert result.trace is not None
    (frame,) = result.trace["trace"][-1]["stackToRender"]
    shown = json.dumps(frame["encodedLocals"])
    assert shown.count("<UNINITIALIZED>") > 100


def test_a_block_resized_to_nothing_is_gone_as_in_the_run() -> None:
    code = """#include <cstdio>
#include <cstdlib>
int main() {
    void *p = malloc(8);
    void *q = realloc(p, 0);
    printf("isnull=%d", q == nullptr);
}
"""
    result = _run(code)
    assert result.stdout.text == "isnull=1"
    assert result.trace is not None
    assert result.trace["trace"][-1]["stdout"] == "isnull=1"
