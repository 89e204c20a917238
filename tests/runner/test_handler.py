"""The Lambda function, laid out as in its image and run with nothing but that and the standard library."""

from __future__ import annotations

import base64
import json
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from runner.image import lambda_task_files
from tests.runner.programs import open_directory

HELLO = '#include <cstdio>\nint main() { char s[9] = ""; fgets(s, 9, stdin); printf("hello %s", s); }'
# -I keeps site-packages' own path entries and the caller's PYTHONPATH out; -S keeps site-packages itself out.
DRIVER = """
import json, sys
sys.path.insert(0, sys.argv[1])
from handler import handler
class Context:
    def __init__(self, left): self.left = left
    def get_remaining_time_in_millis(self): return self.left
for line in sys.stdin:
    left, event = json.loads(line)
    print(json.dumps(handler(event, Context(left))), flush=True)
assert not {"generator", "pydantic", "boto3"} & set(sys.modules)
"""


class Function:
    """A running function; events go in one by one, as Lambda sends them."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self._process = process

    def __call__(self, event: object, remaining_milliseconds: int = 20_000) -> dict[str, Any]:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps([remaining_milliseconds, event]) + "\n")
        self._process.stdin.flush()
        answer: dict[str, Any] = json.loads(self._process.stdout.readline())
        return answer


@pytest.fixture(scope="module")
def function() -> Iterator[Function]:
    with open_directory() as directory:
        for name, source in lambda_task_files().items():
            (directory / name).parent.mkdir(exist_ok=True)
            shutil.copyfile(source, directory / name)
        command = [sys.executable, "-I", "-S", "-c", DRIVER, str(directory)]
        with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
            yield Function(process)
            process.communicate()
        assert process.returncode == 0


def proxy_event(body: object, **more: object) -> dict[str, object]:
    return {"version": "2.0", "rawPath": "/run", "headers": {}, "body": body, "isBase64Encoded": False, **more}


def test_direct_event_gets_the_result(function: Function) -> None:
    answer = function({"code": HELLO, "stdin": "you"})
    assert (answer["success"], answer["status"], answer["stdout"]) == (True, "ok", "hello you")


def test_stdin_may_be_absent_or_null(function: Function) -> None:
    assert function({"code": HELLO})["stdout"] == "hello "
    assert function({"code": HELLO, "stdin": None})["stdout"] == "hello "


@pytest.mark.parametrize("encoded", [False, True])
def test_proxy_event_gets_an_http_answer(function: Function, encoded: bool) -> None:
    body = json.dumps({"code": HELLO, "stdin": "ünï"}, ensure_ascii=False)
    sent = base64.b64encode(body.encode()).decode() if encoded else body
    answer = function(proxy_event(sent, isBase64Encoded=encoded))
    assert set(answer) == {"statusCode", "headers", "isBase64Encoded", "body"}
    assert (answer["statusCode"], answer["headers"]) == (200, {"content-type": "application/json"})
    assert json.loads(answer["body"])["stdout"] == "hello ünï"


def test_program_that_fails_is_still_a_successful_http_answer(function: Function) -> None:
    answer = function(proxy_event(json.dumps({"code": "int main() { return 3; }"})))
    assert answer["statusCode"] == 200
    assert json.loads(answer["body"])["exitCode"] == 3


@pytest.mark.parametrize(
    ("event", "message"),
    [
        (None, "the request is null"),
        ([], "the request is an array"),
        ("int main() {}", "the request is a string"),
        ({}, "lacks 'code'"),
        ({"code": 1}, "'code' is a number"),
        ({"code": None}, "'code' is null"),
        ({"code": "", "stdin": ["x"]}, "'stdin' is an array"),
        ({"code": "", "stdln": ""}, "unknown key 'stdln'"),
        ({"code": "\ud800"}, "'code' has a lone surrogate at character 0"),
        ({"code": "x" * (1024 * 1024 + 1)}, "'code' has 1048577 bytes; at most 1048576"),
        ({"code": "", "stdin": "é" * 600_000}, "'stdin' has 1200000 bytes; at most 1048576"),
    ],
)
def test_malformed_event_is_answered_with_what_is_wrong(function: Function, event: object, message: str) -> None:
    answer = function(event)
    assert (answer["success"], answer["status"], answer["exitCode"]) == (False, "invalid_request", None)
    assert message in answer["error"]


@pytest.mark.parametrize(
    ("event", "message"),
    [
        (proxy_event(None), "no body"),
        (proxy_event({"code": ""}), "no body"),
        (proxy_event(""), "not JSON: Expecting value"),
        (proxy_event('{"code": "'), "not JSON: Unterminated string"),
        (proxy_event("[" * 100_000), "nested too deeply"),
        (proxy_event('"int main() {}"'), "the request is a string"),
        (proxy_event('{"program": ""}'), "unknown key 'program'"),
        (proxy_event("{}", isBase64Encoded=True), "not base64"),
        (proxy_event("é", isBase64Encoded=True), "not base64"),
        (proxy_event(base64.b64encode(b'"\xff"').decode(), isBase64Encoded=True), "not UTF-8"),
        (proxy_event("\ud800"), "not JSON"),
        (proxy_event('{"code": "\\ud800"}'), "lone surrogate"),
        (proxy_event("1" * 5000), "not JSON"),
    ],
)
def test_malformed_body_is_a_bad_request(function: Function, event: object, message: str) -> None:
    answer = function(event)
    body = json.loads(answer["body"])
    assert answer["statusCode"] == 400
    assert body["status"] == "invalid_request"
    assert message in body["error"]


def test_remaining_time_less_half_a_second_bounds_the_program(function: Function) -> None:
    answer = function({"code": "#include <unistd.h>\nint main() { sleep(60); }"}, remaining_milliseconds=2000)
    assert answer["status"] == "time_limit"
    assert answer["limits"]["run"]["wallSeconds"] < 1.5


def test_no_time_left_is_a_time_limit_at_once(function: Function) -> None:
    answer = function({"code": "int main() {}"}, remaining_milliseconds=400)
    assert (answer["status"], answer["timings"]["compile"]) == ("time_limit", None)


def test_function_answers_the_next_event_after_a_hostile_one(function: Function) -> None:
    fork = "#include <unistd.h>\nint main() { for (int i = 0; i < 9; i++) fork(); for (;;) pause(); }"
    assert function({"code": fork}, remaining_milliseconds=6000)["status"] == "time_limit"
    assert function({"code": HELLO})["success"]


def test_image_carries_the_handler_and_the_whole_package_and_nothing_else() -> None:
    files = lambda_task_files()
    package = Path(__file__).parents[2] / "runner"
    sources = {f"runner/{p.relative_to(package).as_posix()}" for s in ("*.py", "*.c", "*.h") for p in package.rglob(s)}
    assert set(files) == {"bootstrap.py", "handler.py"} | sources
    assert {"runner/engine.py", "runner/native/launcher.c"} <= set(files)
    assert all(path.is_file() for path in files.values())
