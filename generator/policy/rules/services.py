"""Services of ECS: images, users, secrets, deployment, sizes."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import partial
from typing import Any

from generator.policy.containers import Task, environment, secrets
from generator.policy.network import Opening
from generator.policy.plan import Plan, Resource, is_known
from generator.policy.plan.values import Unknown
from generator.policy.platform import Platform
from generator.policy.rule import rule
from generator.policy.secrecy import looks_secret, options
from generator.policy.verdict import Severity, Verdict, every, judge, known, negated, some

DEFINITIONS = "container_definitions"
FLOATING = re.compile(r"(?i)(latest|stable|main|master|develop|dev|test|staging|prod|production)")
DIGEST = re.compile(r"@sha256:[0-9a-f]{64}$")
# Memory in MiB by CPU units: first, last, step.
FARGATE: dict[int, tuple[tuple[int, int, int], ...]] = {
    256: ((512, 512, 1), (1024, 2048, 1024)),
    512: ((1024, 4096, 1024),),
    1024: ((2048, 8192, 1024),),
    2048: ((4096, 16384, 1024),),
    4096: ((8192, 30720, 1024),),
    8192: ((16384, 61440, 4096),),
    16384: ((32768, 122880, 8192),),
}


@rule(
    "PLT-023",
    "A service is reached by security groups, not by ranges",
    severity=Severity.CRITICAL,
    rationale="A range admits everything that ever stands in it, code runners among them.",
    document="S1, S3, S4 Security groups",
    remediation="Admit the security group of the load balancer or of the caller, on the container's port.",
)
def services_admit_groups(platform: Platform) -> Iterator[Verdict]:
    path = "network_configuration.0.security_groups"
    for service in platform.plan.of_type("aws_ecs_service"):
        links = platform.plan.links(service, path, "aws_security_group")
        if service.get(path) not in (None, []) and not (links.resources and links.whole):
            yield judge(None, service, "", path, "Its security groups are not all in this plan, or not known yet.")
        for group in links.resources:
            wide = platform.network.judged(group, "ingress", lambda o: some([o.from_ranges, o.every_port]))
            message = f"{service.address} is reached from ranges of addresses, or on every port."
            yield judge(negated(wide), group, message, "ingress")


@rule(
    "PLT-029",
    "The port of a service is one port",
    severity=Severity.HIGH,
    rationale="Load balancer, container and security group must name the same port: otherwise each deployment hangs "
    "until its health checks give up.",
    document="S1, S3, S4 Load balancer",
    remediation="Use one value for container_port, the container's portMappings and the security group's rule.",
    decidable="rehearsed plan",
)
def ports_agree(platform: Platform) -> Iterator[Verdict]:
    for task in platform.tasks:
        for service in task.services:
            for block in service.blocks("load_balancer"):
                port = block.get("container_port")
                truth = _listens(task, str(block.get("container_name")), port)
                message = f"No container listens on {port}, where the load balancer sends its requests."
                yield judge(truth, service, message, "load_balancer.0.container_port")
                groups = platform.plan.links(service, "network_configuration.0.security_groups", "aws_security_group")
                for group in groups.resources:
                    open_ = platform.network.judged(group, "ingress", partial(_opens, port))
                    message = f"It lets nothing in on {port}, where {service.address} listens."
                    yield judge(open_, group, message, "ingress")


def _opens(port: Any, opening: Opening) -> bool | None:
    return opening.has(port) if isinstance(port, int) else None


def _listens(task: Task, container: str, port: Any) -> bool | None:
    if task.containers is None or isinstance(port, Unknown):
        return None
    return any(
        mapping.get("containerPort") == port
        for found in task.containers
        if found.get("name") == container
        for mapping in found.get("portMappings") or []
    )


@rule(
    "PLT-032",
    "A deployment that fails goes back by itself",
    severity=Severity.HIGH,
    rationale="Without the circuit breaker ECS starts a broken image again and again, for hours.",
    document="S1 Deployment; decisions 17",
    remediation="Enable deployment_circuit_breaker with rollback; a single task that may not overlap deploys 0/100.",
)
def deployments_roll_back(platform: Platform) -> Iterator[Verdict]:
    for service in platform.plan.of_type("aws_ecs_service"):
        if service.blocks("deployment_controller") and _controller(service) != "ECS":
            continue
        switches = [service.get(f"deployment_circuit_breaker.0.{name}") for name in ("enable", "rollback")]
        on = every([known(lambda value: value is True, switch) for switch in switches])
        yield judge(on, service, "A deployment that fails is not rolled back.", "deployment_circuit_breaker")
        least, most = _percent(service)
        message = f"With {least} % at least and {most} % at most nothing can be replaced."
        truth = known(lambda low, high: high > low or high == 0, least, most)
        yield judge(truth, service, message, "deployment_maximum_percent")


def _controller(service: Resource) -> str:
    return str(service.blocks("deployment_controller")[0].get("type") or "ECS")


def _percent(service: Resource) -> tuple[Any, Any]:
    """How many tasks run at least and at most during a deployment: ECS's defaults where nothing is said."""
    least = service.get("deployment_minimum_healthy_percent")
    most = service.get("deployment_maximum_percent")
    return (100 if least is None else least, 200 if most is None else most)


