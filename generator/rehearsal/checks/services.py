"""Tasks: size, number, image, network, roles, logs and wiring."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from generator.rehearsal.checks.check import Check, Live, Task
from generator.rehearsal.checks.databases import placeholders
from generator.rehearsal.checks.scaling import number_of_tasks, runs_on
from generator.rehearsal.checks.secrets import bare_arn, wired
from generator.systems.manifest.service import Service


def checks(live: Live) -> Iterator[Check]:
    for name, wanted in live.environment.services.items():
        full_name = live.environment.service_name(name)
        task = live.task(live.cluster, full_name)
        yield from size(name, wanted, task)
        yield runs_on(name, task, wanted.count)
        yield from number_of_tasks(live, name, live.cluster, full_name, wanted.count)
        yield from container(live, name, wanted, task)
        yield from network(live, name, task)
        yield from connections(live, name, wanted, task)
        yield from roles(live, name, wanted, task)
        yield from logs(live, name, task)


def size(name: str, wanted: Service, task: Task) -> Iterator[Check]:
    definition = task.definition
    found = int(definition["cpu"]), int(definition["memory"])
    yield Check(f"{name}: CPU and memory", found, (wanted.cpu, wanted.memory))
    yield architecture(name, task, wanted.platform)
    deployment = task.service["deploymentConfiguration"]
    percent = (deployment["minimumHealthyPercent"], deployment["maximumPercent"])
    yield Check(
        f"{name}: deployment, % of tasks", percent, (0, 100) if wanted.deployment.rolling == "recreate" else (100, 200)
    )
    yield Check(f"{name}: circuit breaker", deployment["deploymentCircuitBreaker"], {"enable": True, "rollback": True})
    yield Check(f"{name}: the deployment", _rollout(task), "COMPLETED", stub=True)


def architecture(name: str, task: Task, platform: str) -> Check:
    expected = "ARM64" if platform == "linux/arm64" else "X86_64"
    return Check(f"{name}: architecture", task.definition["runtimePlatform"]["cpuArchitecture"], expected)


def container(live: Live, name: str, wanted: Service, task: Task) -> Iterator[Check]:
    main = task.main
    inside = None if wanted.image.healthcheck is None else list(wanted.image.healthcheck.command)
    yield Check(f"{name}: check in the container", (main.get("healthCheck") or {}).get("command"), inside)
    yield Check(f"{name}: image", main["image"], live.released[name])
    yield Check(f"{name}: port", [p["containerPort"] for p in main["portMappings"]], [wanted.image.port])
    yield Check(f"{name}: read-only root", main["readonlyRootFilesystem"], wanted.storage.readonly_fs)
    found = sorted(m["containerPath"] for m in main.get("mountPoints", []))
    yield Check(f"{name}: writable paths", found, sorted(wanted.storage.scratch))
    yield Check(f"{name}: runs as root", main["user"].split(":")[0] in ("0", "root"), wanted.runs_as_root)
    yield Check(f"{name}: privileged", main.get("privileged", False), False)
    yield Check(f"{name}: variables", variables(main), _variables(live, name, wanted))
    found_secrets = {s["name"]: bare_arn(s["valueFrom"]) for s in main.get("secrets", [])}
    expected = {variable: wired(live, secret) for variable, secret in wanted.secrets.items()}
    yield Check(f"{name}: secrets", found_secrets, expected)
    beside = sorted(c["name"] for c in task.definition["containerDefinitions"] if c["name"] != "main")
    traced = live.environment.observability.tracing == "awsxray"
    yield Check(f"{name}: beside it run", beside, ["xray-daemon"] if traced else [])


def variables(container: dict[str, Any]) -> dict[str, str]:
    return {e["name"]: e["value"] for e in container.get("environment", [])}


def network(live: Live, name: str, task: Task) -> Iterator[Check]:
    zones = live.environment.network.vpc.availability_zones
    used = zones if live.environment.network.task_zones == "all" else zones[:1]
    expected = sorted(live.subnets["private"][zone]["SubnetId"] for zone in used)
    yield Check(f"{name}: subnets", sorted(task.network["subnets"]), expected)
    yield Check(f"{name}: public address", task.network.get("assignPublicIp", "DISABLED"), "DISABLED")


def connections(live: Live, name: str, wanted: Service, task: Task) -> Iterator[Check]:
    """Service Connect: who is found by name, and who finds."""
    runner = live.environment.code_runner
    finds_runner = wanted.uses.code_runner and runner is not None and runner.engine == "fargate"
    called = bool(live.environment.callers(name))
    connect = service_connect(task)
    yield Check(
        f"{name}: finds others by name", connect["enabled"], bool(called or wanted.uses.services or finds_runner)
    )
    yield Check(f"{name}: is found as", connect["names"], {name: wanted.image.port} if called else {})


def service_connect(task: Task) -> dict[str, Any]:
    """Whether the service is in the namespace, and the ports by the names under which it is found there."""
    deployments = task.service.get("deployments", [])
    settings = deployments[0].get("serviceConnectConfiguration", {}) if deployments else {}
    aliases = [alias for served in settings.get("services", []) for alias in served["clientAliases"]]
    return {"enabled": settings.get("enabled", False), "names": {a["dnsName"]: a["port"] for a in aliases}}


def roles(live: Live, name: str, wanted: Service, task: Task) -> Iterator[Check]:
    definition = task.definition
    yield Check(f"{name}: one role for two jobs", definition["taskRoleArn"] == definition["executionRoleArn"], False)
    statements = live.role_statements(definition["taskRoleArn"])
    denied = statements.get("DenyIAM", {})
    yield Check(
        f"{name}: may not",
        (denied.get("Effect"), denied.get("Action")),
        ("Deny", ["iam:CreateUser", "iam:DeleteUser", "iam:CreatePolicy"]),
    )
    granted = {sid: s["Resource"] for sid, s in statements.items() if s["Effect"] == "Allow"}
    yield Check(f"{name}: may use", granted, _granted(live, name))
    yield from start_up(live, name, definition, {wired(live, s, key=False) for s in wanted.secrets.values()})


def start_up(live: Live, name: str, definition: dict[str, Any], secrets: set[str]) -> Iterator[Check]:
    """What the role that starts the task may use: everything named but the registry's log-in."""
    statements = live.role_statements(definition["executionRoleArn"])
    stars = [sid for sid, s in statements.items() if s["Resource"] in ("*", ["*"])]
    yield Check(f"{name}: start-up may use everything to", stars, ["LogInToRegistry"])
    readable = statements.get("ReadSecrets", {}).get("Resource", [])
    found = {bare_arn(arn) for arn in ([readable] if isinstance(readable, str) else readable)}
    yield Check(f"{name}: start-up may read", found, secrets)


