"""Tasks: size, number, image, network, roles, logs and wiring."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from generator.rehearsal.checks.check import Check, Live
from generator.systems.manifest.service import Service

RUNNER_PORT, HTTP = 8080, 80


def checks(live: Live) -> Iterator[Check]:
    ecs = live.client("ecs")
    for name, wanted in live.environment.services.items():
        full_name = f"{live.prefix}-{name}"
        service = ecs.describe_services(cluster=live.cluster, services=[full_name])["services"][0]
        task = ecs.describe_task_definition(taskDefinition=service["taskDefinition"])["taskDefinition"]
        yield from size_and_number(live, name, wanted, service, task)
        yield from container(live, name, wanted, task)
        yield from network(live, name, wanted, service)
        yield from roles(live, name, task)
        yield from logs(live, name)


def size_and_number(
    live: Live, name: str, wanted: Service, service: dict[str, Any], task: dict[str, Any]
) -> Iterator[Check]:
    yield Check(f"{name}: CPU and memory", (int(task["cpu"]), int(task["memory"])), (wanted.cpu, wanted.memory))
    architecture = "ARM64" if wanted.platform == "linux/arm64" else "X86_64"
    yield Check(f"{name}: architecture", task["runtimePlatform"]["cpuArchitecture"], architecture)
    shares = {p["capacityProvider"]: (p["weight"], p["base"]) for p in service.get("capacityProviderStrategy", [])}
    yield Check(f"{name}: running on", shares or service["launchType"], _shares(wanted) or "FARGATE")
    deployment = service["deploymentConfiguration"]
    percent = (deployment["minimumHealthyPercent"], deployment["maximumPercent"])
    yield Check(
        f"{name}: deployment, % of tasks", percent, (0, 100) if wanted.deployment.rolling == "recreate" else (100, 200)
    )
    yield Check(f"{name}: circuit breaker", deployment["deploymentCircuitBreaker"], {"enable": True, "rollback": True})
    scaling = live.client("application-autoscaling")
    resource = f"service/{live.cluster}/{live.prefix}-{name}"
    targets = scaling.describe_scalable_targets(ServiceNamespace="ecs", ResourceIds=[resource])["ScalableTargets"]
    found = [(t["MinCapacity"], t["MaxCapacity"]) for t in targets]
    yield Check(f"{name}: tasks, least and most", found, [(wanted.count.range.min, wanted.count.range.max)])
    policies = scaling.describe_scaling_policies(ServiceNamespace="ecs", ResourceId=resource)["ScalingPolicies"]
    held = {
        p["TargetTrackingScalingPolicyConfiguration"]["PredefinedMetricSpecification"]["PredefinedMetricType"]: int(
            p["TargetTrackingScalingPolicyConfiguration"]["TargetValue"]
        )
        for p in policies
    }
    metrics = {
        "ECSServiceAverageCPUUtilization": wanted.count.cpu_percentage,
        "ECSServiceAverageMemoryUtilization": wanted.count.memory_percentage,
    }
    yield Check(f"{name}: scaling holds, %", held, {m: v for m, v in metrics.items() if v is not None})
    actions = scaling.describe_scheduled_actions(ServiceNamespace="ecs", ResourceId=resource)["ScheduledActions"]
    hours = {
        a["ScheduledActionName"].removeprefix(f"{live.prefix}-{name}-"): (
            a["Schedule"],
            a["Timezone"],
            a["ScalableTargetAction"]["MinCapacity"],
            a["ScalableTargetAction"]["MaxCapacity"],
        )
        for a in actions
    }
    yield Check(f"{name}: tasks by the hour", hours, _hours(live, wanted))


def container(live: Live, name: str, wanted: Service, task: dict[str, Any]) -> Iterator[Check]:
    main = task["containerDefinitions"][0]
    beside = ["xray-daemon"] if live.environment.observability.tracing == "awsxray" else []
    yield Check(f"{name}: containers", [c["name"] for c in task["containerDefinitions"]], ["main", *beside])
    check = wanted.image.healthcheck
    command = None if check is None else list(check.command)
    yield Check(f"{name}: check in the container", (main.get("healthCheck") or {}).get("command"), command)
    yield Check(f"{name}: image", main["image"], live.released[name])
    yield Check(f"{name}: port", [p["containerPort"] for p in main["portMappings"]], [wanted.image.port])
    yield Check(f"{name}: read-only root", main["readonlyRootFilesystem"], wanted.storage.readonly_fs)
    found = sorted(m["containerPath"] for m in main.get("mountPoints", []))
    yield Check(f"{name}: writable paths", found, sorted(wanted.storage.scratch))
    yield Check(f"{name}: runs as root", main["user"].split(":")[0] in ("0", "root"), wanted.runs_as_root)
    yield Check(f"{name}: privileged", main.get("privileged", False), False)
    environment = {e["name"]: e["value"] for e in main.get("environment", [])}
    yield Check(f"{name}: variables", environment, _variables(live, name, wanted))
    yield Check(f"{name}: secrets", sorted(s["name"] for s in main.get("secrets", [])), sorted(wanted.secrets))


def network(live: Live, name: str, wanted: Service, service: dict[str, Any]) -> Iterator[Check]:
    settings = service["networkConfiguration"]["awsvpcConfiguration"]
    zones = live.environment.network.vpc.availability_zones
    used = zones if live.environment.network.task_zones == "all" else zones[:1]
    subnets = sorted(live.subnets["private"][zone]["SubnetId"] for zone in used)
    yield Check(f"{name}: subnets", sorted(settings["subnets"]), subnets)
    yield Check(f"{name}: public address", settings.get("assignPublicIp", "DISABLED"), "DISABLED")
    (group,) = settings["securityGroups"]
    rules = live.security_group_rules(group)
    who = [(r.get("ReferencedGroupInfo", {}).get("GroupId", ""), r["FromPort"]) for r in rules if not r["IsEgress"]]
    reached = [(live.load_balancer["SecurityGroups"][0], wanted.image.port)] if wanted.http is not None else []
    reached += [(live.task_group(caller), wanted.image.port) for caller in live.environment.callers(name)]
    yield Check(f"{name}: reached by, on port", sorted(who), sorted(reached))
    to = [r for r in rules if r["IsEgress"] and "ReferencedGroupInfo" in r]
    called = sorted((r["ReferencedGroupInfo"]["GroupId"], r["FromPort"]) for r in to)
    yield Check(f"{name}: ways out to, on port", called, sorted(_called(live, wanted)))
    out = sorted((r["CidrIpv4"], r["FromPort"]) for r in rules if r["IsEgress"] and r.get("CidrIpv4"))
    yield Check(f"{name}: ways out by range", out, [("0.0.0.0/0", 443)])


def roles(live: Live, name: str, task: dict[str, Any]) -> Iterator[Check]:
    yield Check(f"{name}: one role for two jobs", task["taskRoleArn"] == task["executionRoleArn"], False)
    statements = live.role_statements(task["taskRoleArn"])
    denied = statements.get("DenyIAM", {})
    yield Check(
        f"{name}: may not",
        (denied.get("Effect"), denied.get("Action")),
        ("Deny", ["iam:CreateUser", "iam:DeleteUser", "iam:CreatePolicy"]),
    )
    granted = {sid: s["Resource"] for sid, s in statements.items() if s["Effect"] == "Allow"}
    yield Check(f"{name}: may use", granted, _granted(live, name))
    stars = [sid for sid, s in live.role_statements(task["executionRoleArn"]).items() if s["Resource"] == "*"]
    yield Check(f"{name}: start-up may use everything to", stars, ["LogInToRegistry"])


def logs(live: Live, name: str) -> Iterator[Check]:
    group = live.environment.log_group(name)
    found = live.client("logs").describe_log_groups(logGroupNamePrefix=group)["logGroups"]
    kept = {g["logGroupName"]: g.get("retentionInDays") for g in found}
    yield Check(f"{name}: days that logs are kept", kept.get(group), live.environment.log_retention(name))


def _shares(wanted: Service) -> dict[str, tuple[int, int]]:
    """Weight and base by capacity provider; none on plain Fargate."""
    if wanted.count.spot is not None or wanted.count.range.spot_from == 1:
        return {"FARGATE_SPOT": (1, 0)}
    if wanted.count.range.spot_from is not None:
        return {"FARGATE": (0, wanted.count.range.spot_from - 1), "FARGATE_SPOT": (1, 0)}
    return {}


def _hours(live: Live, wanted: Service) -> dict[str, tuple[str, str, int, int]]:
    """The schedules by name: when, where, and the least and most tasks from then on."""
    off, tasks = live.environment.off_hours, wanted.count.range
    if off is None or tasks.max == 0:
        return {}
    return {
        "off-hours": (off.falls_asleep, off.time_zone, 0, 0),
        "working-hours": (off.wakes_up, off.time_zone, tasks.min, tasks.max),
    }


def _called(live: Live, wanted: Service) -> Iterator[tuple[str, int]]:
    """The security groups and ports that the service may reach: services, databases, the code runner."""
    environment, runner = live.environment, live.environment.code_runner
    for other in wanted.uses.services:
        port = environment.services[other].image.port
        assert port is not None  # checked when the manifest is loaded
        yield live.task_group(other), port
    for database in wanted.uses.databases:
        instance = live.database(database)
        yield instance["VpcSecurityGroups"][0]["VpcSecurityGroupId"], environment.databases[database].port
    if wanted.uses.code_runner and runner is not None and runner.service:
        yield (live.runner_group(), RUNNER_PORT) if runner.host is None else (live.runner_balancer_group(), HTTP)


def _variables(live: Live, name: str, wanted: Service) -> dict[str, str]:
    values = {**live.environment.values, "service": name, "code_runner": f"{live.environment.code_runner_name}:live"}
    if "code_runner_url" in live.outputs:
        values["code_runner_url"] = live.outputs["code_runner_url"]
    values |= {f"bucket.{b}": live.outputs[f"bucket_{b.replace('-', '_')}"] for b in live.environment.buckets}
    values |= {f"service.{s}": f"{s}:{of.image.port}" for s, of in live.environment.services.items()}
    for database in wanted.uses.databases:
        values |= _database_values(live, database)
    return {variable: template.render(values) for variable, template in wanted.variables.items()}


def _database_values(live: Live, name: str) -> dict[str, str]:
    """What placeholders stand for, of the database *name*."""
    endpoint, wanted = live.database(name)["Endpoint"], live.environment.databases[name]
    hosts = [live.database(name, replica)["Endpoint"]["Address"] for replica in sorted(wanted.replicas)]
    facts = {
        "host": endpoint["Address"],
        "port": str(wanted.port),
        "name": wanted.name,
        "secret": live.outputs[f"database_{name.replace('-', '_')}_secret"],
        "replica_hosts": ",".join(hosts),
    }
    return {f"database.{name}.{fact}": value for fact, value in facts.items()}


def _granted(live: Live, name: str) -> dict[str, object]:
    uses = live.environment.services[name].uses
    granted: dict[str, object] = {}
    if live.environment.observability.tracing == "awsxray":
        granted["SendTraces"] = "*"
    for database in uses.databases:
        sid = "Read" + "".join(part.capitalize() for part in database.split("-")) + "DatabaseSecret"
        granted[sid] = [live.outputs[f"database_{database.replace('-', '_')}_secret"]]
    runner = live.environment.code_runner
    if uses.code_runner and runner is not None and not runner.service:
        function = f"function:{live.environment.code_runner_name}:live"
        granted["InvokeCodeRunner"] = [f"arn:aws:lambda:{live.environment.region}:{live.account_id}:{function}"]
    for bucket in uses.buckets:
        sid = "Use" + "".join(part.capitalize() for part in bucket.split("-")) + "Bucket"
        granted[sid] = [f"arn:aws:s3:::{live.outputs['bucket_' + bucket.replace('-', '_')]}/*"]
    return granted
