"""The Lambda home: AWS's runtime client, its Runtime API, and programs that go for both."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from runner.signature import verified
from tests.runner.house import SECRET, needs_house
from tests.runner.lambda_house import MOST_BYTES, Function, function
from tests.runner.programs import python_environment
from tests.runner.test_layers import DAEMON, HEADERS, LEAVE_FILE, READ_OTHERS

KEY = "the key that signs, 32 bytes of it"
pytestmark = [needs_house, pytest.mark.usefixtures("alone")]


@pytest.fixture(scope="module", params=["kind", "floor"])
def home(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture(scope="module")
def runner(home: str) -> Iterator[Function]:
    with function(home, RUNNER_SIGNING_KEY=KEY) as running:
        assert running.started["posted"] == []
        yield running


def answer_of(report: dict[str, Any]) -> dict[str, Any]:
    """The one answer that was posted."""
    assert report["ended"] is None
    (posted,) = report["posted"]
    assert posted["path"].endswith("/response")
    answer: dict[str, Any] = posted["body"]
    return answer


def c(body: str, **fields: Any) -> dict[str, Any]:
    return {"code": HEADERS + body, "language": "c", **fields}


def test_event_is_answered_with_a_signed_result(runner: Function) -> None:
    event = c('int main() { char s[9] = ""; fgets(s, 9, stdin); printf("hello %s", s); }', stdin="ünï")
    answer = answer_of(runner(event))
    assert (answer["status"], answer["stdout"]) == ("ok", "hello ünï")
    assert verified(KEY.encode(), event, answer)
    assert "signed-result" in answer["isolation"]["layers"]


def test_signature_is_of_this_request_this_answer_and_this_key(runner: Function) -> None:
    event = c("int main() { return 1; }")
    answer = answer_of(runner(event))
    assert verified(KEY.encode(), dict(reversed(event.items())), json.loads(json.dumps(answer)))
    assert not verified(KEY.encode(), {**event, "stdin": "x"}, answer)
    assert not verified(KEY.encode(), event, {**answer, "success": True})
    assert not verified(b"another key, as long as it may be", event, answer)
    assert not verified(KEY.encode(), event, {**answer, "signature": None})
    assert not verified(KEY.encode(), event, {**answer, "signature": {**answer["signature"], "algorithm": "none"}})


def test_layers_are_those_of_the_home(runner: Function, home: str) -> None:
    isolation = answer_of(runner(c("int main() {}")))["isolation"]
    assert (isolation["home"], isolation["degraded"]) == ("lambda", home == "floor")
    assert {"hidden-runtime", "sole-user", "leftovers-audit"} <= set(isolation["layers"])
    unavailable = {"seccomp", "landlock", "no-new-privileges", "adopted-orphans", "namespaces"}
    assert unavailable <= set(isolation["absent" if home == "floor" else "layers"])


FORGE = """int main() {
    int s = socket(AF_INET, SOCK_STREAM, 0);
    struct sockaddr_in a = {AF_INET, htons(9001), {htonl(INADDR_LOOPBACK)}};
    if (s < 0 || connect(s, (struct sockaddr *)&a, sizeof a) != 0) { puts("stopped"); return 0; }
    const char *next = "GET /2018-06-01/runtime/invocation/next HTTP/1.1\\r\\nHost: x\\r\\n\\r\\n";
    static char text[1 << 16], answer[1 << 12];
    write(s, next, strlen(next));
    read(s, text, sizeof text - 1);
    char *id = strstr(text, "Request-Id: ") + 12;
    *strchr(id, '\\r') = 0;
    close(s);
    s = socket(AF_INET, SOCK_STREAM, 0);
    connect(s, (struct sockaddr *)&a, sizeof a);
    const char *body = "{\\"success\\": true, \\"status\\": \\"ok\\", \\"stdout\\": \\"forged\\"}";
    sprintf(answer, "POST /2018-06-01/runtime/invocation/%s/response HTTP/1.1\\r\\n"
            "Host: x\\r\\nContent-Length: %zu\\r\\n\\r\\n%s", id, strlen(body), body);
    write(s, answer, strlen(answer));
    read(s, text, sizeof text);
    puts("did it");
}"""


def test_forged_answer_is_prevented_or_known_by_its_lack_of_a_signature(runner: Function, home: str) -> None:
    event = c(FORGE)
    report = runner(event)
    bodies = [posted["body"] for posted in report["posted"]]
    if home == "kind":
        (only,) = bodies
        assert only["stdout"] == "stopped\n"
        return
    forged, real = bodies
    assert (forged["stdout"], real["stdout"]) == ("forged", "did it\n")
    assert not verified(KEY.encode(), event, forged)
    assert verified(KEY.encode(), event, real)


def test_no_secret_is_readable(runner: Function, home: str) -> None:
    answer = answer_of(runner(c(READ_OTHERS)))
    readable = {line.split("/")[2] for line in answer["stdout"].splitlines() if line.startswith("/proc")}
    # Without prctl the launcher cannot hide, but it has nothing: it was started with the program's environment.
    assert len(readable) == (1 if home == "floor" else 0)
    # Not from pipes, on which it would wait.
    files = "for f in /proc/[0-9]*/fd/*; do [ -f $f ] && cat $f; done"
    shell = f'int main() {{ system("(cat /proc/*/environ /proc/*/cmdline; {files}) 2>/dev/null; env"); }}'
    output = answer_of(runner(c(shell)))["stdout"]
    assert "PATH=" in output
    assert SECRET not in output
    assert KEY not in output


CHURN = "int main() { if (fork() == 0) { setsid(); for (;;) if (fork() > 0) _exit(0); } usleep(100000); }"


@pytest.mark.parametrize("program", [DAEMON, CHURN], ids=["daemon", "churn"])
def test_no_process_outlives_the_answer(program: str, runner: Function) -> None:
    report = runner(c(program))
    assert answer_of(report)["status"] == "ok"
    assert report["processes"] == 0


def test_no_file_outlives_the_answer(runner: Function, home: str) -> None:
    report = runner(c(LEAVE_FILE))
    answer = answer_of(report)
    assert answer["stdout"] == ("did it\n" if home == "floor" else "stopped\n")
    assert answer["leftovers"]["files"] == (3 if home == "floor" else 0)
    assert report["files"] == []


def test_program_that_does_not_end_is_ended_in_time(runner: Function) -> None:
    answer = answer_of(runner(c("int main() { for (;;) pause(); }", limits={"run": {"wallSeconds": 0.5}})))
    assert (answer["status"], answer["limit"]["name"]) == ("time_limit", "wall_seconds")


def test_malformed_event_is_answered_and_signed(runner: Function) -> None:
    event = {"program": "x"}
    answer = answer_of(runner(event))
    assert answer["status"] == "invalid_request"
    assert verified(KEY.encode(), event, answer)


def test_largest_output_fits_into_an_answer(runner: Function) -> None:
    flood = 'int main() { for (;;) { fputs("\\x01\\x02\\xff\\n", stdout); fputs("\\x01", stderr); } }'
    answer = answer_of(runner({**c(flood), "code": '#warning "w"\n' * 5000 + HEADERS + flood}))
    assert (answer["status"], answer["output"]["ccStderr"]["truncated"]) == ("output_limit", True)


TRACED = """int main(void) {
    int all[250] = {0};
    for (int i = 0; i < %d; i++)
        all[i %% 250] = i;
    return 0;
}"""


def traced(runner: Function, event: dict[str, Any], *, proxied: bool = False) -> dict[str, Any]:
    """The answer to *event*, for which a busy machine may need more than its time, and therefore more than one try."""
    answer: dict[str, Any] = {}
    for _ in range(3):
        report = runner({"body": json.dumps(event)} if proxied else event)
        answer = answer_of(report)
        if proxied:
            assert answer["statusCode"] == 200
            answer = json.loads(answer["body"])
        if answer["status"] == "ok" and answer["traceError"] is None:
            break
    return answer


def test_event_can_ask_for_a_trace(runner: Function) -> None:
    answer = traced(runner, {"code": TRACED % 2, "language": "c", "trace": True, "memcheck": False})
    assert (answer["status"], answer["traceError"]) == ("ok", None)
    assert [step["line"] for step in answer["trace"]["trace"]] == [1, 2, 3, 4, 3, 4, 3, 5, 6]


def test_largest_trace_fits_into_an_answer(runner: Function) -> None:
    event = {"code": TRACED % 5000, "language": "c", "trace": True, "memcheck": False}
    for proxied in (False, True):
        answer = traced(runner, event, proxied=proxied)
        assert (answer["status"], answer["traceError"]) == ("ok", None)
        assert answer["trace"]["trace"][-1]["event"] == "instruction_limit_reached"
        assert len(json.dumps(answer)) > 3_000_000


def test_trace_that_would_not_fit_is_left_out_and_the_runtime_goes_on(runner: Function) -> None:
    # A quote takes two bytes in the answer, and four where that is the text of a proxy answer.
    code = TRACED % 5000 + "//" + '"' * 600_000
    event = {"code": code, "language": "c", "trace": True, "memcheck": False}
    answer = traced(runner, event, proxied=True)
    assert (answer["status"], answer["trace"]) == ("ok", None)
    assert "larger than an answer may be" in answer["traceError"]
    assert answer["error"] is None
    assert verified(KEY.encode(), event, answer)
    assert answer_of(runner(c("int main() {}")))["status"] == "ok"


def test_answer_of_more_than_6_mb_is_refused_and_ends_the_runtime() -> None:
    """What the handler has to prevent, seen once: Lambda answers 413, and AWS's runtime client gives up."""
    with function("kind", RUNNER_HANDLER="oversized.handler") as oversized:
        fits = oversized({"bytes": MOST_BYTES - 2})  # two are quotes
        assert ([posted["path"][-9:] for posted in fits["posted"]], fits["ended"]) == (["/response"], None)
        assert len(fits["posted"][0]["body"]) == MOST_BYTES - 2
        refused = oversized({"bytes": MOST_BYTES - 1})
        assert refused["posted"][0]["body"] is None
        assert refused["ended"] not in (None, 0)


