"""Load balancers: how long they wait, whom they serve, with which certificate."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from generator.policy.plan import Links, Plan, Resource, is_known
from generator.policy.plan.values import UNKNOWN, Unknown
from generator.policy.platform import Platform
from generator.policy.routing import (
    BALANCERS,
    CERTIFICATES,
    LISTENERS,
    RULES,
    balancers,
    groups_of_functions,
    groups_of_service,
    named,
    naming,
    reached_groups,
    rules_of,
)
from generator.policy.rule import rule
from generator.policy.verdict import Severity, Verdict, every, judge, known, negated, some

MARGIN = 10
# Whatever else their names say, these begin with TLS 1.2 or 1.3.
NEW = re.compile(r"ELBSecurityPolicy-(TLS|FS|TLS13)-1-[23]-.+")


@rule(
    "PLT-001",
    "A load balancer waits longer than the code runner behind it",
    severity=Severity.HIGH,
    rationale="Whoever waits for a long run gets a 504 from the load balancer, while the run goes on and is billed.",
    document="S1 Load balancer, S2 Troubleshooting; decisions 2",
    remediation="Set idle_timeout at least 10 seconds above the timeout of the function.",
)
def idle_timeout_outlasts_the_runner(platform: Platform) -> Iterator[Verdict]:
    runs = [function.get("timeout") for function in platform.functions]
    if not runs:
        return
    for balancer in platform.plan.of_type(*BALANCERS):
        if balancer.get("load_balancer_type") not in (None, "application"):
            continue
        idle = balancer.get("idle_timeout")
        if isinstance(idle, Unknown) or any(isinstance(run, Unknown) for run in runs):
            yield judge(None, balancer, "", "idle_timeout")
            continue
        # Lambda's default is 3 seconds.
        longest = max(run if isinstance(run, int) else 3 for run in runs)
        waits = 60 if idle is None else idle
        message = f"It waits {waits} seconds for a run that may take {longest}."
        yield judge(waits >= longest + MARGIN, balancer, message, "idle_timeout")


@rule(
    "PLT-027",
    "Plain HTTP leads to HTTPS",
    severity=Severity.HIGH,
    rationale="Sessions and programs cross the internet readable, and a reader can change the answer.",
    document="S3, S4 Load balancer; decisions, Hosts",
    remediation="Let the listener of port 80 redirect to HTTPS with HTTP_301; an environment without a domain says so "
    "with an exemption.",
)
def plain_http_redirects(platform: Platform) -> Iterator[Verdict]:
    for listener in platform.plan.of_type(*LISTENERS):
        protocol = listener.get("protocol")
        unknown = isinstance(protocol, Unknown)
        if (not unknown and protocol not in ("HTTP", None)) or _internal(platform.plan, listener):
            continue
        redirects = some([_redirects(listener, "default_action"), None if unknown else False])
        yield judge(redirects, listener, "It serves plain HTTP to the internet.", "default_action")
        sure = rules_of(platform.plan, listener, surely=True)
        for rule_ in rules_of(platform.plan, listener) if redirects is not False else ():
            before = some([_redirects(rule_, "action"), None if unknown or rule_ not in sure else False])
            yield judge(before, rule_, "It serves plain HTTP to the internet, before its listener redirects.", "action")


def _redirects(holder: Resource, block: str) -> bool | None:
    """Whether a request without TLS is sent back to come with it, by the actions of a listener or a rule."""
    if isinstance(holder.get(block), Unknown):
        return None
    found: list[bool | None] = []
    for number, action in enumerate(holder.blocks(block)):
        if isinstance(action.get("type"), Unknown) or action.get("type") == "redirect":
            target = holder.get(f"{block}.{number}.redirect.0.protocol")
            found.append(known(lambda kind, to: kind == "redirect" and to == "HTTPS", action.get("type"), target))
    return some(found)


@rule(
    "PLT-028",
    "TLS is 1.2 or newer",
    severity=Severity.HIGH,
    rationale="TLS 1.0 and 1.1 are broken and forbidden by every audit; the policy of AWS's default still has them.",
    document="S1 Load balancer",
    remediation="Set ssl_policy to ELBSecurityPolicy-TLS13-1-2-2021-06 or a newer one.",
)
def tls_is_new(platform: Platform) -> Iterator[Verdict]:
    for listener in platform.plan.of_type(*LISTENERS):
        if not isinstance(listener.get("protocol"), Unknown) and listener.get("protocol") not in ("HTTPS", "TLS"):
            continue
        policy = listener.get("ssl_policy")
        new = known(lambda text: isinstance(text, str) and NEW.fullmatch(text) is not None, policy)
        if new is None and platform.plan.is_written(listener, "ssl_policy") is False:
            # Left out it is known after the apply, and then it is the old default.
            new = False
        yield judge(new, listener, "Its policy admits TLS 1.0 or 1.1.", "ssl_policy")


@rule(
    "PLT-065",
    "A certificate covers every host that its listener serves",
    severity=Severity.HIGH,
    rationale="A browser refuses a host that the certificate does not name; AWS does not say a word.",
    document="S1, S3 Hosts; decisions, Hosts",
    remediation="Add the host to domain_name or subject_alternative_names of the certificate.",
)
def certificate_covers_hosts(platform: Platform) -> Iterator[Verdict]:
    plan = platform.plan
    for listener in plan.of_type(*LISTENERS):
        if listener.get("certificate_arn") in (None, ""):
            continue
        values = [v for r in rules_of(plan, listener) for v in _conditions(r).get("host_header", [])]
        hosts = {host for host in values if isinstance(host, str)}
        if not values:
            continue
        # Of several certificates the one that names the host is shown.
        holders = [listener, *naming(plan, CERTIFICATES, "listener_arn", listener)]
        shown = [_names(plan, holder) for holder in holders]
        found = {name for names in shown for name in names or ()}
        missing = sorted(host for host in hosts if not any(covers(name, host) for name in found))
        if missing and None in shown:
            yield judge(None, listener, "", "certificate_arn", "A certificate is not in this plan, or not known yet.")
            continue
        truth = False if missing else (True if is_known(values) else None)
        yield judge(truth, listener, f"Its certificate does not name {', '.join(missing)}.", "certificate_arn")


def _names(plan: Plan, holder: Resource) -> set[str] | None:
    """The hosts that the certificate of *holder* names; None when that is not known."""
    certificates = list(plan.links(holder, "certificate_arn", "aws_acm_certificate").resources)
    if not certificates:
        validations = plan.links(holder, "certificate_arn", "aws_acm_certificate_validation").resources
        for validation in validations:
            certificates += plan.links(validation, "certificate_arn", "aws_acm_certificate").resources
    names: set[str] = set()
    for certificate in certificates:
        more = certificate.get("subject_alternative_names")
        if isinstance(more, Unknown) or isinstance(certificate.get("domain_name"), Unknown):
            return None
        names |= {str(certificate.get("domain_name")), *(more or [])}
    return names or None


def covers(name: str, host: str) -> bool:
    """Whether a certificate for *name* is good for *host*: its star stands for one label."""
    name, host = name.lower(), host.lower()
    if name.startswith("*."):
        return host.partition(".")[2] == name[2:]
    return name == host


@rule(
    "PLT-031",
    "A listener's rules are all reached",
    severity=Severity.HIGH,
    rationale="Rules are tried by priority: one for everything hides those after it, and /api goes to the frontend.",
    document="S1, S3 Routing; decisions, Hosts",
    remediation="Give the rule with the narrower hosts and paths the smaller priority.",
)
def rules_are_reached(platform: Platform) -> Iterator[Verdict]:
    plan = platform.plan
    by_listener: dict[str, list[Resource]] = {}
    for rule_ in plan.of_type(*RULES):
        listener, arn = named(plan, rule_, "listener_arn", LISTENERS).one, rule_.get("listener_arn")
        elsewhere = arn if isinstance(arn, str) else rule_.block_address
        by_listener.setdefault(listener.address if listener else elsewhere, []).append(rule_)
    for rules in by_listener.values():
        sorted_ = [r for r in rules if isinstance(r.get("priority"), int)]
        sorted_.sort(key=lambda r: r.get("priority"))
        for number, rule_ in enumerate(sorted_):
            hiding = {r.address: _hides(r, rule_) for r in sorted_[:number]}
            before = next((address for address, hides in hiding.items() if hides), None)
            message = f"{before} takes every request before it."
            yield judge(negated(some(list(hiding.values()))), rule_, message, "priority")
        for rule_ in rules:
            # Left out, AWS takes the next that is free: after all others.
            if isinstance(rule_.get("priority"), Unknown) and plan.is_written(rule_, "priority") is not False:
                yield judge(None, rule_, "", "priority")


def _hides(first: Resource, second: Resource) -> bool | None:
    """Whether each request that *second* matches is *first*'s."""
    if any(isinstance(rule_.get("condition"), Unknown) for rule_ in (first, second)):
        return None
    wide, narrow = _conditions(first), _conditions(second)
    return every([_covers_all(kind, values, narrow.get(kind)) for kind, values in wide.items()])