@rule(
    "PLT-035",
    "A task has a size that Fargate has",
    severity=Severity.HIGH,
    rationale="AWS refuses every other pair of CPU and memory when the task definition is registered.",
    document="S1, S3, S4 Sizes",
    remediation="Take a pair of AWS's table, such as 256/512, 512/1024 or 1024/2048.",
)
def sizes_exist(platform: Platform) -> Iterator[Verdict]:
    for task in platform.tasks:
        if not task.on_fargate:
            continue
        cpu, memory = task.definition.get("cpu"), task.definition.get("memory")
        if isinstance(cpu, Unknown) or isinstance(memory, Unknown):
            yield judge(None, task.definition, "", "cpu")
            continue
        yield judge(_exists(cpu, memory), task.definition, f"Fargate has no task of {cpu} and {memory}.", "memory")


def _exists(cpu: Any, memory: Any) -> bool:
    try:
        units, mebibytes = int(cpu), int(memory)
    except (TypeError, ValueError):
        return False
    ranges = FARGATE.get(units, ())
    return any(first <= mebibytes <= last and (mebibytes - first) % step == 0 for first, last, step in ranges)


@rule(
    "PLT-036",
    "A task says which architecture its image is built for",
    severity=Severity.HIGH,
    rationale="Fargate's default is X86_64: an image built on an ARM laptop fails with exec format error.",
    document="S1, S3 Sizes; decisions 13",
    remediation="Set runtime_platform with cpu_architecture and operating_system_family.",
)
def platforms_are_stated(platform: Platform) -> Iterator[Verdict]:
    for task in platform.tasks:
        architecture = task.definition.get("runtime_platform.0.cpu_architecture")
        stated = known(lambda name: isinstance(name, str), architecture)
        yield judge(stated, task.definition, "The architecture is left to ECS's default.", "runtime_platform")


@rule(
    "PLT-042",
    "What runs is an image that cannot change",
    severity=Severity.HIGH,
    rationale="A tag that moves makes two tasks of one service run different programs, and nothing can go back.",
    document="S4 Pipeline against S1-S3; decisions 10",
    remediation="Name a digest, or a tag like prod-1a2b3c4-20260101120000 of a repository with immutable tags.",
    decidable="rehearsed plan",
)
def images_do_not_move(platform: Platform) -> Iterator[Verdict]:
    for task in platform.tasks:
        if task.containers is None:
            yield judge(None, task.definition, "", DEFINITIONS)
            continue
        for container in task.containers:
            image = str(container.get("image"))
            message = f"{container.get('name')} runs a tag that moves."
            yield judge(_fixed(image), task.definition, message, DEFINITIONS)
    for function in platform.plan.of_type("aws_lambda_function"):
        image = function.get("image_uri")
        if image is not None and function.get("package_type") == "Image":
            truth = None if isinstance(image, Unknown) else _fixed(image)
            yield judge(truth, function, "It runs a tag that moves.", "image_uri")


def _fixed(image: str) -> bool:
    if DIGEST.search(image):
        return True
    tag = image.rpartition("/")[2].partition(":")[2]
    return bool(tag) and not FLOATING.fullmatch(tag)


