"""Precompiled headers: for which programs, from where, and that they change nothing but the time."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from runner import headers
from runner.contract import COMPILE_LIMITS, RUN_LIMITS, Request
from runner.engine import run
from runner.languages import CPP, C
from runner.trace.recorder import COMPILER_OPTIONS
from tests.runner.programs import needs_root

IOSTREAM = '#include <iostream>\nint main() {\n    int n = 3;\n    std::cout << n << "\\n";\n    return 0;\n}\n'


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("#include <iostream>\n", True),
        ("#include <iostream>", False),  # whatever ends there
        ("\n  // why\n/* and\nhow */ # include  <vector> // v\n#include <string>\n#include <iostream>\nint x;", True),
        ("#include <iostream> // last\n", True),
        ("int x;\n#include <iostream>\n", False),
        ("#define endl 3\n#include <iostream>\n", False),
        ("#ifdef A\n#include <iostream>\n#endif\n", False),
        ("#pragma once\n#include <iostream>\n", False),
        ('#include "iostream"\n', False),
        ('#include "mine.h"\n#include <iostream>\n', False),
        ("#include <bits/stdc++.h>\n#include <iostream>\n", False),
        ("// a comment that goes on \\\n#include <iostream>\n", False),
        ("/* #include <iostream>\n */ int main() {}\n", False),
        ("#include <vector>\nint main() {}\n", False),
        ("#include <iostream>\\\n\n", False),
        ("", False),
    ],
)
def test_a_header_that_comes_first_is_seen(code: str, expected: bool) -> None:
    assert headers.begins_with("iostream", code) == expected


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("headers")
    headers.build(folder)
    return folder


@pytest.fixture
def given(built: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The headers where the engine looks for them, and trusted: the tests' directory is below one of everybody's."""
    monkeypatch.setattr(headers, "DIRECTORY", built)
    monkeypatch.setattr(headers, "_is_ours", lambda _: True)
    return built


@pytest.mark.parametrize(("options", "kind"), [((), "plain"), (COMPILER_OPTIONS, "traced")])
def test_each_kind_of_program_has_its_own(options: tuple[str, ...], kind: str, given: Path) -> None:
    found = headers.options_for(CPP, IOSTREAM, ["main.cpp"], options)
    assert found == ("-include", str(given / kind / "iostream.hpp"))


@pytest.mark.usefixtures("given")
def test_other_languages_options_and_programs_of_several_sources_have_none() -> None:
    assert headers.options_for(C, IOSTREAM, ["main.c"], ()) == ()
    assert headers.options_for(CPP, IOSTREAM, ["main.cpp", "b.cpp"], ()) == ()
    assert headers.options_for(CPP, IOSTREAM, ["main.cpp"], ("-O2",)) == ()
    assert headers.options_for(CPP, "int main() {}\n", ["main.cpp"], ()) == ()


@pytest.mark.parametrize("options", [(), COMPILER_OPTIONS], ids=["plain", "traced"])
def test_the_compiler_takes_it(options: tuple[str, ...], given: Path, tmp_path: Path) -> None:
    """Were it made with other options, g++ would read the header itself, and only be slower."""
    (tmp_path / "main.cpp").write_text(IOSTREAM)
    ahead = headers.options_for(CPP, IOSTREAM, ["main.cpp"], options)
    words = CPP.compiling("g++", [], ["-H", "-c", *options, *ahead])
    done = subprocess.run(words, cwd=tmp_path, capture_output=True, text=True, check=True)
    assert f"! {ahead[1]}.gch" in done.stderr
    other = [words[0], *words[1:-1], "-std=c++20", words[-1]]
    refused = subprocess.run(other, cwd=tmp_path, capture_output=True, text=True, check=True)
    assert f"x {ahead[1]}.gch" in refused.stderr


@pytest.fixture
def of_root() -> Iterator[Path]:
    """A directory that is root's up to the top."""
    root = Path("/usr/lib") / f"slipway-test-{os.getpid()}"
    root.mkdir(mode=0o755)
    yield root
    shutil.rmtree(root)


