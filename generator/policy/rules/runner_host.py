"""Hosts of code runners: what a container that leaves its cage finds there."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from generator.policy.containers import Task
from generator.policy.hosts import runner_hosts
from generator.policy.plan import Resource
from generator.policy.plan.values import Unknown
from generator.policy.platform import Platform
from generator.policy.rule import rule
from generator.policy.rules.code_runner import PULLS, bare_role, without_place
from generator.policy.verdict import Outcome, Severity, Verdict, every, judge, known

# What an instance needs to be a host of ECS, to be reached by Session Manager, and to say how it is.
HOST = (
    *PULLS,
    "cloudwatch:PutMetricData",
    "ec2:DescribeTags",
    "ec2messages:*",
    "ecs:CreateCluster",
    "ecs:DeregisterContainerInstance",
    "ecs:DiscoverPollEndpoint",
    "ecs:Poll",
    "ecs:PutSystemLogEvents",
    "ecs:RegisterContainerInstance",
    "ecs:StartTelemetrySession",
    "ecs:Submit*",
    "ecs:TagResource",
    "ecs:UpdateContainerInstancesState",
    "logs:CreateLogGroup",
    "logs:CreateLogStream",
    "logs:DescribeLogStreams",
    "logs:PutLogEvents",
    "ssm:UpdateInstanceInformation",
    "ssmmessages:*",
)


@rule(
    "PLT-016",
    "Only a code runner on hosts of its own is as good as root",
    severity=Severity.CRITICAL,
    rationale="A privileged container, or one with Docker's socket, is the host: what else runs there, and the "
    "host's role, are its own.",
    document="S2, S3 Runner; decisions, What AWS refuses",
    remediation="Drop privileged, host namespaces and docker.sock, or run the task alone on a cluster of its own.",
    decidable="rehearsed plan",
)
def only_runners_are_hosts(platform: Platform) -> Iterator[Verdict]:
    by_cluster: dict[str | None, set[str]] = {}
    for task in platform.tasks:
        for service in task.services:
            by_cluster.setdefault(_cluster(platform, service), set()).add(task.definition.address)
    runners = {task.definition.address for task in platform.runner_tasks}
    for task in platform.tasks:
        if task.is_host is None:
            yield judge(None, task.definition, "", "container_definitions")
            continue
        if not task.is_host:
            yield Verdict(Outcome.PASS, task.definition)
            continue
        truth = every([task.definition.address in runners, _is_alone(platform, task, by_cluster)])
        message = "Its containers are as good as root on a host that others use, or it is no code runner."
        yield judge(truth, task.definition, message, "container_definitions", "Whose hosts they are is not known yet.")


def _is_alone(platform: Platform, task: Task, by_cluster: Mapping[str | None, set[str]]) -> bool | None:
    """Whether no other task runs on the clusters of *task*; None stands for those that are not known yet."""
    own = {task.definition.address}
    clusters = {_cluster(platform, service) for service in task.services}
    if any(by_cluster[cluster] - own for cluster in clusters - {None}):
        return False
    perhaps = by_cluster.values() if None in clusters else [by_cluster.get(None, set())]
    return None if any(names - own for names in perhaps) else True


def _cluster(platform: Platform, service: Resource) -> str | None:
    """What tells the cluster of *service* from others; None when it is not known yet."""
    found = platform.plan.links(service, "cluster", "aws_ecs_cluster").one
    name = service.get("cluster")
    return found.address if found else (None if isinstance(name, Unknown) else str(name))


@rule(
    "PLT-064",
    "The host of a code runner is worth nothing to who takes it",
    severity=Severity.CRITICAL,
    rationale="A container that starts others through docker.sock leaves by the host: it has the host's role, and its "
    "credentials are one request away where the instance metadata answers containers.",
    document="S3 Runner; decisions, What AWS refuses",
    remediation="Give the instances the ECS agent, Session Manager and image pulls alone, IMDSv2 and a hop limit of 1.",
    decidable="rehearsed plan",
)
def runner_host_is_bare(platform: Platform) -> Iterator[Verdict]:
    hosts = runner_hosts(platform)
    if not hosts:
        yield from without_place(platform, shared=True)
    for template, _ in hosts:
        wanted = (("http_tokens", "required"), ("http_put_response_hop_limit", 1))
        guarded = every([_is(platform, template, f"metadata_options.0.{name}", value) for name, value in wanted])
        yield judge(guarded, template, "Containers reach the instance's credentials.", "metadata_options")
        for path in ("iam_instance_profile.0.arn", "iam_instance_profile.0.name"):
            if template.get(path) in (None, ""):
                continue
            profile = platform.plan.links(template, path, "aws_iam_instance_profile").one
            if profile is None:
                yield judge(None, template, "", path)
            else:
                yield from bare_role(platform, profile, "role", HOST)


def _is(platform: Platform, resource: Resource, path: str, wanted: object) -> bool | None:
    """Whether *path* is *wanted*; what is left out is AWS's default, which is not."""
    truth = known(lambda value: bool(value == wanted), resource.get(path))
    return False if truth is None and platform.plan.is_written(resource, path) is False else truth
