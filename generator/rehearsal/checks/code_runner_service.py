"""A code runner on ECS: an internal service on Fargate, or a privileged supervisor with a host for itself."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from generator.rehearsal.checks import code_runner_host
from generator.rehearsal.checks.check import Check, Live, Task
from generator.rehearsal.checks.scaling import number_of_tasks, runs_on
from generator.rehearsal.checks.services import architecture, service_connect, start_up, variables
from generator.rehearsal.images import session_tag
from generator.systems.manifest.runner import CodeRunner
from generator.systems.manifest.service import Count, Range
from generator.systems.runner import session_images

PORT = 8080
DEFAULT_CPU = {"fargate": 256, "ec2": 1024}
ONE = Count(range=Range(min=1, max=1))
LABEL = "code runner"


def checks(live: Live) -> Iterator[Check]:
    wanted = live.environment.code_runner
    if wanted is None or not wanted.service:
        return
    name, cluster = str(live.environment.code_runner_name), live.environment.code_runner_cluster
    task = live.task(cluster, name)
    yield from container(live, wanted, task)
    yield from permissions(live, wanted, task)
    yield from number_of_tasks(live, LABEL, cluster, name, wanted.count or ONE)
    group = live.environment.code_runner_log_group
    retention = wanted.logging.retention or live.environment.logging.retention
    yield Check(f"{LABEL}: days that logs are kept", live.kept_days(group), retention)
    if wanted.host is None:
        yield from on_fargate(live, wanted, task)
    else:
        yield from code_runner_host.checks(live, wanted.host, task)


def container(live: Live, wanted: CodeRunner, task: Task) -> Iterator[Check]:
    main = task.main
    found = int(task.definition["cpu"]), int(task.definition["memory"])
    yield Check(f"{LABEL}: CPU and memory", found, (wanted.cpu or DEFAULT_CPU[wanted.engine], wanted.memory))
    yield architecture(LABEL, task, wanted.platform)
    yield Check(f"{LABEL}: image", main["image"], live.released["code-runner"])
    yield Check(f"{LABEL}: port", [p["containerPort"] for p in main["portMappings"]], [PORT])
    yield Check(f"{LABEL}: read-only root", main["readonlyRootFilesystem"], True)
    yield Check(f"{LABEL}: secrets", main.get("secrets", []), [])
    registry = f"{live.account_id}.dkr.ecr.{live.environment.region}.amazonaws.com"
    values = {
        **live.environment.values,
        **{f"repository.{name}": f"{registry}/{name}" for name in live.environment.registries.repositories},
        **{f"image.{name}": f"{registry}/{name}:{session_tag(live.environment)}" for name in session_images(wanted)},
    }
    expected = {variable: template.render(values) for variable, template in wanted.variables.items()}
    yield Check(f"{LABEL}: variables", variables(main), expected)


def permissions(live: Live, wanted: CodeRunner, task: Task) -> Iterator[Check]:
    """A program gets hold of the task role: it has nothing, but for pulling what a supervisor's sessions run."""
    statements = live.role_statements(task.definition["taskRoleArn"])
    allowed: dict[str, Any] = {sid: s["Resource"] for sid, s in statements.items() if s["Effect"] == "Allow"}
    sessions = wanted.host.session_repositories if wanted.host is not None else ()
    region = live.environment.region
    arns = [f"arn:aws:ecr:{region}:{live.account_id}:repository/{name}" for name in sessions]
    yield Check(f"{LABEL}: may use", allowed, {"LogInToRegistry": ["*"], "PullSessionImages": arns} if arns else {})
    yield from start_up(live, LABEL, task.definition, set())


def on_fargate(live: Live, wanted: CodeRunner, task: Task) -> Iterator[Check]:
    main = task.main
    yield runs_on(LABEL, task, wanted.count or ONE)
    yield Check(f"{LABEL}: runs as", main["user"], wanted.user)
    yield Check(f"{LABEL}: privileged", main.get("privileged", False), False)
    yield Check(f"{LABEL}: subnets", sorted(task.network["subnets"]), live.subnet_ids("isolated"))
    yield Check(f"{LABEL}: public address", task.network.get("assignPublicIp", "DISABLED"), "DISABLED")
    found = service_connect(task)
    expected = {"enabled": True, "names": {live.environment.code_runner_name: PORT}}
    yield Check(f"{LABEL}: is found as", found, expected)