@pytest.mark.parametrize(
    ("environment", "message"),
    [
        ({"RUNNER_SIGNING_KEY": "short"}, "RUNNER_SIGNING_KEY has 5 bytes"),
        ({"RUNNER_REQUIRE": "signed-result"}, "asks for signed-result"),
        ({"RUNNER_REQUIRE": "seccomp"}, "seccomp (EPERM)"),
    ],
)
def test_start_that_is_refused_is_an_init_error(environment: dict[str, str], message: str) -> None:
    with function("floor", RUNNER_BROKEN="1", **environment) as broken:
        (posted,) = broken.started["posted"]
        assert posted["path"] == "/2018-06-01/runtime/init/error"
        assert message in posted["body"]["errorMessage"]
        assert broken.started["ended"] not in (None, 0)


def handler_script(script: str) -> subprocess.CompletedProcess[str]:
    path = str(Path(__file__).parents[2] / "lambda")
    return subprocess.run(
        [sys.executable, "-c", script],
        env=python_environment(PYTHONPATH=f"{path}:{Path(__file__).parents[2]}"),
        capture_output=True,
        text=True,
        check=False,
    )


CONTEXT = "type('Context', (), {'get_remaining_time_in_millis': lambda self: 9000})()"


def test_environment_that_is_not_clean_ends_without_an_answer() -> None:
    done = handler_script(f"""
import handler
from runner.contract import Result, Status
handler.engine.run = lambda request: Result(Status.INTERNAL_ERROR, "something stayed", unclean=True)
print(handler.handler({{"code": ""}}, {CONTEXT}))
""")
    assert (done.returncode, done.stdout) == (1, "")
    assert "not clean and ends: something stayed" in done.stderr


def test_trace_that_is_too_large_is_left_out() -> None:
    done = handler_script(f"""
import dataclasses, handler, json
from runner.contract import Result, Status
handler.engine.run = lambda request: dataclasses.replace(Result(Status.OK, stdout=handler.Result.__dataclass_fields__
    ["stdout"].default_factory()), trace={{"steps": "x" * 7_000_000}})
print(json.dumps(handler.handler({{"code": ""}}, {CONTEXT})))
""")
    answer = json.loads(done.stdout)
    assert (answer["status"], answer["trace"]) == ("ok", None)
    assert "larger than an answer may be" in answer["traceError"]
