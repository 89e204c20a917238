"""Image functions really run: Invoke answers as Lambda does."""

from __future__ import annotations

import base64
import json
import os
import signal
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError

from generator.embedded_aws import push_image
from tests.rehearsal.embedded_aws.cloud import Cloud
from tests.rehearsal.embedded_aws.processes import eventually, gone, running

ECHO = """
import os
calls = 0
def handler(event, context):
    global calls
    calls += 1
    print("seen", event)
    return {"event": event, "arn": context.invoked_function_arn, "version": context.function_version,
            "memory": context.memory_limit_in_mb, "left": context.get_remaining_time_in_millis(), "calls": calls,
            "pid": os.getpid(), "cwd": os.getcwd(), "environment": dict(os.environ)}
"""
# A grandchild in a session of its own, whose pid the handler writes to the event's file before it sleeps.
DAEMON = """
import os, subprocess, sys, time
def handler(event, context):
    program = "import os, time\\nif os.fork(): os._exit(0)\\nos.setsid()\\n" \\
              "open({!r}, 'w').write(str(os.getpid()) + chr(10))\\ntime.sleep(600)".format(event["file"])
    subprocess.Popen([sys.executable, "-c", program], start_new_session=True)
    time.sleep(event["sleep"])
    return os.getpid()
"""
TOO_LARGE = 6 * 1024 * 1024 + 100


def invoke(client: Any, name: str, event: Any = None, **options: Any) -> tuple[Any, dict[str, Any]]:
    answer = client.invoke(FunctionName=name, Payload=json.dumps(event or {}).encode(), **options)
    return json.loads(answer["Payload"].read() or b"null"), answer


def refusal(client: Any, **request: Any) -> tuple[str, int]:
    with pytest.raises(ClientError) as caught:
        client.invoke(**request)
    return caught.value.response["Error"]["Code"], caught.value.response["ResponseMetadata"]["HTTPStatusCode"]


def test_handler_receives_the_event_and_the_context(cloud: Cloud) -> None:
    client = cloud.function(ECHO, MemorySize=512)
    payload, answer = invoke(client, cloud.name, {"code": "int main(){}"})
    assert answer["StatusCode"] == 200
    assert "FunctionError" not in answer
    assert "LogResult" not in answer
    assert payload["event"] == {"code": "int main(){}"}
    assert payload["arn"] == f"arn:aws:lambda:{cloud.region}:{cloud.account}:function:{cloud.name}"
    assert payload["version"] == answer["ExecutedVersion"] == "$LATEST"
    assert payload["memory"] == "512"
    assert 0 < payload["left"] <= 20_000
    assert payload["cwd"].endswith("/var/task")


def test_environment_is_the_functions_and_lambdas_alone(cloud: Cloud, monkeypatch: pytest.MonkeyPatch) -> None:
    client = cloud.function(ECHO, Environment={"Variables": {"LIMIT": "7"}})
    environment = invoke(client, cloud.name)[0]["environment"]
    assert environment["LIMIT"] == "7"
    assert environment["_HANDLER"] == "handler.handler"
    assert environment["AWS_REGION"] == cloud.region
    assert environment["LAMBDA_TASK_ROOT"].endswith("/var/task")
    lambdas = {name for name in environment if name.startswith(("AWS_LAMBDA_", "_X_AMZN_"))}
    allowed = {"_HANDLER", "AWS_REGION", "AWS_DEFAULT_REGION", "LAMBDA_TASK_ROOT", "LIMIT", "PATH", "LANG", "TZ"}
    allowed |= {"AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN", "LC_CTYPE"}
    assert set(environment) <= allowed | lambdas


