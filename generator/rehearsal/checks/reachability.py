"""Who can reach whom on which port: the security groups of the network, asked of everything that has one.

A way is open where the one side's group lets out and the other side's lets in.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from ipaddress import ip_network
from typing import Any

from generator.rehearsal.checks import code_runner_host
from generator.rehearsal.checks.check import Check, Live

WORLD, BALANCER, INTERNAL, RUNNER, ENDPOINTS = (
    "the world",
    "load balancer",
    "internal load balancer",
    "runner",
    "endpoints",
)
RUNNER_PORT, HTTP, HTTPS, SSH = 8080, 80, 443, 22
Way = tuple[str, int]


def checks(live: Live) -> Iterator[Check]:
    members = {name: group for name, group in _members(live).items() if group}
    rules = {name: _Rules.of(live, group) for name, group in members.items()}
    inside, outside = _expected_ways_in(live), _expected_ways_out(live)
    for name in members:
        reached = sorted(_reaching(live, name, members, rules))
        yield Check(f"{name}: reached by, on port", reached, sorted(inside.get(name, set())))
        ranges = sorted(_range(rule) for rule in rules[name].out if rule.get("CidrIpv4") or rule.get("CidrIpv6"))
        yield Check(
            f"{name}: ways out by range", ranges, [("0.0.0.0/0", p, p) for p in sorted(outside.get(name, set()))]
        )
    yield Check("groups whose ways nobody explains", _strangers(live, set(members.values())), [])
    yield Check(
        "groups that let in by SSH", sorted(n for n, r in rules.items() if any(_has(x, SSH) for x in r.into)), []
    )


@dataclass(frozen=True)
class _Rules:
    into: list[dict[str, Any]]
    out: list[dict[str, Any]]

    @classmethod
    def of(cls, live: Live, group: str) -> _Rules:
        rules = live.security_group_rules(group)
        return cls([r for r in rules if not r["IsEgress"]], [r for r in rules if r["IsEgress"]])


def _members(live: Live) -> dict[str, str]:
    """The security group of everything in the network, by what it is."""
    environment = live.environment
    found = {n: live.task(live.cluster, environment.service_name(n)).security_group for n in environment.services}
    if any(service.http is not None for service in environment.services.values()):
        (found[BALANCER],) = live.load_balancer["SecurityGroups"]
    for name in environment.databases:
        (group,) = live.database(name)["VpcSecurityGroups"]
        found[f"database {name}"] = group["VpcSecurityGroupId"]
    return {**found, **_runner(live), **_endpoints(live)}


def _runner(live: Live) -> dict[str, str]:
    runner, name = live.environment.code_runner, str(live.environment.code_runner_name)
    if runner is None:
        return {}
    if not runner.service:
        (group,) = live.client("lambda").get_function(FunctionName=name)["Configuration"]["VpcConfig"][
            "SecurityGroupIds"
        ]
        return {RUNNER: group}
    if runner.host is None:
        return {RUNNER: live.task(live.environment.code_runner_cluster, name).security_group}
    (balancer,) = live.internal_load_balancer["SecurityGroups"]
    (host,) = code_runner_host.security_groups(live)
    return {INTERNAL: balancer, RUNNER: host}


def _endpoints(live: Live) -> dict[str, str]:
    filters = [{"Name": "vpc-id", "Values": [live.vpc["VpcId"]]}]
    found = live.client("ec2").describe_vpc_endpoints(Filters=filters)["VpcEndpoints"]
    groups = {group["GroupId"] for endpoint in found for group in endpoint.get("Groups", [])}
    return {ENDPOINTS: groups.pop()} if len(groups) == 1 else {f"{ENDPOINTS} {group}": group for group in groups}


def _expected_ways_in(live: Live) -> dict[str, set[Way]]:
    """What the manifest says of who reaches whom."""
    environment = live.environment
    ways: dict[str, set[Way]] = {
        BALANCER: {(WORLD, p) for p in ((HTTP, HTTPS) if environment.http.public.https else (HTTP,))}
    }
    for name, service in environment.services.items():
        port = service.image.port
        if port is not None:
            ways[name] = {(caller, port) for caller in environment.callers(name)}
            ways[name] |= {(BALANCER, port)} if service.http is not None else set()
        for database in service.uses.databases:
            ways.setdefault(f"database {database}", set()).add((name, environment.databases[database].port))
    runner = environment.code_runner
    if runner is not None and runner.host is not None:
        ways[INTERNAL] = {(caller, HTTP) for caller in environment.code_runner_callers}
        ways[RUNNER] = {(INTERNAL, RUNNER_PORT)}
    elif runner is not None and runner.service:
        ways[RUNNER] = {(caller, RUNNER_PORT) for caller in environment.code_runner_callers}
    # Endpoints admit the network; whoever may leave by HTTPS, or to them, gets there.
    leaving = {name for name, ports in _expected_ways_out(live).items() if HTTPS in ports}
    closed = {RUNNER} if runner is not None and runner.service and not runner.reaches_internet else set()
    ways[ENDPOINTS] = {(name, HTTPS) for name in leaving | closed}
    return ways


def _expected_ways_out(live: Live) -> dict[str, set[int]]:
    """The ports on which something may leave for anywhere: services for AWS and the internet, by HTTPS."""
    ways = {name: {HTTPS} for name in live.environment.services}
    runner = live.environment.code_runner
    if runner is not None and runner.reaches_internet:
        ways[RUNNER] = {HTTP, HTTPS}
    return ways


def _reaching(live: Live, name: str, members: dict[str, str], rules: dict[str, _Rules]) -> Iterator[Way]:
    for rule in rules[name].into:
        for port in _ports(rule):
            if rule.get("CidrIpv4") == "0.0.0.0/0":
                yield WORLD, port
            elif rule.get("CidrIpv6") or rule.get("PrefixListId"):
                yield str(rule.get("CidrIpv6") or rule["PrefixListId"]), port
            for other, group in members.items():
                if other != name and _admits(live, rule, group) and _leaves(live, rules[other], members[name], port):
                    yield other, port


def _admits(live: Live, rule: dict[str, Any], group: str) -> bool:
    """Whether an ingress *rule* lets in what has the security group *group*, which is somewhere in the network."""
    if rule.get("CidrIpv4"):
        return rule["CidrIpv4"] != "0.0.0.0/0" and ip_network(rule["CidrIpv4"]).overlaps(
            ip_network(live.vpc["CidrBlock"])
        )
    return bool(rule.get("ReferencedGroupInfo", {}).get("GroupId") == group)


def _leaves(live: Live, rules: _Rules, to: str, port: int) -> bool:
    network = ip_network(live.vpc["CidrBlock"])
    return any(
        _has(rule, port)
        and (
            rule.get("ReferencedGroupInfo", {}).get("GroupId") == to
            or ("CidrIpv4" in rule and ip_network(rule["CidrIpv4"]).overlaps(network))
        )
        for rule in rules.out
    )


def _range(rule: dict[str, Any]) -> tuple[str, int, int]:
    """Where a rule leads, from which port to which."""
    return str(rule.get("CidrIpv4") or rule["CidrIpv6"]), rule.get("FromPort", -1), rule.get("ToPort", -1)


def _ports(rule: dict[str, Any]) -> range:
    """The ports of a rule; a rule for every protocol has them all, of which the first stands for the rest."""
    if rule["IpProtocol"] == "-1":
        return range(1)
    return range(rule["FromPort"], rule["ToPort"] + 1)


def _has(rule: dict[str, Any], port: int) -> bool:
    return bool(rule["IpProtocol"] == "-1" or rule["FromPort"] <= port <= rule["ToPort"])


def _strangers(live: Live, known: set[str]) -> list[str]:
    """Groups in the network, with ways in, that belong to nothing of the manifest."""
    filters = [{"Name": "vpc-id", "Values": [live.vpc["VpcId"]]}]
    groups = live.client("ec2").describe_security_groups(Filters=filters)["SecurityGroups"]
    return sorted(g["GroupName"] for g in groups if g["GroupId"] not in known and g["IpPermissions"])