def _covers_all(kind: str, wide: list[Any], narrow: list[Any] | None) -> bool | None:
    """Whether one condition, with the values *wide*, holds wherever that with *narrow* does; None of these is no such
    condition."""
    if kind == "path_pattern" and "/*" in wide:
        return True
    if narrow is None:
        return False if is_known(wide) else None
    return every([some([known(_within, pattern, wider) for wider in wide]) for pattern in narrow])


def _conditions(rule_: Resource) -> dict[str, list[Any]]:
    """The values of each kind of condition; UNKNOWN among them where one is known only after the apply."""
    found: dict[str, list[Any]] = {}
    for condition in rule_.blocks("condition"):
        for kind, blocks in condition.items():
            for block in [UNKNOWN] if isinstance(blocks, Unknown) else blocks or []:
                found.setdefault(kind, []).extend(_values(block))
    return found


def _values(block: Any) -> list[Any]:
    if not is_known(block):
        return [UNKNOWN]
    # A query string has no values, but a key and a value.
    return block["values"] if isinstance(block, dict) and block.get("values") else [str(block)]


def _within(pattern: str, wider: str) -> bool:
    if wider == pattern or wider == "*":
        return True
    return wider.endswith("*") and "*" not in wider[:-1] and pattern.startswith(wider[:-1])