def test_variables_of_the_image_reach_the_handler_and_the_functions_win(cloud: Cloud) -> None:
    cloud.repository()
    files = {"handler.py": ECHO.encode()}
    env = {"FROM_IMAGE": "1", "BOTH": "image", "PATH": "/nowhere"}
    digest = push_image(cloud.client("ecr"), cloud.name, "one", files, cmd=["handler.handler"], env=env)
    client = cloud.client("lambda")
    client.create_function(
        FunctionName=cloud.name,
        PackageType="Image",
        Code={"ImageUri": f"{cloud.account}.dkr.ecr.{cloud.region}.amazonaws.com/{cloud.name}@{digest}"},
        Role=cloud.role(),
        Timeout=20,
        Environment={"Variables": {"BOTH": "function"}},
    )
    environment = invoke(client, cloud.name)[0]["environment"]
    assert (environment["FROM_IMAGE"], environment["BOTH"]) == ("1", "function")
    assert environment["PATH"] != "/nowhere"


def test_warm_runtime_is_reused_and_keeps_its_module_state(cloud: Cloud) -> None:
    client = cloud.function(ECHO)
    first, second = (invoke(client, cloud.name)[0] for _ in range(2))
    assert first["pid"] == second["pid"]
    assert (first["calls"], second["calls"]) == (1, 2)


def test_concurrent_events_run_in_runtimes_of_their_own(cloud: Cloud) -> None:
    client = cloud.function(
        "import os, time\ndef handler(event, context):\n    time.sleep(2)\n    return os.getpid()\n"
    )
    with ThreadPoolExecutor(2) as threads:
        pids = set(threads.map(lambda _: invoke(client, cloud.name)[0], range(2)))
    assert len(pids) == 2


def test_log_tail_holds_what_the_handler_printed(cloud: Cloud) -> None:
    client = cloud.function(ECHO)
    _, answer = invoke(client, cloud.name, {"a": 1}, LogType="Tail")
    log = base64.b64decode(answer["LogResult"]).decode()
    assert log.startswith("START RequestId: ")
    assert "seen {'a': 1}\n" in log
    assert "\nREPORT RequestId: " in log


def test_log_tail_is_the_last_four_kilobytes_of_this_event(cloud: Cloud) -> None:
    client = cloud.function("def handler(event, context):\n    print('x' * 10000)\n    print(event['n'])\n")
    invoke(client, cloud.name, {"n": "earlier"})
    log = base64.b64decode(invoke(client, cloud.name, {"n": "later"}, LogType="Tail")[1]["LogResult"])
    assert len(log) == 4096
    assert b"later" in log
    assert b"earlier" not in log


def test_log_group_receives_the_log_when_it_exists(cloud: Cloud) -> None:
    client, logs = cloud.function(ECHO), cloud.client("logs")
    invoke(client, cloud.name)
    assert logs.describe_log_groups()["logGroups"] == []
    logs.create_log_group(logGroupName=f"/aws/lambda/{cloud.name}")
    invoke(client, cloud.name, {"b": 2})
    events = logs.filter_log_events(logGroupName=f"/aws/lambda/{cloud.name}")["events"]
    assert "seen {'b': 2}" in [event["message"] for event in events]


def test_exception_is_an_unhandled_function_error(cloud: Cloud) -> None:
    client = cloud.function("def handler(event, context):\n    raise ValueError('no ' + event['what'])\n")
    payload, answer = invoke(client, cloud.name, {"what": "way"})
    assert (answer["StatusCode"], answer["FunctionError"]) == (200, "Unhandled")
    assert (payload["errorType"], payload["errorMessage"]) == ("ValueError", "no way")
    assert "in handler" in "".join(payload["stackTrace"])


@pytest.mark.parametrize(
    ("code", "error_type"),
    [
        ("raise RuntimeError('at import')\n", "RuntimeError"),
        ("def other(event, context):\n    return 1\n", "Runtime.HandlerNotFound"),
        ("import os\nos._exit(3)\n", "Runtime.ExitError"),
        ("import os\ndef handler(event, context):\n    os._exit(3)\n", "Runtime.ExitError"),
        ("import os\ndef handler(event, context):\n    os.kill(os.getpid(), 9)\n", "Runtime.ExitError"),
    ],
)
def test_runtime_that_cannot_answer_is_a_function_error(cloud: Cloud, code: str, error_type: str) -> None:
    client = cloud.function(code)
    for _ in range(2):
        payload, answer = invoke(client, cloud.name)
        assert answer["FunctionError"] == "Unhandled"
        assert payload["errorType"] == error_type


