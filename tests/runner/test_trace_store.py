"""Answers kept in a bucket of the embedded AWS, under the keys that See++ knows."""

from __future__ import annotations

import json
import os
import re
import subprocess
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError

from runner import errors
from runner.contract import RUN_LIMITS, Request
from runner.engine import run
from runner.trace_store import TraceStore, identifier_of
from tests.rehearsal.conftest import PROJECT, SLIPWAY, plain_terminal
from tests.rehearsal.embedded_aws.cloud import Cloud
from tests.rehearsal.embedded_aws.conftest import account, aws, cloud, served

__all__ = ["account", "aws", "cloud", "served"]

ENDS = ("code.cpp", "trace.json", "cc_stdout.txt", "cc_stderr.txt", "stdout.txt", "stderr.txt")
PROGRAM = '#warning "w"\n#include <cstdio>\nint main() { int n = 3; fprintf(stderr, "e"); printf("ü%d", n); }\n'


@pytest.fixture
def bucket(cloud: Cloud) -> str:
    location = {"LocationConstraint": cloud.region}
    cloud.client("s3").create_bucket(Bucket=cloud.name, CreateBucketConfiguration=location)
    return cloud.name


def objects(cloud: Cloud, bucket: str) -> dict[str, bytes]:
    s3 = cloud.client("s3")
    found = s3.list_objects_v2(Bucket=bucket).get("Contents", [])
    return {entry["Key"]: s3.get_object(Bucket=bucket, Key=entry["Key"])["Body"].read() for entry in found}


def answered(request: dict[str, Any]) -> dict[str, Any]:
    """As the runner answers, with time for a busy machine."""
    limits = replace(RUN_LIMITS, wall_seconds=60)
    return run(replace(Request.from_json(request), run_limits=limits)).to_json()


@pytest.fixture(scope="module")
def request_json() -> dict[str, Any]:
    return {"code": PROGRAM, "trace": True, "memcheck": False}


@pytest.fixture(scope="module")
def answer(request_json: dict[str, Any]) -> dict[str, Any]:
    return answered(request_json)


def test_an_answer_is_kept_under_the_six_keys(
    cloud: Cloud, bucket: str, request_json: dict[str, Any], answer: dict[str, Any]
) -> None:
    assert TraceStore(cloud.client("s3"), bucket).put(request_json, answer, "run-1") == "run-1"
    kept = objects(cloud, bucket)
    assert sorted(kept) == sorted(f"run-1/run-1_{end}" for end in ENDS)
    assert kept["run-1/run-1_code.cpp"] == PROGRAM.encode()
    assert kept["run-1/run-1_stdout.txt"] == "ü3".encode()
    assert kept["run-1/run-1_stderr.txt"] == b"e"
    assert b"#warning" in kept["run-1/run-1_cc_stderr.txt"]
    assert kept["run-1/run-1_cc_stdout.txt"] == b""
    trace = json.loads(kept["run-1/run-1_trace.json"])
    assert trace == answer["trace"]
    assert trace["trace"][0]["event"] == "call"


def test_what_was_kept_is_read_again(
    cloud: Cloud, bucket: str, request_json: dict[str, Any], answer: dict[str, Any]
) -> None:
    store = TraceStore(cloud.client("s3"), bucket)
    found = store.get(store.put(request_json, answer))
    assert found is not None
    assert (found.code, found.trace, found.status) == (PROGRAM, answer["trace"], "ok")
    fields = ("success", "status", "trace", "ccStdout", "ccStderr", "stdout", "stderr")
    assert found.to_json() == {name: answer[name] for name in fields}


def test_a_program_without_a_trace_and_with_bytes_that_are_no_text(cloud: Cloud, bucket: str) -> None:
    request = {"code": r"int main() { putchar(255); return 7; }", "language": "c", "encoding": "base64"}
    request["code"] = '#warning "w"\n#include <stdio.h>\n' + request["code"]
    store = TraceStore(cloud.client("s3"), bucket)
    identifier = store.put(request, answered(request))
    kept = objects(cloud, bucket)
    assert kept[f"{identifier}/{identifier}_stdout.txt"] == b"\xff"
    # The compiler's output is always text.
    assert b"#warning" in kept[f"{identifier}/{identifier}_cc_stderr.txt"]
    found = store.get(identifier)
    assert found is not None
    assert (found.trace, found.status, found.to_json()["success"]) == (None, "runtime_error", False)


def test_ids_are_new_unless_they_are_the_requests_own(
    cloud: Cloud, bucket: str, request_json: dict[str, Any], answer: dict[str, Any]
) -> None:
    store = TraceStore(cloud.client("s3"), bucket)
    assert store.put(request_json, answer) != store.put(request_json, answer)
    own = identifier_of(request_json)
    assert store.get(own) is None
    assert store.put(request_json, answer, own) == own == identifier_of(dict(reversed(request_json.items())))
    assert store.get(own) is not None
    assert own != identifier_of({**request_json, "stdin": "x"})


@pytest.mark.parametrize("identifier", ["", "../other", "a/b", "a" * 129, "ü", "a.b", "a\n"])
def test_what_cannot_be_an_id_is_refused(identifier: str, cloud: Cloud, bucket: str, answer: dict[str, Any]) -> None:
    store = TraceStore(cloud.client("s3"), bucket)
    with pytest.raises(errors.RunnerError, match="cannot be an id"):
        store.put({"code": ""}, answer, identifier)
    with pytest.raises(errors.RunnerError, match="cannot be an id"):
        store.get(identifier)
    assert objects(cloud, bucket) == {}


