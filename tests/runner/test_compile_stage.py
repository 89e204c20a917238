"""Programs that aim at the compiler: its stage has limits and verdicts of its own."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest

from runner.contract import COMPILE_LIMITS, Request, Status
from runner.engine import run
from tests.runner.programs import MEBIBYTE, needs_root, open_directory, run_cpp

pytestmark = pytest.mark.usefixtures("alone")

COMPILER_BOMBS = {
    "templates": "template <int N> struct T { static constexpr int v = T<N + 1>::v; }; int main() { return T<0>::v; }",
    "includes-itself": '#include "main.cpp"\nint main() {}',
    "constexpr": "constexpr int f(int n) { for (;;) n ^= 1; return n; }\nconstexpr int x = f(2); int main() {}",
}


@pytest.mark.parametrize("code", COMPILER_BOMBS.values(), ids=COMPILER_BOMBS)
def test_compiler_bombs_end_in_the_compile_stage(code: str) -> None:
    result = run(Request(code, compile_limits=replace(COMPILE_LIMITS, wall_seconds=6, cpu_seconds=4)))
    assert result.status is Status.COMPILE_ERROR
    assert result.timings.run is None


SLOW = """
    template <int N, int M> struct T { static constexpr int v = T<N - 1, 2 * M>::v + T<N - 1, 2 * M + 1>::v; };
    template <int M> struct T<0, M> { static constexpr int v = 1; };
    int main() { return T<28, 0>::v; }
"""
COMPILER_LIMITS: dict[str, tuple[str, dict[str, Any]]] = {
    "wall_seconds": (SLOW, {"wall_seconds": 0.3}),
    "cpu_seconds": (SLOW, {"cpu_seconds": 1}),
    "address_space_bytes": (SLOW, {"address_space_bytes": 128 * MEBIBYTE}),
    "file_size_bytes": ("char big[8000000] = {1}; int main() { return big[1]; }", {"file_size_bytes": MEBIBYTE}),
}


# What gcc's driver says of its own.
MANY = "".join(f"#define A{n + 1} {','.join([f'A{n}'] * 8)}\n" for n in range(7))
C_LIMITS: dict[str, tuple[str, dict[str, Any]]] = {
    "file_size_bytes": COMPILER_LIMITS["file_size_bytes"],
    "address_space_bytes": (
        f"#define A0 1\n{MANY}int big[] = {{A7}};\nint main(void) {{ return 0; }}",
        {"address_space_bytes": 128 * MEBIBYTE},
    ),
}


@pytest.mark.parametrize(
    ("language", "name"), [*(("cpp", name) for name in COMPILER_LIMITS), *(("c", name) for name in C_LIMITS)]
)
def test_compiler_that_hits_a_limit_is_not_called_a_compile_error(language: str, name: str) -> None:
    code, changed = (COMPILER_LIMITS if language == "cpp" else C_LIMITS)[name]
    limits = replace(COMPILE_LIMITS, **{"wall_seconds": 60, **changed})
    result = run(Request(code, language=language, compile_limits=limits))
    assert result.status is Status.COMPILE_LIMIT
    assert result.limit is not None
    assert (result.limit.name, result.limit.value) == (name, changed[name])
    assert result.timings.run is None


def test_flood_of_diagnostics_is_cut_and_stays_a_compile_error() -> None:
    code = '#define A(x) _Pragma("message \\"xxxxxxxxxxxxxxxxxxxxxxxxxx\\"") x\n' + "A()\n" * 2000 + "int main() { x; }"
    result = run(Request(code, compile_limits=replace(COMPILE_LIMITS, output_bytes=2000)))
    assert result.status is Status.COMPILE_ERROR
    assert result.compile_stderr.truncated
    assert len(json.dumps(result.compile_stderr.text)) - 2 <= 2000
    assert result.compile_stderr.bytes > 2000


@needs_root
def test_assembler_cannot_include_what_only_the_runner_may_read() -> None:
    with open_directory() as directory:
        secret = directory / "secret"
        secret.write_text("planted-secret")
        secret.chmod(0o600)
        result = run_cpp(f'asm(".incbin \\"{secret}\\""); int main() {{}}')
        assert result.status is Status.COMPILE_ERROR
        assert str(secret) in result.compile_stderr.text


def test_compiler_gets_no_secret_either(monkeypatch: pytest.MonkeyPatch) -> None:
    # g++ adds this variable's directories to the search for headers.
    with open_directory() as directory:
        (directory / "planted.h").write_text("int main() {}\n")
        monkeypatch.setenv("CPLUS_INCLUDE_PATH", str(directory))
        assert run_cpp("#include <planted.h>\n").status is Status.COMPILE_ERROR