def test_timeout_ends_the_runtime_and_what_it_started(cloud: Cloud, tmp_path: Any) -> None:
    client = cloud.function(DAEMON, Timeout=2)
    file = tmp_path / "pid"
    payload, answer = invoke(client, cloud.name, {"file": str(file), "sleep": 600})
    assert answer["FunctionError"] == "Unhandled"
    assert payload["errorMessage"].endswith("Task timed out after 2.00 seconds")
    assert not running(int(file.read_text()))
    client.update_function_configuration(FunctionName=cloud.name, Timeout=30)
    assert "FunctionError" not in invoke(client, cloud.name, {"file": str(file), "sleep": 0})[1]


def test_largest_response_passes_and_a_larger_one_is_a_function_error(cloud: Cloud) -> None:
    client = cloud.function("def handler(event, context):\n    return 'x' * event['size']\n")
    payload, answer = invoke(client, cloud.name, {"size": TOO_LARGE - 2})  # and two quotes
    assert len(payload) == TOO_LARGE - 2
    payload, answer = invoke(client, cloud.name, {"size": TOO_LARGE})
    assert answer["FunctionError"] == "Unhandled"
    assert payload["errorType"] == "Function.ResponseSizeTooLarge"
    assert invoke(client, cloud.name, {"size": 1})[0] == "x"


def test_event_over_the_limit_or_not_json_is_refused(cloud: Cloud) -> None:
    client = cloud.function(ECHO)
    large = json.dumps("x" * (6 * 1024 * 1024)).encode()
    assert refusal(client, FunctionName=cloud.name, Payload=large) == ("RequestTooLargeException", 413)
    assert refusal(client, FunctionName=cloud.name, Payload=b"{")[0] == "InvalidRequestContentException"


def test_unknown_function_and_unknown_alias_are_not_found(cloud: Cloud) -> None:
    client = cloud.function(ECHO)
    for name in (f"{cloud.name}-other", f"{cloud.name}:live"):
        assert refusal(client, FunctionName=name, Payload=b"{}") == ("ResourceNotFoundException", 404)


def test_alias_runs_the_version_it_names_also_after_an_update_and_a_rollback(cloud: Cloud) -> None:
    client = cloud.function("def handler(event, context):\n    return ['old', context.invoked_function_arn]\n")
    client.publish_version(FunctionName=cloud.name)
    client.create_alias(FunctionName=cloud.name, Name="live", FunctionVersion="1")
    new = cloud.image({"handler.py": b"def handler(event, context):\n    return ['new', ''] \n"}, tag="two")
    client.update_function_code(FunctionName=cloud.name, ImageUri=new, Publish=True)
    arn = f"arn:aws:lambda:{cloud.region}:{cloud.account}:function:{cloud.name}:live"
    payload, answer = invoke(client, f"{cloud.name}:live")
    assert (payload, answer["ExecutedVersion"]) == (["old", arn], "1")
    client.update_alias(FunctionName=cloud.name, Name="live", FunctionVersion="2")
    assert invoke(client, arn)[0][0] == "new"
    assert invoke(client, cloud.name, Qualifier="live")[1]["ExecutedVersion"] == "2"
    client.update_alias(FunctionName=cloud.name, Name="live", FunctionVersion="1")
    assert invoke(client, f"{cloud.name}:live")[0][0] == "old"


def test_command_and_working_directory_of_the_function_override_the_images(cloud: Cloud) -> None:
    client = cloud.client("lambda")
    files: dict[str, Any] = {"other/mine.py": b"import os\ndef run(event, context):\n    return os.getcwd()\n"}
    client.create_function(
        FunctionName=cloud.name,
        PackageType="Image",
        Code={"ImageUri": cloud.image(files)},
        Role=cloud.role(),
        Timeout=20,
        ImageConfig={"Command": ["mine.run"], "WorkingDirectory": "/var/task/other"},
    )
    assert invoke(client, cloud.name)[0].endswith("/var/task/other")