@rule(
    "PLT-066",
    "A code runner is behind no load balancer of the internet",
    severity=Severity.CRITICAL,
    rationale="A runner trusts its caller to have asked who wants to run what; the internet asks nobody.",
    document="S3 Runner; decisions 35",
    remediation="Put it behind a load balancer with internal = true, and let its callers' security groups in.",
)
def runner_is_internal(platform: Platform) -> Iterator[Verdict]:
    behind, known_ = _runners_behind(platform)
    if not platform.functions and not platform.runner_tasks:
        return
    for balancer in platform.plan.of_type(*BALANCERS):
        if balancer.get("internal") is not True:
            groups = reached_groups(platform.plan, balancer)
            surely = reached_groups(platform.plan, balancer, surely=True)
            inside = surely.resources if surely.certain else ()
            names = sorted({runner.address for group in inside for runner in behind.get(group.address, [])})
            possible = any(g.address in behind for g in groups.resources)
            # Only a runner that is somewhere behind a load balancer may be behind this one.
            seen = known_ and not possible and (groups.complete or not behind)
            truth = False if names else (True if seen else None)
            yield judge(truth, balancer, f"{', '.join(names)} is behind it, open to the internet.", "internal")


def _runners_behind(platform: Platform) -> tuple[dict[str, list[Resource]], bool]:
    """The code runners in each target group, and whether they are in no other."""
    plan = platform.plan
    services = [s for task in platform.runner_tasks for s in task.services]
    placed = [(Links((service,)), groups_of_service(plan, service)) for service in services]
    if platform.functions:
        placed += groups_of_functions(plan)
    found: dict[str, list[Resource]] = {}
    for runners, groups in placed:
        for group in groups.resources:
            own = [r for r in runners.resources if r in services or r in platform.functions]
            if own:
                found.setdefault(group.address, []).extend(own)
    return found, all(runners.complete and groups.complete for runners, groups in placed)


def _internal(plan: Plan, listener: Resource) -> bool:
    found = balancers(plan, listener).resources
    return bool(found) and all(balancer.get("internal") is True for balancer in found)


@rule(
    "PLT-049",
    "Production's load balancer is not deleted by mistake",
    severity=Severity.MEDIUM,
    rationale="Its name in DNS dies with it, and every certificate and alias has to be made anew.",
    document="S4, S5 Environments",
    remediation="Set enable_deletion_protection in production.",
)
def balancer_is_protected(platform: Platform) -> Iterator[Verdict]:
    if platform.production:
        for balancer in platform.plan.of_type(*BALANCERS):
            on = known(lambda value: value is True, balancer.get("enable_deletion_protection"))
            yield judge(on, balancer, "Its deletion is not refused.", "enable_deletion_protection")
