"""Listeners, routes, health checks, certificate and names."""

from __future__ import annotations

from collections.abc import Iterator
from fnmatch import fnmatchcase
from typing import Any

from generator.errors import RehearsalError
from generator.rehearsal.checks.check import Check, Live

OTHER_HOST = "unknown.invalid"


def checks(live: Live) -> Iterator[Check]:
    services = {n: s for n, s in live.environment.services.items() if s.http is not None}
    if not services:
        return
    public = live.environment.http.public
    yield Check("load balancer", live.load_balancer["Scheme"], "internet-facing")
    attributes = _attributes(live)
    yield Check("idle timeout, seconds", int(attributes["idle_timeout.timeout_seconds"]), public.idle_timeout)
    yield Check("deletion protection", attributes["deletion_protection.enabled"], "true")
    yield Check("access logs", attributes["access_logs.s3.enabled"], "true")
    yield Check("malformed headers are dropped", attributes["routing.http.drop_invalid_header_fields.enabled"], "true")
    listeners = {listener["Port"]: listener for listener in _listeners(live)}
    yield Check("ports", sorted(listeners), [80, 443] if public.https else [80])
    if public.https:
        yield from tls(live, listeners)
    yield from routing(live, listeners[443 if public.https else 80])
    yield from target_groups(live)


def tls(live: Live, listeners: dict[int, dict[str, Any]]) -> Iterator[Check]:
    action = listeners[80]["DefaultActions"][0]
    yield Check("HTTP answers with", action.get("RedirectConfig", {}).get("StatusCode"), "HTTP_301")
    yield Check("TLS policy", listeners[443]["SslPolicy"], live.environment.http.public.ssl_policy)
    arn = listeners[443]["Certificates"][0]["CertificateArn"]
    certificate = live.client("acm").describe_certificate(CertificateArn=arn)["Certificate"]
    yield Check("certificate covers", sorted(certificate["SubjectAlternativeNames"]), sorted(hosts(live)))
    yield Check("certificate is", certificate["Status"], "ISSUED", stub=True)
    yield Check("names that lead here", _alias_records(live), sorted(hosts(live)))


def hosts(live: Live) -> list[str]:
    """Every host of the manifest's routes."""
    values = live.environment.values
    return sorted({host.render(values) for route in live.environment.routes() for host in route.hosts})


def routing(live: Live, listener: dict[str, Any]) -> Iterator[Check]:
    """Ask the listener's rules, as a request would, where each host and path goes."""
    rules = live.client("elbv2").describe_rules(ListenerArn=listener["ListenerArn"])["Rules"]
    groups = {g["TargetGroupArn"]: g for g in _target_groups(live)}
    for host in [*hosts(live), OTHER_HOST]:
        for path in (
            "/",
            *sorted({f"{route.path.replace('*', '')}/x" for route in live.environment.routes() if route.path != "/"}),
        ):
            arn = _target(rules, host, path)
            found = groups[arn]["Port"] if arn in groups else arn
            expected = _expected_service(live, host, path)
            port = live.environment.services[expected].image.port if expected else "404"
            yield Check(f"{host}{path} reaches {expected or 'nobody'}, port", found, port)
            if expected and arn in groups:
                yield Check(f"{host}{path} belongs to", _service_of(live, arn), expected)


def target_groups(live: Live) -> Iterator[Check]:
    for group in sorted(_target_groups(live), key=lambda g: g["TargetGroupName"]):
        name = _service_of(live, group["TargetGroupArn"])
        service = live.environment.services[name]
        assert service.http is not None
        yield Check(f"health check of {name}", group["HealthCheckPath"], service.http.healthcheck.path)
        yield Check(
            f"health check interval of {name}", group["HealthCheckIntervalSeconds"], service.http.healthcheck.interval
        )


def _attributes(live: Live) -> dict[str, str]:
    arn = live.load_balancer["LoadBalancerArn"]
    answer = live.client("elbv2").describe_load_balancer_attributes(LoadBalancerArn=arn)
    return {a["Key"]: a["Value"] for a in answer["Attributes"]}


def _listeners(live: Live) -> list[dict[str, Any]]:
    arn = live.load_balancer["LoadBalancerArn"]
    return list(live.client("elbv2").describe_listeners(LoadBalancerArn=arn)["Listeners"])


def _target_groups(live: Live) -> list[dict[str, Any]]:
    arn = live.load_balancer["LoadBalancerArn"]
    return list(live.client("elbv2").describe_target_groups(LoadBalancerArn=arn)["TargetGroups"])


def _alias_records(live: Live) -> list[str]:
    route53, found = live.client("route53"), []
    dns_name = live.load_balancer["DNSName"].lower()
    for zone in route53.list_hosted_zones()["HostedZones"]:
        for record in route53.list_resource_record_sets(HostedZoneId=zone["Id"])["ResourceRecordSets"]:
            target = record.get("AliasTarget", {}).get("DNSName", "").rstrip(".").lower()
            if target.removeprefix("dualstack.") == dns_name:
                found.append(record["Name"].rstrip("."))
    return sorted(found)


def _target(rules: list[dict[str, Any]], host: str, path: str) -> str:
    """The target group of the first rule that matches, as the load balancer would find it; else the action's type."""
    by_priority = sorted(rules, key=lambda r: 10**6 if r["Priority"] == "default" else int(r["Priority"]))
    rule = next(r for r in by_priority if all(_matches(c, host, path) for c in r["Conditions"]))
    action = rule["Actions"][-1]
    return str(
        action.get("TargetGroupArn") or action.get("FixedResponseConfig", {}).get("StatusCode") or action["Type"]
    )


def _matches(condition: dict[str, Any], host: str, path: str) -> bool:
    if condition["Field"] == "host-header":
        values = condition.get("HostHeaderConfig", condition).get("Values") or condition["Values"]
        return any(fnmatchcase(host, value) for value in values)
    values = condition.get("PathPatternConfig", condition).get("Values") or condition["Values"]
    return any(fnmatchcase(path, value) for value in values)


def _expected_service(live: Live, host: str, path: str) -> str | None:
    """Where the manifest sends a request: longest path first, named hosts before any host, else the default."""
    values = live.environment.values
    for route in live.environment.routes():
        named = [h.render(values) for h in route.hosts]
        if (not named or host in named) and any(fnmatchcase(path, pattern) for pattern in route.patterns):
            return route.service
    return live.environment.http.public.default_service


def _service_of(live: Live, target_group_arn: str) -> str:
    """The service that registers its tasks with the target group."""
    ecs = live.client("ecs")
    for name in live.environment.services:
        answer = ecs.describe_services(cluster=live.cluster, services=[f"{live.prefix}-{name}"])
        if any(b["targetGroupArn"] == target_group_arn for s in answer["services"] for b in s["loadBalancers"]):
            return name
    raise RehearsalError(f"no service registers with {target_group_arn}")
