"""The network: what is open, what is public, and what a zone's failure takes with it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import partial
from ipaddress import IPv4Network, ip_network
from itertools import combinations

from generator.policy.network import GROUPS, Opening
from generator.policy.plan import Plan, Resource, joined
from generator.policy.plan.values import Unknown
from generator.policy.platform import Platform
from generator.policy.routing import BALANCERS
from generator.policy.rule import rule
from generator.policy.verdict import Severity, Verdict, every, judge, negated, some

WEB = (80, 443)
REMOTE = {22: "SSH", 3389: "Remote Desktop"}
# What stands in subnets, and must stand in private ones: the type, its subnets.
PRIVATE = (
    ("aws_ecs_service", "network_configuration.0.subnets"),
    ("aws_lambda_function", "vpc_config.0.subnet_ids"),
    ("aws_db_subnet_group", "subnet_ids"),
    ("aws_elasticache_subnet_group", "subnet_ids"),
    ("aws_autoscaling_group", "vpc_zone_identifier"),
    ("aws_instance", "subnet_id"),
)


@rule(
    "PLT-018",
    "Each zone leaves by its own NAT gateway",
    severity=Severity.MEDIUM,
    rationale="Where each zone has a NAT gateway, a route to another zone's pays for the way between them and dies "
    "with a zone that is not its own.",
    document="S5 Network",
    remediation="Route each private table to the NAT gateway in the zone of its subnets.",
)
def nat_is_in_the_same_zone(platform: Platform) -> Iterator[Verdict]:
    plan = platform.plan
    gateways = plan.of_type("aws_nat_gateway")
    zones = {g.address: _zones(plan.links(g, "subnet_id", "aws_subnet").resources) for g in gateways}
    if len({zone for found in zones.values() for zone in found}) < 2:
        return
    for route in plan.of_type("aws_route"):
        if route.get("nat_gateway_id") in (None, ""):
            continue
        gateway = plan.links(route, "nat_gateway_id", "aws_nat_gateway").one
        table = plan.links(route, "route_table_id", "aws_route_table").one
        if gateway is None or table is None:
            yield judge(None, route, "", "nat_gateway_id" if gateway is None else "route_table_id")
            continue
        associations, sure = plan.linking("aws_route_table_association", "route_table_id", table)
        subnets = [s for a in associations for s in plan.links(a, "subnet_id", "aws_subnet").resources]
        others = _zones(subnets) - zones[gateway.address]
        truth = None if "" in others or not sure or "" in zones[gateway.address] else not others
        yield judge(truth, route, f"{', '.join(sorted(others))} leaves by another zone.", "nat_gateway_id")


@rule(
    "PLT-019",
    "Load balancers and databases span two zones",
    severity=Severity.HIGH,
    rationale="AWS refuses a load balancer or a database's subnets in one zone; two subnets of one zone end with it.",
    document="S3, S4, S5 Network",
    remediation="Name subnets of at least two availability zones.",
)
def two_zones(platform: Platform) -> Iterator[Verdict]:
    plan = platform.plan
    for kind, path in (*((kind, "subnets") for kind in BALANCERS), ("aws_db_subnet_group", "subnet_ids")):
        for resource in plan.of_type(kind):
            links = plan.links(resource, path, "aws_subnet")
            found = _zones(links.resources)
            sure = links.exact and not links.outside and len(found) > 0 and "" not in found
            # One or some of them may all be of one zone.
            truth = True if links.certain and len(found - {""}) > 1 else (False if sure else None)
            yield judge(truth, resource, "All its subnets are in one zone.", path)


@rule(
    "PLT-021",
    "Subnets lie in their network and apart from each other",
    severity=Severity.MEDIUM,
    rationale="AWS refuses the others, half-way through an apply.",
    document="S4, S5 Network",
    remediation="Give each subnet a range of its own inside of the VPC's.",
)
def subnets_are_apart(platform: Platform) -> Iterator[Verdict]:
    plan = platform.plan
    for vpc in plan.of_type("aws_vpc"):
        whole = _range(vpc.get("cidr_block"))
        members, _ = plan.linking("aws_subnet", "vpc_id", vpc)
        ranges = [(s, r) for s in members if (r := _range(s.get("cidr_block"))) is not None]
        for subnet in members:
            if isinstance(subnet.get("cidr_block"), Unknown):
                yield judge(None, subnet, "", "cidr_block")
        clashing = {s.address for (s, a), (t, b) in combinations(ranges, 2) if a.overlaps(b) for s in (s, t)}
        for subnet, found in ranges:
            inside = found.subnet_of(whole) if whole else None
            yield judge(inside, subnet, f"{found} is not inside of {whole}.", "cidr_block")
            yield judge(subnet.address not in clashing, subnet, f"{found} overlaps another subnet.", "cidr_block")


@rule(
    "PLT-022",
    "Only load balancers are in public subnets",
    severity=Severity.CRITICAL,
    rationale="What has no public address cannot be reached past the load balancer, whatever a security group says.",
    document="S1, S3, S4, S5 Network",
    remediation="Place it in private subnets and set assign_public_ip, or publicly_accessible, to false.",
    decidable="first plan",
)
def private_things_are_private(platform: Platform) -> Iterator[Verdict]:
    plan = platform.plan
    for kind, path in PRIVATE:
        for resource in plan.of_type(kind):
            links = platform.network.subnets(resource, path)
            if not links.resources and links.exact and not links.outside:
                continue
            public = some([platform.network.is_public(subnet) for subnet in links.resources])
            if public is False and (not links.complete or links.outside):
                public = None
            yield judge(negated(public), resource, "It is in a subnet with a route to the internet gateway.", path)
    for service in plan.of_type("aws_ecs_service"):
        public_ip = service.get("network_configuration.0.assign_public_ip")
        truth = None if isinstance(public_ip, Unknown) else public_ip is not True
        yield judge(truth, service, "Its tasks get public addresses.", "network_configuration.0.assign_public_ip")
    for instance in plan.of_type("aws_instance"):
        # Left out, the subnet decides.
        if instance.get("associate_public_ip_address") is True:
            yield judge(False, instance, "It gets a public address.", "associate_public_ip_address")
    for database in plan.of_type("aws_db_instance", "aws_rds_cluster_instance"):
        open_ = database.get("publicly_accessible")
        truth = None if isinstance(open_, Unknown) else open_ is not True
        yield judge(truth, database, "It gets a public address.", "publicly_accessible")


@rule(
    "PLT-025",
    "The internet reaches load balancers alone, on 80 and 443",
    severity=Severity.CRITICAL,
    rationale="Everything else trusts that a request came through the load balancer.",
    document="S1, S3, S4 Security groups",
    remediation="Admit the load balancer's security group, or ranges of your own, in place of 0.0.0.0/0.",
)
def only_load_balancers_are_open(platform: Platform) -> Iterator[Verdict]:
    plan = platform.plan
    balancers = [b for b in plan.of_type(*BALANCERS) if b.get("internal") is not True]
    links = joined(plan.links(b, "security_groups", "aws_security_group") for b in balancers)
    theirs = {group.address for group in links.resources}
    for group in plan.of_type(*GROUPS):
        openings, _ = platform.network.openings(group, "ingress")
        allowed: bool | None = group.address in theirs or (False if links.complete else None)
        wrong = some([every([o.anywhere, negated(every([allowed, _is_web(o)]))]) for o in openings])
        message = "Every address of the internet is let in, and this is no public load balancer on 80 or 443."
        yield judge(negated(wrong), group, message, "ingress")
    for opening, names in platform.network.elsewhere("ingress"):
        allowed = True if set(names) & set(links.outside) else (False if links.whole else None)
        wrong = every([opening.anywhere, negated(every([allowed, _is_web(opening)]))])
        message = "Every address of the internet is let into a group that exists elsewhere, of no public load balancer."
        yield judge(negated(wrong), opening.source, message, "security_group_id")
    for opening in platform.network.maybe_openings("ingress"):
        if opening.anywhere is not False:
            yield judge(None, opening.source, "", "security_group_id")


@rule(
    "PLT-026",
    "Nobody logs in through an open port",
    severity=Severity.HIGH,
    rationale="Session Manager gives a shell with a name, a reason and a record, and no port.",
    document="S3 Access; decisions 38",
    remediation="Remove the rules for 22 and 3389, and start sessions with AWS Systems Manager.",
)
def no_remote_login(platform: Platform) -> Iterator[Verdict]:
    for group in platform.plan.of_type(*GROUPS):
        judged = partial(platform.network.judged, group, "ingress")
        found = {name: judged(partial(_logs_in, port)) for port, name in REMOTE.items()}
        open_ = [name for name, truth in found.items() if truth]
        truth = negated(some(list(found.values())))
        yield judge(truth, group, f"{' and '.join(open_)} is let in.", "ingress")
    for opening, _ in platform.network.elsewhere("ingress"):
        let_in = some([_logs_in(port, opening) for port in REMOTE])
        yield judge(negated(let_in), opening.source, "A login is let into a group that exists elsewhere.", "")


def _logs_in(port: int, opening: Opening) -> bool | None:
    """A rule for every port between groups is no login; one that names ports, or lets ranges in, is."""
    return every([opening.has(port), some([negated(opening.every_port), opening.from_ranges])])


@rule(
    "PLT-053",
    "The network writes down who spoke to whom",
    severity=Severity.MEDIUM,
    rationale="After an incident, flow logs are the one record of where a program reached.",
    document="S5 Monitoring; decisions, Departures",
    remediation="Add an aws_flow_log for the VPC.",
)
def flow_logs(platform: Platform) -> Iterator[Verdict]:
    for vpc in platform.plan.of_type("aws_vpc"):
        logs, sure = platform.plan.linking("aws_flow_log", "vpc_id", vpc)
        yield judge(True if logs else (False if sure else None), vpc, "It has no flow log.", "")


@rule(
    "PLT-056",
    "Images and traces do not cross the NAT gateway",
    severity=Severity.LOW,
    rationale="Layers of images come from S3: without its gateway endpoint, which is free, each pull is billed by the "
    "NAT gateway, and an isolated subnet has no way to them at all.",
    document="S1 Cost, S3",
    remediation="Add an aws_vpc_endpoint for S3 of type Gateway to the private route tables.",
)
def gateway_to_s3(platform: Platform) -> Iterator[Verdict]:
    plan = platform.plan
    for vpc in plan.of_type("aws_vpc"):
        if not plan.of_type("aws_ecs_service", "aws_lambda_function"):
            continue
        endpoints, sure = plan.linking("aws_vpc_endpoint", "vpc_id", vpc)
        names = [e.get("service_name") for e in endpoints if e.get("vpc_endpoint_type") in (None, "Gateway")]
        found = some([None if isinstance(n, Unknown) else str(n).endswith(".s3") for n in names])
        yield judge(found if found or sure else None, vpc, "It has no gateway endpoint for S3.", "")


@rule(
    "PLT-067",
    "What a security group lets in, the other side lets out",
    severity=Severity.MEDIUM,
    rationale="A way is open where both sides open it. A rule that only one side has is a way that somebody thinks "
    "there is: the deployment hangs until its health checks give up.",
    document="S1, S4 Security groups",
    remediation="Add the egress rule to the caller's group, or remove the ingress rule nobody uses.",
)
def both_sides_open(platform: Platform) -> Iterator[Verdict]:
    plan, network = platform.plan, platform.network
    for group in plan.of_type("aws_security_group"):
        for opening in network.openings(group, "ingress")[0]:
            for peer in opening.peers.resources if opening.peers.exact else ():
                if peer is group:
                    continue
                open_ = network.judged(peer, "egress", partial(_meets, plan, opening, group))
                message = f"{peer.address} does not let out what this lets in from it."
                yield judge(open_, opening.source, message, "referenced_security_group_id")


def _meets(plan: Plan, opening: Opening, group: Resource, out: Opening) -> bool | None:
    """Whether *out* lets out what *opening* lets into *group*."""
    if not opening.ports_known:
        return None
    port = opening.ports[0] if opening.ports else 0
    fits = True if out.every_port else out.has(port)
    ranges = [r for r in (_range(text) for text in out.ranges) if r is not None]
    vpc = plan.links(group, "vpc_id", "aws_vpc").one
    whole = _range(vpc.get("cidr_block")) if vpc else None
    inside = any(r.prefixlen == 0 or (whole is not None and r.overlaps(whole)) for r in ranges)
    reaches = group in out.peers.resources or inside
    if not reaches and not (out.ranges_known and out.peers.exact):
        return every([fits, None])
    return every([fits, reaches])


def _zones(subnets: Iterable[Resource]) -> set[str]:
    """The zones of *subnets*; an empty one stands for those that are not known yet."""
    names = ("availability_zone", "availability_zone_id")
    return {next((v for n in names if isinstance(v := s.get(n), str) and v), "") for s in subnets}


def _range(text: object) -> IPv4Network | None:
    try:
        found = ip_network(str(text), strict=False)
    except ValueError:
        return None
    return found if isinstance(found, IPv4Network) else None


def _is_web(opening: Opening) -> bool | None:
    return some([opening.is_only(port) for port in WEB])