def test_reserved_concurrency_throttles(cloud: Cloud, tmp_path: Any) -> None:
    client = cloud.function(DAEMON)
    client.put_function_concurrency(FunctionName=cloud.name, ReservedConcurrentExecutions=1)
    file = tmp_path / "pid"
    with ThreadPoolExecutor(1) as threads:
        running_event = threads.submit(invoke, client, cloud.name, {"file": str(file), "sleep": 3})
        assert eventually(file.exists)
        assert refusal(client, FunctionName=cloud.name, Payload=b"{}") == ("TooManyRequestsException", 429)
        assert "FunctionError" not in running_event.result()[1]
    client.put_function_concurrency(FunctionName=cloud.name, ReservedConcurrentExecutions=0)
    assert refusal(client, FunctionName=cloud.name, Payload=b"{}")[0] == "TooManyRequestsException"


def test_changed_configuration_reaches_the_next_event(cloud: Cloud) -> None:
    client = cloud.function(ECHO, Environment={"Variables": {"A": "1"}})
    old = invoke(client, cloud.name)[0]
    client.update_function_configuration(FunctionName=cloud.name, Environment={"Variables": {"A": "2"}})
    assert gone(old["pid"])
    assert invoke(client, cloud.name)[0]["environment"]["A"] == "2"


def test_deleted_function_leaves_no_process(cloud: Cloud, tmp_path: Any) -> None:
    client = cloud.function(DAEMON)
    file = tmp_path / "pid"
    pid, _ = invoke(client, cloud.name, {"file": str(file), "sleep": 0})
    assert eventually(file.exists)
    assert eventually(lambda: file.read_text().endswith("\n"))
    client.delete_function(FunctionName=cloud.name)
    assert not running(pid)
    assert not running(int(file.read_text()))


def test_asynchronous_event_is_accepted_and_then_run(cloud: Cloud, tmp_path: Any) -> None:
    client = cloud.function("def handler(event, context):\n    open(event['file'], 'w').write('ran')\n")
    file = tmp_path / "done"
    payload, answer = invoke(client, cloud.name, {"file": str(file)}, InvocationType="Event")
    assert (payload, answer["StatusCode"]) == (None, 202)
    assert eventually(file.exists)


def test_dry_run_runs_nothing(cloud: Cloud, tmp_path: Any) -> None:
    client = cloud.function("def handler(event, context):\n    open(event['file'], 'w').write('ran')\n")
    file = tmp_path / "done"
    assert invoke(client, cloud.name, {"file": str(file)}, InvocationType="DryRun")[1]["StatusCode"] == 204
    invoke(client, cloud.name, {"file": str(tmp_path / "later")})
    assert not file.exists()


def test_image_of_another_architecture_is_a_function_error(cloud: Cloud) -> None:
    client = cloud.function(ECHO, Architectures=["arm64"])
    payload, answer = invoke(client, cloud.name)
    assert answer["FunctionError"] == "Unhandled"
    assert "exec format error" in payload["errorMessage"]


def test_invoke_fails_once_the_image_is_gone_from_the_registry(cloud: Cloud) -> None:
    client = cloud.function(ECHO)
    image = {"imageDigest": client.get_function(FunctionName=cloud.name)["Code"]["ResolvedImageUri"].partition("@")[2]}
    cloud.client("ecr").batch_delete_image(repositoryName=cloud.name, imageIds=[image])
    assert refusal(client, FunctionName=cloud.name, Payload=b"{}")[0] == "InvalidParameterValueException"


def test_runtime_ends_with_its_guard_and_the_next_event_gets_another(cloud: Cloud) -> None:
    client = cloud.function(ECHO)
    pid = invoke(client, cloud.name)[0]["pid"]
    guard = int(Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[1])
    os.kill(guard, signal.SIGKILL)
    assert gone(pid)
    assert invoke(client, cloud.name)[0]["pid"] != pid


def test_many_events_at_once_all_get_their_own_answer(cloud: Cloud) -> None:
    client = cloud.function("def handler(event, context):\n    return event\n")
    with ThreadPoolExecutor(8) as threads:
        answers = list(threads.map(lambda n: invoke(client, cloud.name, {"n": n})[0], range(40)))
    assert answers == [{"n": n} for n in range(40)]
