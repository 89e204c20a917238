"""Tasks: size, number, image, network, roles, logs and wiring."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from generator.rehearsal.checks.check import Check, Live
from generator.systems.manifest.service import Service


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
    yield Check(f"{name}: running on", service["launchType"], "FARGATE")
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


def container(live: Live, name: str, wanted: Service, task: dict[str, Any]) -> Iterator[Check]:
    main = task["containerDefinitions"][0]
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
    yield Check(f"{name}: subnets", sorted(settings["subnets"]), live.subnet_ids("private"))
    yield Check(f"{name}: public address", settings.get("assignPublicIp", "DISABLED"), "DISABLED")
    (group,) = settings["securityGroups"]
    rules = live.security_group_rules(group)
    who = [(r.get("ReferencedGroupInfo", {}).get("GroupId"), r["FromPort"]) for r in rules if not r["IsEgress"]]
    reached = [(live.load_balancer["SecurityGroups"][0], wanted.image.port)] if wanted.http is not None else []
    yield Check(f"{name}: reached by, on port", who, reached)
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


def _variables(live: Live, name: str, wanted: Service) -> dict[str, str]:
    values = {**live.environment.values, "service": name, "code_runner": f"{live.environment.code_runner_name}:live"}
    if "code_runner_url" in live.outputs:
        values["code_runner_url"] = live.outputs["code_runner_url"]
    values |= {f"bucket.{b}": live.outputs[f"bucket_{b.replace('-', '_')}"] for b in live.environment.buckets}
    return {variable: template.render(values) for variable, template in wanted.variables.items()}


def _granted(live: Live, name: str) -> dict[str, list[str]]:
    uses = live.environment.services[name].uses
    granted: dict[str, list[str]] = {}
    runner = live.environment.code_runner
    if uses.code_runner and runner is not None and not runner.service:
        function = f"function:{live.environment.code_runner_name}:live"
        granted["InvokeCodeRunner"] = [f"arn:aws:lambda:{live.environment.region}:{live.account_id}:{function}"]
    for bucket in uses.buckets:
        sid = "Use" + "".join(part.capitalize() for part in bucket.split("-")) + "Bucket"
        granted[sid] = [f"arn:aws:s3:::{live.outputs['bucket_' + bucket.replace('-', '_')]}/*"]
    return granted
