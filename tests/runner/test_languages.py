"""C and Python besides C++, and what else a request may hold."""

from __future__ import annotations

import base64
from typing import Any

import pytest

from runner.contract import Request, Result, Status
from runner.engine import run
from runner.errors import RequestError
from runner.limits import COMPILE_LIMITS, RUN_LIMITS


def run_json(code: str, **fields: Any) -> Result:
    return run(Request.from_json({"code": code, **fields}))


def test_c_is_c_and_not_cpp() -> None:
    result = run_json(
        "#include <stdio.h>\n#include <math.h>\nint main(int argc, char **argv) { int class = argc; "
        'printf("%d %s %.0f %ld", class, argv[1], sqrt(argc), __STDC_VERSION__); }',
        language="c",
        args=["a b"],
    )
    assert (result.status, result.stdout.text) == (Status.OK, "2 a b 1 201710")


def test_python_runs_with_stdin_and_args() -> None:
    result = run_json("import sys\nprint(sys.stdin.read().upper(), sys.argv)", language="python", stdin="x", args=["é"])
    assert (result.status, result.stdout.text) == (Status.OK, "X ['main.py', 'é']\n")


def test_python_syntax_error_is_a_compile_error() -> None:
    result = run_json("print('a')\nprint(", language="python")
    assert result.status is Status.COMPILE_ERROR
    assert 'File "main.py", line 2' in result.compile_stderr.text
    assert result.timings.run is None


@pytest.mark.parametrize("code", ["x = '\\N{oops}'", "\0", "(" * 5000, "-" * 100_000 + "1"])
def test_python_that_does_not_parse_is_a_compile_error(code: str) -> None:
    assert run_json(code, language="python").status is Status.COMPILE_ERROR


def test_python_exception_is_a_runtime_error() -> None:
    result = run_json("raise SystemExit(3)", language="python")
    assert (result.status, result.exit_code) == (Status.RUNTIME_ERROR, 3)
    result = run_json("1 / 0", language="python")
    assert (result.status, result.exit_code) == (Status.RUNTIME_ERROR, 1)
    assert "ZeroDivisionError" in result.stderr.text


@pytest.mark.parametrize(
    ("language", "code", "files"),
    [
        ("c", "int f(void);\nint main(void) { return f(); }", {"f.c": '#include "n.h"\nint f(void) { return N; }'}),
        ("cpp", "int f();\nint main() { return f(); }", {"f.cc": '#include "n.h"\nint f() { return N; }'}),
        ("python", "import f, sys\nsys.exit(f.f())", {"f.py": "def f():\n    return 7\n"}),
    ],
)
def test_further_files_stand_beside_the_program(language: str, code: str, files: dict[str, str]) -> None:
    result = run_json(code, language=language, files={**files, "n.h": "#define N 7\n"})
    assert (result.status, result.exit_code) == (Status.RUNTIME_ERROR, 7), result.compile_stderr.text


def test_data_files_are_readable() -> None:
    result = run_json("print(open('numbers.txt').read())", language="python", files={"numbers.txt": "1 2 3"})
    assert result.stdout.text == "1 2 3\n"


def test_output_in_base64_is_exact() -> None:
    code = "import sys\nsys.stdout.buffer.write(bytes(range(256)))\nsys.stderr.buffer.write(b'\\xff')"
    result = run_json(code, language="python", encoding="base64")
    assert base64.b64decode(result.stdout.text) == bytes(range(256))
    assert base64.b64decode(result.stderr.text) == b"\xff"
    assert (result.stdout.bytes, result.stdout.truncated) == (256, False)


def test_base64_is_cut_within_the_limit() -> None:
    code = "import sys\nsys.stdout.buffer.write(bytes(100_000))"
    result = run_json(code, language="python", encoding="base64", limits={"run": {"outputBytes": 1000}})
    assert result.status is Status.OUTPUT_LIMIT
    assert (len(result.stdout.text), base64.b64decode(result.stdout.text)) == (1000, bytes(750))


def test_limits_can_be_lowered() -> None:
    result = run_json("while True: pass", language="python", limits={"run": {"cpuSeconds": 1}, "compile": {}})
    assert result.status is Status.TIME_LIMIT
    assert result.limit is not None
    assert (result.limit.name, result.limit.value) == ("cpu_seconds", 1)
    assert result.run_limits is not None
    assert result.run_limits.wall_seconds == RUN_LIMITS.wall_seconds
    assert result.compile_limits == COMPILE_LIMITS


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"language": "cobol"}, "'language' is 'cobol'; it must be one of cpp, c, python"),
        ({"language": ["c"]}, "'language' is"),
        ({"encoding": "latin-1"}, "'encoding' is"),
        ({"trace": "yes"}, "'trace' is a string; it must be a boolean"),
        ({"args": "a"}, "'args' is a string; it must be an array"),
        ({"args": [1]}, r"'args\[0\]' is a number"),
        ({"args": ["a\0b"]}, "NUL"),
        ({"args": ["a"] * 33}, "33 args"),
        ({"args": ["x" * 9000] * 2}, r"'args\[1\]' has 9000 bytes; at most 7384"),
        ({"files": []}, "'files' is an array"),
        ({"files": {"a": 1}}, "'files.a' is a number"),
        ({"files": {f"f{n}": "" for n in range(33)}}, "33 files"),
        ({"files": {"a": "x" * 600_000, "b": "x" * 600_000}}, "'files.b' has 600000 bytes"),
        ({"files": {"main.cpp": ""}}, "taken by the program"),
        ({"files": {"main": ""}}, "taken by the program"),
        ({"limits": 3}, "'limits' is a number"),
        ({"limits": {"link": {}}}, "'limits' has 'link'"),
        ({"limits": {"run": []}}, None),
        ({"limits": {"run": [1]}}, "'limits.run' is an array"),
        ({"limits": {"run": {"cores": 1}}}, "unknown limit 'cores' of run; limits are wallSeconds"),
        ({"limits": {"run": {"wallSeconds": 6}}}, "limit wallSeconds of run is 6; it must be .* at most 5"),
        ({"limits": {"run": {"wallSeconds": 0}}}, "wallSeconds of run is 0"),
        ({"limits": {"run": {"wallSeconds": float("nan")}}}, "wallSeconds of run is nan"),
        ({"limits": {"compile": {"processes": True}}}, "processes of compile is True"),
    ],
)
def test_wrong_fields_are_named(fields: dict[str, Any], message: str | None) -> None:
    if message is None:
        assert Request.from_json({"code": "", **fields}).run_limits == RUN_LIMITS
        return
    with pytest.raises(RequestError, match=message):
        Request.from_json({"code": "", **fields})


@pytest.mark.parametrize(
    "name", ["", ".", "..", "../evil.c", "a/b", "/etc/passwd", "-o", "@x", ".hidden", "a\0", "a\n", "é", "x" * 65]
)
def test_names_that_are_no_plain_file_names_are_refused(name: str) -> None:
    with pytest.raises(RequestError, match="file name"):
        Request("", files={name: ""})
