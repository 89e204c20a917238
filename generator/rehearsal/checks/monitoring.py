"""Alarms, whom they tell, failed tasks and dashboards."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from generator.rehearsal.checks.check import Check, Live
from generator.systems.manifest import CODE_RUNNER
from generator.systems.manifest.monitoring import Monitoring

GIB = 1024**3
# Metric and limit of an alarm; a limit that is computed from several things is None, and any number holds.
Limits = dict[str, tuple[str, float | None]]
ERROR_SHARE = "share of failed requests"


def checks(live: Live) -> Iterator[Check]:
    settings = live.environment.monitoring
    if settings is None:
        return
    alarms = _alarms(live)
    wanted = {f"{live.prefix}-{name}": limit for name, limit in expected(live, settings).items()}
    yield Check("alarms", sorted(alarms), sorted(wanted))
    for name, (metric, limit) in sorted(wanted.items()):
        if name in alarms:
            found = _limit(alarms[name])
            known = (found[0], found[1] if limit is not None else None)
            yield Check(f"alarm {name.removeprefix(f'{live.prefix}-')}", known, (metric, limit))
    topic = live.outputs["alarm_topic"]
    untold = [n for n, a in alarms.items() if a["AlarmActions"] != [topic] or not a["ActionsEnabled"]]
    yield Check("alarms that tell nobody", sorted(untold), [])
    yield from _existing(live, alarms)
    yield from told(live, topic)
    yield from failed_tasks(live, topic)
    yield from dashboards(live)


def expected(live: Live, settings: Monitoring) -> Limits:
    """The alarms that the manifest asks for, without those that it does not want."""
    limits = {**_services(live, settings), **_balancers(live, settings), **_databases(live, settings)}
    limits |= _runner(live, settings)
    return {name: limit for name, limit in limits.items() if name not in settings.disabled}


def told(live: Live, topic: str) -> Iterator[Check]:
    attributes = live.client("sns").get_topic_attributes(TopicArn=topic)["Attributes"]
    key = attributes["KmsMasterKeyId"]
    kms = live.client("kms")
    found = kms.describe_key(KeyId=key)["KeyMetadata"]
    # CloudWatch cannot use the key that AWS manages for SNS.
    yield Check("the topic's key is the environment's own", found["KeyManager"], "CUSTOMER")
    yield Check("the key is renewed", kms.get_key_rotation_status(KeyId=key)["KeyRotationEnabled"], True)
    policy = json.loads(kms.get_key_policy(KeyId=key, PolicyName="default")["Policy"])
    users = {s["Principal"]["Service"] for s in policy["Statement"] if "Service" in s["Principal"]}
    regional = f"logs.{live.environment.region}.amazonaws.com"
    services = {"cloudwatch.amazonaws.com", "events.amazonaws.com", "cloudtrail.amazonaws.com", regional}
    yield Check("services that may use the key", users, services)
    unconditional = [s["Sid"] for s in policy["Statement"] if "Service" in s["Principal"] and not s.get("Condition")]
    yield Check("services that may use it for anybody", unconditional, [])
    settings = live.environment.monitoring
    assert settings is not None
    subscribed = live.client("sns").list_subscriptions_by_topic(TopicArn=topic)["Subscriptions"]
    endpoints = sorted(s["Endpoint"] for s in subscribed)
    yield Check("who is told", endpoints, sorted(settings.subscribers.values()), stub=bool(settings.subscribers))


def failed_tasks(live: Live, topic: str) -> Iterator[Check]:
    events, prefix = live.client("events"), f"{live.prefix}-"
    rules = [r for r in events.list_rules(NamePrefix=prefix)["Rules"] if r["Name"].endswith("-failed-tasks")]
    clusters = {arn.split("/")[-1] for r in rules for arn in json.loads(r["EventPattern"])["detail"]["clusterArn"]}
    wanted = {live.cluster} if live.environment.services else set()
    runner = live.environment.code_runner
    wanted |= {live.environment.code_runner_cluster} if runner is not None and runner.host is not None else set()
    yield Check("failed tasks are told of clusters", clusters, wanted)
    targets = {t["Arn"] for r in rules for t in events.list_targets_by_rule(Rule=r["Name"])["Targets"]}
    yield Check("failed tasks are told to", targets, {topic} if rules else set())


def dashboards(live: Live) -> Iterator[Check]:
    cloudwatch, environment = live.client("cloudwatch"), live.environment
    settings = environment.monitoring
    assert settings is not None
    there = {
        "services": bool(environment.services),
        "load-balancers": any(s.http is not None for s in environment.services.values()),
        "databases": bool(environment.databases),
        "runner": _has_runner_dashboard(live),
    }
    wanted = [f"{live.prefix}-{name}" for name in settings.dashboards if there[name]]
    found = cloudwatch.list_dashboards(DashboardNamePrefix=f"{live.prefix}-")["DashboardEntries"]
    yield Check("dashboards", sorted(d["DashboardName"] for d in found), sorted(wanted))
    for name in sorted(d["DashboardName"] for d in found):
        body = json.loads(cloudwatch.get_dashboard(DashboardName=name)["DashboardBody"])
        shown = [w for w in body["widgets"] if w["type"] == "metric" and w["properties"]["metrics"]]
        yield Check(f"dashboard {name.removeprefix(f'{live.prefix}-')} shows something", bool(shown), True)


def _services(live: Live, settings: Monitoring) -> Limits:
    environment, found = live.environment, Limits()
    counts = {name: service.count.range.min for name, service in environment.services.items()}
    insights = dict.fromkeys(counts, environment.observability.container_insights)
    limits = dict.fromkeys(counts, settings.services)
    for name in counts:
        found[f"service-{name}-cpu"] = ("CPUUtilization", limits[name].cpu_percentage)
        found[f"service-{name}-memory"] = ("MemoryUtilization", limits[name].memory_percentage)
        if environment.off_hours is None and counts[name] > 0:
            found[f"service-{name}-tasks"] = (_tasks_metric(insights[name]), counts[name])
    return found


def _balancers(live: Live, settings: Monitoring) -> Limits:
    environment, limits = live.environment, settings.load_balancer
    found: Limits = {}
    routed = [name for name, service in environment.services.items() if service.http is not None]
    if routed:
        found["load-balancer-public-errors"] = (ERROR_SHARE, limits.error_percentage)
        found["load-balancer-public-latency"] = ("TargetResponseTime", limits.response_seconds)
    runner = environment.code_runner
    if runner is not None and runner.host is not None:
        # How long builds take says nothing, so the internal one has no alarm on it.
        found["load-balancer-internal-errors"] = (ERROR_SHARE, limits.error_percentage)
        routed.append(CODE_RUNNER)
    return {**found, **{f"target-group-{name}-unhealthy": ("UnHealthyHostCount", 1) for name in routed}}


def _databases(live: Live, settings: Monitoring) -> Limits:
    found, limits = Limits(), settings.databases
    for name, database in live.environment.databases.items():
        free = database.storage * GIB * limits.free_storage_percentage // 100
        for instance in (name, *(f"{name}-{replica}" for replica in database.replicas)):
            found[f"database-{instance}-cpu"] = ("CPUUtilization", limits.cpu_percentage)
            found[f"database-{instance}-storage"] = ("FreeStorageSpace", free)
            found[f"database-{instance}-connections"] = ("DatabaseConnections", None)
    return found


def _runner(live: Live, settings: Monitoring) -> Limits:
    runner, limits = live.environment.code_runner, settings.code_runner
    if runner is None:
        return {}
    if not runner.service:
        duration = runner.timeout * 1000 * limits.duration_percentage / 100
        name = f"function-{CODE_RUNNER}"
        return {
            f"{name}-errors": ("Errors", None),
            f"{name}-throttles": ("Throttles", None),
            f"{name}-duration": ("Duration", duration),
        }
    found: Limits = {
        f"service-{CODE_RUNNER}-cpu": ("CPUUtilization", limits.cpu_percentage),
        f"service-{CODE_RUNNER}-memory": ("MemoryUtilization", limits.memory_percentage),
    }
    least = 1 if runner.count is None else runner.count.range.min
    if live.environment.off_hours is None and least > 0:
        insights = live.environment.observability.container_insights and runner.host is None
        found[f"service-{CODE_RUNNER}-tasks"] = (_tasks_metric(insights), least)
    if runner.host is not None:
        name = f"instances-{CODE_RUNNER}"
        found[f"{name}-cpu"] = ("CPUUtilization", limits.cpu_percentage)
        found[f"{name}-memory"] = ("mem_used_percent", limits.memory_percentage)
        found[f"{name}-disk"] = ("disk_used_percent", limits.disk_percentage)
        if limits.minimum_credits is not None:
            found[f"{name}-credits"] = ("CPUCreditBalance", limits.minimum_credits)
    return found


def _tasks_metric(container_insights: bool) -> str:
    """Only Container Insights counts tasks; without it, each task gives one sample of its CPU a minute."""
    return "RunningTaskCount" if container_insights else "CPUUtilization"


def _has_runner_dashboard(live: Live) -> bool:
    runner = live.environment.code_runner
    return runner is not None and (not runner.service or runner.host is not None)


def _alarms(live: Live) -> dict[str, dict[str, Any]]:
    pages = live.client("cloudwatch").get_paginator("describe_alarms").paginate(AlarmNamePrefix=f"{live.prefix}-")
    return {alarm["AlarmName"]: alarm for page in pages for alarm in page["MetricAlarms"]}


def _limit(alarm: dict[str, Any]) -> tuple[str, float]:
    return alarm.get("MetricName") or ERROR_SHARE, alarm["Threshold"]


def _existing(live: Live, alarms: dict[str, dict[str, Any]]) -> Iterator[Check]:
    """What alarms watch has to exist: an alarm on nothing never goes off."""
    known = {live.cluster, live.environment.code_runner_cluster, str(live.environment.code_runner_name)}
    known |= {live.environment.service_name(name) for name in live.environment.services}
    elb = live.client("elbv2")
    for balancer in elb.describe_load_balancers()["LoadBalancers"]:
        known.add(balancer["LoadBalancerArn"].split(":loadbalancer/")[1])
    known |= {group["TargetGroupArn"].split(":")[-1] for group in elb.describe_target_groups()["TargetGroups"]}
    instances = live.client("rds").describe_db_instances()["DBInstances"] if live.environment.databases else []
    known |= {instance["DBInstanceIdentifier"] for instance in instances}
    known.add(live.outputs.get("code_runner_instances", ""))
    unknown = {
        f"{name}: {dimension['Value']}"
        for name, alarm in alarms.items()
        for dimensions in (alarm.get("Dimensions", []), *_metric_dimensions(alarm))
        for dimension in dimensions
        if dimension["Value"] not in known
    }
    yield Check("alarms that watch what does not exist", sorted(unknown), [])


def _metric_dimensions(alarm: dict[str, Any]) -> Iterator[list[dict[str, Any]]]:
    for metric in alarm.get("Metrics", []):
        yield metric.get("MetricStat", {}).get("Metric", {}).get("Dimensions", [])
