"""Hosts of code runners: what a container that leaves its cage finds there."""

from __future__ import annotations

from collections.abc import Iterator

from generator.policy.platform import Platform
from generator.policy.rule import rule
from generator.policy.rules.code_runner import bare_role, runner_hosts
from generator.policy.verdict import Outcome, Severity, Verdict, judge


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
    by_cluster: dict[str, set[str]] = {}
    for task in platform.tasks:
        for service in task.services:
            by_cluster.setdefault(str(service.get("cluster")), set()).add(task.definition.address)
    runners = {task.definition.address for task in platform.runner_tasks}
    for task in platform.tasks:
        if task.is_host is None:
            yield judge(None, task.definition, "", "container_definitions")
            continue
        if not task.is_host:
            yield Verdict(Outcome.PASS, task.definition)
            continue
        alone = all(by_cluster[str(s.get("cluster"))] == {task.definition.address} for s in task.services)
        message = "Its containers are as good as root on a host that others use, or it is no code runner."
        yield judge(task.definition.address in runners and alone, task.definition, message, "container_definitions")


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
def runner_host_isbare_role(platform: Platform) -> Iterator[Verdict]:
    for template, _ in runner_hosts(platform):
        options = (template.blocks("metadata_options") or [{}])[0]
        guarded = options.get("http_tokens") == "required" and options.get("http_put_response_hop_limit") == 1
        yield judge(guarded, template, "Containers reach the instance's credentials.", "metadata_options")
        for path in ("iam_instance_profile.0.arn", "iam_instance_profile.0.name"):
            if template.get(path) in (None, ""):
                continue
            profile = platform.plan.links(template, path, "aws_iam_instance_profile").one
            if profile is None:
                yield judge(None, template, "", path)
            else:
                yield from bare_role(platform, profile, "role")