@needs_root
@pytest.mark.parametrize("spoiled", ["owner", "folder", "file", "link", "absent"])
def test_what_somebody_else_could_have_written_is_not_taken(
    spoiled: str, monkeypatch: pytest.MonkeyPatch, of_root: Path
) -> None:
    root = of_root
    (root / "plain").mkdir()
    header = root / "plain/iostream.hpp"
    header.touch()
    precompiled = header.with_name("iostream.hpp.gch")
    precompiled.touch()
    monkeypatch.setattr(headers, "DIRECTORY", root)
    assert headers.options_for(CPP, IOSTREAM, ["main.cpp"], ()) == ("-include", str(header))
    if spoiled == "owner":
        os.chown(precompiled, 1000, 1000)
    elif spoiled == "folder":
        header.parent.chmod(0o777)
    elif spoiled == "file":
        header.chmod(0o666)
    elif spoiled == "link":
        precompiled.rename(root / "elsewhere")
        precompiled.symlink_to(root / "elsewhere")
    else:
        precompiled.unlink()
    assert headers.options_for(CPP, IOSTREAM, ["main.cpp"], ()) == ()


def answered(code: str, *, trace: bool) -> dict[str, Any]:
    request = Request.from_json({"code": code, "trace": trace, "memcheck": False, "stdin": "4 5"})
    patient = replace(COMPILE_LIMITS, wall_seconds=60), replace(RUN_LIMITS, wall_seconds=60)
    return run(replace(request, compile_limits=patient[0], run_limits=patient[1])).to_json()


PROGRAMS = {
    "values": IOSTREAM,
    "strings": "#include <string>\n#include <iostream>\n#include <map>\nint g = 2;\nint main() {\n    "
    'std::map<std::string, int> m{{"a", 1}};\n    std::string s;\n    std::cin >> s;\n    m[s] = g;\n    '
    "for (auto &p : m) std::cout << p.first << p.second;\n    return 0;\n}\n",
    "thrown": "#include <iostream>\n#include <stdexcept>\nstruct T {\n    int n;\n    ~T() { std::cout << n; }\n};\n"
    'int f(int n) {\n    T t{n};\n    if (n > 1) throw std::runtime_error("far");\n    return n;\n}\n'
    "int main() {\n    try {\n        f(1);\n        f(2);\n    } catch (const std::exception &e) {\n"
    "        std::cout << e.what();\n    }\n    return 0;\n}\n",
    "wrong": "#include <iostream>\nint main() {\n    std::cout << absent;\n    std::string s = 3;\n}\n",
    "warned": '#include <iostream>\n#warning "w"\nint main() { std::cout << __LINE__ << __FILE__; }\n',
}


@pytest.mark.parametrize("name", PROGRAMS)
@pytest.mark.parametrize("trace", [False, True], ids=["plain", "traced"])
def test_an_answer_is_the_same_with_it(
    name: str, trace: bool, monkeypatch: pytest.MonkeyPatch, seen_by_programs: Path
) -> None:
    code = PROGRAMS[name]
    monkeypatch.setattr(headers, "DIRECTORY", seen_by_programs / "absent")
    without = answered(code, trace=trace)
    monkeypatch.setattr(headers, "DIRECTORY", seen_by_programs)
    assert headers.options_for(CPP, code, ["main.cpp"], COMPILER_OPTIONS if trace else ())
    with_it = answered(code, trace=trace)
    for field in ("status", "stdout", "stderr", "ccStdout", "ccStderr", "exitCode", "signal", "traceError"):
        assert with_it[field] == without[field], field
    assert with_it["trace"] == without["trace"]
    assert (with_it["trace"] is not None) == (trace and name != "wrong")


def test_it_saves_work(monkeypatch: pytest.MonkeyPatch, seen_by_programs: Path) -> None:
    def work(folder: Path) -> float:
        monkeypatch.setattr(headers, "DIRECTORY", folder)
        return min(float(answered(IOSTREAM, trace=True)["timings"]["compileCpu"]) for _ in range(3))

    without, with_it = work(seen_by_programs / "absent"), work(seen_by_programs)
    print(f"compiling takes {without:.3f} s of a processor, with the header precompiled {with_it:.3f} s")
    assert with_it < 0.8 * without


@pytest.fixture(scope="module")
def seen_by_programs(built: Path, decoder: None) -> Iterator[Path]:
    """The headers where every home lets a compiler read, as images have them."""
    if os.geteuid() != 0:
        pytest.skip("not run: only root may put files where every home reads them")
    folder = Path("/usr/lib") / f"slipway-headers-{os.getpid()}"
    try:
        shutil.copytree(built, folder)
        subprocess.run(["chmod", "-R", "go-w,a+rX", str(folder)], check=True)
        yield folder
    finally:
        shutil.rmtree(folder)