@pytest.mark.parametrize("spoiled", [{"stdout": None}, {"trace": ...}, {"stdout": "no base64", "base64": True}])
def test_half_an_answer_is_not_kept(spoiled: dict[str, Any], cloud: Cloud, bucket: str, answer: dict[str, Any]) -> None:
    request = {"code": "", **({"encoding": "base64"} if spoiled.pop("base64", False) else {})}
    wrong = {name: value for name, value in {**answer, **spoiled}.items() if value is not ...}
    with pytest.raises(errors.RunnerError, match="no request and its answer"):
        TraceStore(cloud.client("s3"), bucket).put(request, wrong)
    assert objects(cloud, bucket) == {}


def test_a_put_that_was_interrupted_is_not_found_and_can_be_repeated(
    cloud: Cloud, bucket: str, request_json: dict[str, Any], answer: dict[str, Any]
) -> None:
    s3 = cloud.client("s3")
    with pytest.raises(KeyboardInterrupt):
        TraceStore(Interrupted(s3), bucket).put(request_json, answer, "half")
    assert len(objects(cloud, bucket)) == 5
    store = TraceStore(s3, bucket)
    assert store.get("half") is None
    store.put(request_json, answer, "half")
    assert store.get("half") is not None


@dataclass
class Interrupted:
    """An S3 that is interrupted before the last of six writes."""

    s3: Any
    written: list[str] = field(default_factory=list)

    def put_object(self, **arguments: Any) -> Any:
        if len(self.written) == 5:
            raise KeyboardInterrupt
        self.written.append(arguments["Key"])
        return self.s3.put_object(**arguments)

    def get_object(self, **arguments: Any) -> Any:
        return self.s3.get_object(**arguments)


def test_a_bucket_that_does_not_exist_is_no_absent_answer(cloud: Cloud) -> None:
    with pytest.raises(ClientError, match="NoSuchBucket"):
        TraceStore(cloud.client("s3"), "no-such-bucket-here").get("run-1")


@dataclass(frozen=True)
class Denied:
    """What AWS says of a missing object to a role that may only get and put objects; moto does not go by policies."""

    code: str

    def get_object(self, **_: Any) -> Any:
        raise ClientError({"Error": {"Code": self.code}}, "GetObject")

    def put_object(self, **_: Any) -> Any:
        raise ClientError({"Error": {"Code": self.code}}, "PutObject")


def test_a_missing_object_that_may_not_be_listed_is_absent_and_a_write_that_is_denied_is_not(
    answer: dict[str, Any],
) -> None:
    store = TraceStore(Denied("AccessDenied"), "bucket")
    assert store.get("run-1") is None
    with pytest.raises(ClientError):
        store.put({"code": ""}, answer)
    with pytest.raises(ClientError):
        TraceStore(Denied("InvalidAccessKeyId"), "bucket").get("run-1")


def slipway_run(cloud: Cloud, file: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    environment = {**plain_terminal(), **cloud.aws.environment(cloud.account), "AWS_REGION": cloud.region}
    return subprocess.run(
        [*SLIPWAY, "run", str(file), *arguments],
        cwd=PROJECT,
        env={**environment, "PYTHONPATH": os.pathsep.join([str(PROJECT)])},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.parametrize(("name", "traced"), [("hello.cpp", True), ("hello.py", False)])
def test_the_command_keeps_an_answer_and_says_where(
    name: str, traced: bool, cloud: Cloud, bucket: str, tmp_path: Path
) -> None:
    code = PROGRAM if traced else 'print("ü3", end="")\n'
    (tmp_path / name).write_text(code, encoding="utf-8")
    done = slipway_run(cloud, tmp_path / name, "--store", bucket, "--json", str(tmp_path / "answer"))
    assert (done.returncode, done.stdout) == (0, "ü3"), done.stderr
    told = re.search(rf"kept in s3://{bucket}/(\w+)/", done.stderr)
    assert told is not None
    found = TraceStore(cloud.client("s3"), bucket).get(told[1])
    assert found is not None
    answer = json.loads((tmp_path / "answer").read_text())
    assert (found.code, found.status, found.trace) == (code, "ok", answer["trace"])
    # On a machine that is too busy to trace in time, the answer says so.
    assert bool(answer["trace"] or answer["traceError"]) == traced


def test_the_command_says_when_there_is_no_such_bucket(cloud: Cloud, tmp_path: Path) -> None:
    (tmp_path / "a.c").write_text("int main(void) { return 0; }")
    done = slipway_run(cloud, tmp_path / "a.c", "--store", "no-such-bucket-here")
    assert done.returncode == 2
    assert "AWS refuses PutObject: NoSuchBucket" in done.stderr
    assert "Traceback" not in done.stderr


def test_without_the_option_nothing_is_kept(cloud: Cloud, bucket: str, tmp_path: Path) -> None:
    (tmp_path / "a.c").write_text("int main(void) { return 0; }")
    assert slipway_run(cloud, tmp_path / "a.c").returncode == 0
    assert objects(cloud, bucket) == {}
