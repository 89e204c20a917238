"""Logs and alarms: kept, readable, and able to fire."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from generator.policy.permissions import glob
from generator.policy.plan import Resource
from generator.policy.plan.values import UNKNOWN, Unknown
from generator.policy.platform import Platform
from generator.policy.rule import rule
from generator.policy.verdict import Severity, Verdict, judge

# Metrics between two bounds: outside of them an alarm is silent for ever.
PERCENTAGES = ("CPUUtilization", "MemoryUtilization", "mem_used_percent", "disk_used_percent", "CPUReservation")
INSIGHTS = ("RunningTaskCount", "PendingTaskCount", "DesiredTaskCount", "TaskCount", "ServiceCount")


@rule(
    "PLT-039",
    "Every service writes to a log group of its own making, for a stated time",
    severity=Severity.MEDIUM,
    rationale="A group that ECS or Lambda makes by itself keeps logs for ever, outlives the environment, and is "
    "billed.",
    document="S1, S3, S4, S5 Logs; decisions 18, 19",
    remediation="Add an aws_cloudwatch_log_group with retention_in_days and name it in logConfiguration.",
    decidable="rehearsed plan",
)
def logs_are_kept(platform: Platform) -> Iterator[Verdict]:
    plan = platform.plan
    groups = plan.of_type("aws_cloudwatch_log_group")
    names = {group.get("name") for group in groups}
    for group in groups:
        days = group.get("retention_in_days")
        stated = None if isinstance(days, Unknown) else isinstance(days, int) and days > 0
        yield judge(stated, group, "It keeps logs for ever.", "retention_in_days")
    for task in platform.tasks:
        if task.containers is None:
            yield judge(None, task.definition, "", "container_definitions")
            continue
        for container in task.containers:
            options = (container.get("logConfiguration") or {}).get("options") or {}
            message = f"{container.get('name')} writes its logs nowhere, or to a group that is not in this plan."
            truth = _is_among(options.get("awslogs-group"), names)
            yield judge(truth, task.definition, message, "container_definitions")


def _is_among(name: Any, names: set[Any]) -> bool | None:
    """Whether *name* is one of *names*, among which may be what is not known yet."""
    return name in names or (None if UNKNOWN in names else False)


@rule(
    "PLT-040",
    "A function's log group is the one that it writes to",
    severity=Severity.MEDIUM,
    rationale="Lambda writes to /aws/lambda/NAME and makes it when it is missing: the group beside it stays empty.",
    document="S1 Logs; decisions 19",
    remediation="Add an aws_cloudwatch_log_group called /aws/lambda/ and the function's name.",
)
def function_logs(platform: Platform) -> Iterator[Verdict]:
    plan = platform.plan
    names = {group.get("name") for group in plan.of_type("aws_cloudwatch_log_group")}
    for function in plan.of_type("aws_lambda_function"):
        name, called = function.get("logging_config.0.log_group"), function.get("function_name")
        if isinstance(name, Unknown) and plan.is_written(function, "logging_config.0.log_group"):
            yield judge(None, function, "", "logging_config")
            continue
        if not isinstance(name, str) or not name:
            name = called if isinstance(called, Unknown) else f"/aws/lambda/{called}"
        truth = None if isinstance(name, Unknown) else _is_among(name, names)
        yield judge(truth, function, f"{name} is not in this plan.", "logging_config")


@rule(
    "PLT-055",
    "An alarm can fire",
    severity=Severity.MEDIUM,
    rationale="An alarm on a metric that does not exist, or with a threshold that is never crossed, is worse than "
    "none: somebody relies on it.",
    document="S2-S5 Monitoring; decisions, What AWS refuses",
    remediation="Choose a threshold that the metric can cross, a metric that exists, and somebody to tell.",
)
def alarms_can_fire(platform: Platform) -> Iterator[Verdict]:
    plan = platform.plan
    insights = _has_insights(platform)
    for alarm in plan.of_type("aws_cloudwatch_metric_alarm"):
        silent = _never(alarm)
        unknown = isinstance(alarm.get("threshold"), Unknown) or isinstance(alarm.get("comparison_operator"), Unknown)
        yield judge(None if unknown else not silent, alarm, silent, "threshold")
        metric = alarm.get("metric_name")
        if metric in INSIGHTS and insights is not True:
            message = f"{metric} exists with Container Insights alone."
            yield judge(insights, alarm, message, "metric_name")
        actions = alarm.get("alarm_actions")
        told = None if isinstance(actions, Unknown) else bool(actions)
        mentioned = plan.mentioned(alarm, "alarm_actions", "aws_sns_topic")
        yield judge(True if mentioned else told, alarm, "It tells nobody.", "alarm_actions")


def _has_insights(platform: Platform) -> bool | None:
    clusters = platform.plan.of_type("aws_ecs_cluster")
    if not clusters:
        # It is somewhere else, with settings that nobody here knows.
        return None
    settings = [s for c in clusters for s in c.blocks("setting") if s.get("name") == "containerInsights"]
    return any(s.get("value") in ("enabled", "enhanced") for s in settings)


def _never(alarm: Resource) -> str:
    """Why the alarm never fires; empty when it may."""
    operator, threshold = str(alarm.get("comparison_operator")), alarm.get("threshold")
    if not isinstance(threshold, int | float) or alarm.blocks("metric_query"):
        return ""
    below = operator.startswith("LessThan")
    inclusive = operator.endswith("OrEqualToThreshold")
    if below and (threshold < 0 or (threshold == 0 and not inclusive)):
        return f"Nothing is ever less than {threshold:g}."
    metric = alarm.get("metric_name")
    averaged = alarm.get("statistic") not in ("Sum", "SampleCount")
    if metric in PERCENTAGES and averaged and (threshold > 100 or (threshold == 100 and not inclusive and not below)):
        return f"{metric} never passes {threshold:g} %."
    return ""


@rule(
    "PLT-073",
    "CloudWatch may write to the topic of its alarms",
    severity=Severity.HIGH,
    rationale="A topic that is encrypted with AWS's own key never hears from CloudWatch, which may not use that key; "
    "nobody says so.",
    document="decisions, What AWS refuses",
    remediation="Use a key of your own whose policy admits cloudwatch.amazonaws.com for kms:Decrypt and "
    "kms:GenerateDataKey*.",
    decidable="rehearsed plan",
)
def topics_hear_alarms(platform: Platform) -> Iterator[Verdict]:
    plan = platform.plan
    for topic in plan.of_type("aws_sns_topic"):
        key = topic.get("kms_master_key_id")
        if key in (None, "") or not plan.of_type("aws_cloudwatch_metric_alarm"):
            continue
        if not isinstance(key, Unknown) and "alias/aws/sns" in str(key):
            yield judge(False, topic, "AWS's own key does not admit CloudWatch.", "kms_master_key_id")
            continue
        found = plan.links(topic, "kms_master_key_id", "aws_kms_key").one
        text = found.get("policy") if found else None
        if found is None or isinstance(text, Unknown | None):
            yield judge(None, topic, "", "kms_master_key_id")
        else:
            message = f"{found.address} does not admit CloudWatch."
            yield judge(_admits(text, "cloudwatch.amazonaws.com"), topic, message, "kms_master_key_id")


def _admits(policy: str, service: str) -> bool:
    try:
        found = json.loads(policy)["Statement"]
    except (ValueError, KeyError, TypeError):
        return False
    statements = [s for s in ([found] if isinstance(found, dict) else found) if isinstance(s, dict)]
    return all(_admits_to(statements, service, action) for action in ("kms:Decrypt", "kms:GenerateDataKey"))


def _admits_to(statements: list[dict[str, Any]], service: str, action: str) -> bool:
    """Whether *statements* allow *action* to *service*, and none denies it always."""
    denied = any(_speaks(s, "Deny", service, action) and not s.get("Condition") for s in statements)
    return not denied and any(_speaks(s, "Allow", service, action) for s in statements)


def _speaks(statement: dict[str, Any], effect: str, service: str, action: str) -> bool:
    principal = statement.get("Principal")
    names = principal.get("Service") if isinstance(principal, dict) else principal
    listed = [names] if isinstance(names, str) else names or []
    actions = statement.get("Action")
    allowed = [actions] if isinstance(actions, str) else actions or []
    return (
        statement.get("Effect") == effect
        and (service in listed or "*" in listed)
        and any(glob(str(pattern), action, fold=True) for pattern in allowed)
    )
