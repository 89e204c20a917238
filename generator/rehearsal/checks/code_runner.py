"""The code runner: size, placement, role and released version."""

from __future__ import annotations

from collections.abc import Iterator

from generator.modules.code_runner import NETWORK_INTERFACE_ACTIONS
from generator.rehearsal.checks.check import Check, Live


def checks(live: Live) -> Iterator[Check]:
    wanted = live.environment.code_runner
    if wanted is None or wanted.service:
        return
    awslambda, name = live.client("lambda"), live.environment.code_runner_name
    function = awslambda.get_function(FunctionName=f"{name}:live")
    settings = function["Configuration"]
    yield Check("code runner: memory, MB", settings["MemorySize"], wanted.memory)
    yield Check("code runner: timeout, seconds", settings["Timeout"], wanted.timeout)
    yield Check("code runner: /tmp, MB", settings["EphemeralStorage"]["Size"], wanted.ephemeral_storage)
    concurrency = awslambda.get_function_concurrency(FunctionName=name).get("ReservedConcurrentExecutions")
    yield Check("code runner: runs at the same time", concurrency, wanted.reserved_concurrency)
    idle = live.environment.http.public.idle_timeout
    yield Check("the load balancer outwaits the code runner", idle >= settings["Timeout"] + 10, True)
    yield Check("code runner: image", function["Code"]["ImageUri"], live.released["code-runner"])
    alias = awslambda.get_alias(FunctionName=name, Name="live")
    yield Check("code runner: live is a published version", alias["FunctionVersion"].isdigit(), True)
    calls = awslambda.get_function_event_invoke_config(FunctionName=name, Qualifier="live")
    yield Check("code runner: further attempts of a failed call", calls["MaximumRetryAttempts"], 0)
    vpc = settings["VpcConfig"]
    yield Check("code runner: subnets", sorted(vpc["SubnetIds"]), live.subnet_ids("isolated"))
    statements = live.role_statements(settings["Role"])
    allowed = sorted(sid for sid, s in statements.items() if s["Effect"] == "Allow")
    yield Check("code runner: role allows", allowed, ["AttachToVpc", "WriteOwnLog"])
    denied = statements.get("NothingForPrograms", {})
    yield Check("code runner: programs are denied", sorted(denied.get("Action", [])), sorted(NETWORK_INTERFACE_ACTIONS))
    source = denied.get("Condition", {}).get("ArnEquals", {}).get("lambda:SourceFunctionArn", "")
    yield Check("code runner: denied to calls from", source.rsplit(":", 1)[-1], name)
    group = f"/aws/lambda/{name}"
    yield Check("code runner: days that logs are kept", live.kept_days(group), live.environment.logging.retention)