def logs(live: Live, name: str, task: Task) -> Iterator[Check]:
    group = live.environment.log_group(name)
    yield Check(f"{name}: logs to", task.main["logConfiguration"]["options"]["awslogs-group"], group)
    yield Check(f"{name}: days that logs are kept", live.kept_days(group), live.environment.log_retention(name))


def _rollout(task: Task) -> str:
    primary = (d for d in task.service.get("deployments", []) if d["status"] == "PRIMARY")
    return next((str(d.get("rolloutState", "COMPLETED")) for d in primary), "none")


def _variables(live: Live, name: str, wanted: Service) -> dict[str, str]:
    environment = live.environment
    values = {**environment.values, "service": name, "code_runner": f"{environment.code_runner_name}:live"}
    runner = environment.code_runner
    if runner is not None and runner.service:
        host = f"{environment.code_runner_name}:8080" if runner.host is None else live.internal_load_balancer["DNSName"]
        values["code_runner_url"] = f"http://{host}"
    values |= {f"bucket.{b}": live.outputs[f"bucket_{b.replace('-', '_')}"] for b in environment.buckets}
    values |= {f"service.{other}": f"{other}:{s.image.port}" for other, s in environment.services.items()}
    for database in wanted.uses.databases:
        values |= placeholders(live, database)
    return {variable: template.render(values) for variable, template in wanted.variables.items()}


def _granted(live: Live, name: str) -> dict[str, Any]:
    environment, uses = live.environment, live.environment.services[name].uses
    granted: dict[str, Any] = {}
    runner = environment.code_runner
    if uses.code_runner and runner is not None and not runner.service:
        function = f"function:{environment.code_runner_name}:live"
        granted["InvokeCodeRunner"] = [f"arn:aws:lambda:{environment.region}:{live.account_id}:{function}"]
    for bucket in uses.buckets:
        granted[f"Use{_camel(bucket)}Bucket"] = [f"arn:aws:s3:::{live.outputs['bucket_' + bucket.replace('-', '_')]}/*"]
    for database in uses.databases:
        granted[f"Read{_camel(database)}DatabaseSecret"] = [placeholders(live, database)[f"database.{database}.secret"]]
    if environment.observability.tracing == "awsxray":
        granted["SendTraces"] = "*"
    return granted


def _camel(name: str) -> str:
    return "".join(part.capitalize() for part in name.split("-"))