@rule(
    "PLT-050",
    "Secrets are injected, never written down",
    severity=Severity.CRITICAL,
    rationale="A plain variable stands in the state, the plan, the console and every description of the task.",
    document="S3, S4, S5 Secrets; decisions 8",
    remediation="Put it into Secrets Manager or a SecureString and name its ARN under secrets, as valueFrom.",
    decidable="rehearsed plan",
)
def secrets_are_injected(platform: Platform) -> Iterator[Verdict]:
    for task in platform.tasks:
        if task.containers is None:
            yield judge(None, task.definition, "", DEFINITIONS)
            continue
        said = [(n, v) for c in task.containers for n, v in (*environment(c).items(), *options(c).items())]
        found = sorted({n for n, v in said if looks_secret(n, v)})
        yield judge(not found, task.definition, f"{', '.join(found)} is written down.", DEFINITIONS)
    for function in platform.plan.of_type("aws_lambda_function"):
        variables = function.get("environment.0.variables")
        if isinstance(variables, Unknown):
            yield judge(None, function, "", "environment")
        elif variables:
            # A value that nobody knows yet may be a secret under any name, and is one under such a name.
            names = sorted(n for n, v in variables.items() if looks_secret(n, "?" if isinstance(v, Unknown) else v))
            truth = False if names else (True if is_known(variables) else None)
            yield judge(truth, function, f"{', '.join(names)} is written down.", "environment")
    for database in platform.plan.of_type("aws_db_instance", "aws_rds_cluster"):
        attribute = "password" if database.type == "aws_db_instance" else "master_password"
        absent = known(lambda text: text in (None, ""), database.get(attribute))
        yield judge(absent, database, "Its password stands in the state.", attribute)


@rule(
    "PLT-052",
    "Programs are not root and do not write to their image",
    severity=Severity.HIGH,
    rationale="Whoever breaks into a process that is root, or that can write its own code, stays.",
    document="S4 Security; decisions, What AWS refuses",
    remediation="Set user to one without privileges and readonlyRootFilesystem to true, and mount scratch paths.",
    decidable="rehearsed plan",
)
def containers_are_confined(platform: Platform) -> Iterator[Verdict]:
    for task in platform.tasks:
        if task.containers is None:
            yield judge(None, task.definition, "", DEFINITIONS)
            continue
        for container in task.containers:
            name, user = container.get("name"), str(container.get("user") or "")
            confined = user.split(":")[0] not in ("", "0", "root")
            yield judge(confined, task.definition, f"{name} runs as root.", DEFINITIONS)
            closed = container.get("readonlyRootFilesystem") is True
            yield judge(closed, task.definition, f"{name} can write to its root file system.", DEFINITIONS)


@rule(
    "PLT-069",
    "A program without privileges listens above 1024",
    severity=Severity.HIGH,
    rationale="Only root can listen below 1024 on Fargate: the program ends when it starts.",
    document="S1 Ports; decisions, What AWS refuses",
    remediation="Listen on a port from 1024, or say user: root and accept it with an exemption.",
    decidable="rehearsed plan",
)
def low_ports_need_root(platform: Platform) -> Iterator[Verdict]:
    for task in platform.tasks:
        if task.containers is None:
            yield judge(None, task.definition, "", DEFINITIONS)
        for container in task.containers or []:
            user = str(container.get("user") or "0").split(":")[0]
            if user in ("0", "root"):
                continue
            sysctls = {str(s.get("namespace")) for s in container.get("systemControls") or [] if isinstance(s, dict)}
            low = [p for m in container.get("portMappings") or [] if (p := m.get("containerPort") or 0) < 1024]
            allowed = not low or "net.ipv4.ip_unprivileged_port_start" in sysctls
            message = f"{container.get('name')} cannot listen on {low[0] if low else ''} as {user}."
            yield judge(allowed, task.definition, message, DEFINITIONS)


@rule(
    "PLT-057",
    "Production does not live on Spot alone",
    severity=Severity.MEDIUM,
    rationale="AWS takes Spot back within two minutes, and may have none for hours.",
    document="S4, S5 Cost",
    remediation="Give the strategy a base on FARGATE, or use Spot outside of production.",
)
def production_is_on_demand(platform: Platform) -> Iterator[Verdict]:
    if not platform.production:
        return
    for service in platform.plan.of_type("aws_ecs_service"):
        strategy = service.blocks("capacity_provider_strategy")
        if strategy:
            providers = [block.get("capacity_provider") for block in strategy]
            spot = every([known(lambda name: str(name).endswith("SPOT"), provider) for provider in providers])
            yield judge(negated(spot), service, "All its tasks are on Spot.", "capacity_provider_strategy")


@rule(
    "PLT-070",
    "A secret that rotates is not injected at start",
    severity=Severity.HIGH,
    rationale="ECS reads secrets when a task starts. RDS changes a managed password every seven days: from then on "
    "each running task has the old one.",
    document="S5 Secrets; decisions, What AWS refuses",
    remediation="Give the task the secret's ARN and the permission to read it, or use IAM authentication.",
    decidable="rehearsed plan",
)
def rotating_secrets_are_read(platform: Platform) -> Iterator[Verdict]:
    plan = platform.plan
    rotating, unknown = _rotating(plan)
    if not rotating and not unknown:
        return
    for task in platform.tasks:
        if task.containers is None:
            # An ARN that is known already is of no secret that is still to be made.
            yield judge(None, task.definition, "", DEFINITIONS)
        for container in task.containers or []:
            injected = {n: arn for n, arn in secrets(container).items() if any(arn.startswith(r) for r in rotating)}
            names = ", ".join(sorted(injected))
            yield judge(not injected, task.definition, f"{names} rotates while the task runs.", DEFINITIONS)


def _rotating(plan: Plan) -> tuple[set[str], bool]:
    """The ARNs of secrets that change by themselves; and whether there are some that are not known yet."""
    found: list[Any] = []
    for database in plan.of_type("aws_db_instance", "aws_rds_cluster"):
        if database.get("manage_master_user_password") not in (None, False):
            found.append(database.get("master_user_secret.0.secret_arn"))
    for rotation in plan.of_type("aws_secretsmanager_secret_rotation"):
        secret = plan.links(rotation, "secret_id", "aws_secretsmanager_secret").one
        found += [rotation.get("secret_id"), secret.get("arn") if secret else None]
    return {arn for arn in found if isinstance(arn, str)}, not is_known(found)


@rule(
    "PLT-071",
    "A single task on a host can be replaced",
    severity=Severity.MEDIUM,
    rationale="On hosts a fixed port is taken: with 100 % at least, the new task finds no room and the deployment "
    "never ends.",
    document="S3 Runner; decisions, What AWS refuses",
    remediation="Deploy 0/100, or keep room for one more task with ports that ECS chooses.",
    decidable="rehearsed plan",
)
def single_tasks_are_replaced(platform: Platform) -> Iterator[Verdict]:
    for task in platform.tasks:
        if task.on_fargate or task.network_mode == "awsvpc":
            continue
        if task.containers is None:
            yield judge(None, task.definition, "", DEFINITIONS)
            continue
        fixed = task.network_mode == "host" or any(
            mapping.get("hostPort") for c in task.containers for mapping in c.get("portMappings") or []
        )
        for service in task.services:
            if fixed:
                least, _ = _percent(service)
                message = "Its port on the host is taken by the task that it is to replace."
                truth = known(lambda percent: percent < 100, least)
                yield judge(truth, service, message, "deployment_minimum_healthy_percent")


@rule(
    "PLT-034",
    "Scaling goes out faster than in",
    severity=Severity.LOW,
    rationale="Too few tasks lose requests, too many cost cents: a slow way out and a fast way in do the first.",
    document="S1, S4, S5 Scaling",
    remediation="Set scale_out_cooldown to 60 and scale_in_cooldown to 300 seconds.",
)
def scaling_is_calm(platform: Platform) -> Iterator[Verdict]:
    for policy in platform.plan.of_type("aws_appautoscaling_policy"):
        for block in policy.blocks("target_tracking_scaling_policy_configuration"):
            out, into = block.get("scale_out_cooldown"), block.get("scale_in_cooldown")
            calm = known(lambda o, i: isinstance(o, int) and isinstance(i, int) and o <= i, out, into)
            path = "target_tracking_scaling_policy_configuration.0.scale_in_cooldown"
            yield judge(calm, policy, "It takes tasks away faster than it adds them, or leaves both to AWS.", path)
    for target in platform.plan.of_type("aws_appautoscaling_target"):
        least, most = target.get("min_capacity"), target.get("max_capacity")
        if isinstance(least, int) and isinstance(most, int):
            yield judge(least <= most, target, f"{least} at least are more than {most} at most.", "min_capacity")
