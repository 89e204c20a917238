"""Who can reach whom, computed from security groups, their rules in every form, routes and subnets."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from ipaddress import IPv4Network, IPv6Network, collapse_addresses, ip_network
from typing import Any, Literal

from generator.policy.plan import Links, Plan, Resource
from generator.policy.plan.values import UNKNOWN, Unknown, is_known
from generator.policy.verdict import some

GROUPS = ("aws_security_group", "aws_default_security_group")
DEFAULT_TABLE = "aws_default_route_table"
PREFIX_LIST = "aws_ec2_managed_prefix_list"
# What a block of a route table may say; a plan leaves out blocks that are dynamic, and their files do not.
DESTINATIONS = ("destination_cidr_block", "destination_ipv6_cidr_block", "cidr_block", "ipv6_cidr_block")
ROUTE = ("cidr_block", "ipv6_cidr_block", "destination_prefix_list_id", "gateway_id", "nat_gateway_id")
# Addresses that no route leads to on the internet.
INSIDE = tuple(
    IPv4Network(text)
    for text in ("10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12", "192.168.0.0/16")
)
INSIDE_V6 = (IPv6Network("fc00::/7"), IPv6Network("fe80::/10"))
LAST_PORT = 65535
Direction = Literal["ingress", "egress"]
Way = Literal["internet gateway", "NAT", "none"]


@dataclass(frozen=True)
class Opening:
    """One rule of a security group. *ports* are the first and the last, or None for every protocol and port.

    *ranges* are CIDR ranges, *peers* security groups; *prefix_lists* are AWS's or one's own lists of ranges.
    *ranges_known* and *ports_known* are false where a part is known only after the apply.
    """

    source: Resource
    direction: Direction
    protocol: str
    ports: tuple[int, int] | None
    ranges: tuple[str, ...]
    peers: Links
    prefix_lists: bool
    ranges_known: bool = True
    ports_known: bool = True

    @property
    def anywhere(self) -> bool | None:
        """Whether it opens to every address."""
        if _wide(self.ranges):
            return True
        return False if self.ranges_known else None

    @property
    def outside(self) -> bool | None:
        """Whether it opens to an address of the internet."""
        if _public(self.ranges):
            return True
        return False if self.ranges_known else None

    @property
    def from_ranges(self) -> bool | None:
        """Whether it opens to ranges of addresses, and not to security groups alone."""
        if self.ranges or self.prefix_lists:
            return True
        return False if self.ranges_known else None

    @property
    def every_port(self) -> bool | None:
        if not self.ports_known:
            return None
        return self.ports is None or (self.ports[0] <= 1 and self.ports[1] == LAST_PORT)

    def has(self, port: int) -> bool | None:
        """Whether it opens *port*."""
        if not self.ports_known:
            return None
        return self.ports is None or self.ports[0] <= port <= self.ports[1]

    def is_only(self, port: int) -> bool | None:
        """Whether it opens *port* and no other."""
        return self.ports == (port, port) if self.ports_known else None


@dataclass
class Network:
    """The network of *plan*."""

    plan: Plan

    def openings(self, group: Resource, direction: Direction) -> tuple[list[Opening], bool]:
        """The rules of *group*; and whether no rule of the plan may be its own unseen."""
        return self._by_group[group.address, direction], not self._unplaced[direction]

    def maybe_openings(self, direction: Direction) -> list[Opening]:
        """Rules of which the plan does not know the group."""
        return self._unplaced[direction]

    def elsewhere(self, direction: Direction) -> list[tuple[Opening, tuple[str, ...]]]:
        """Rules of groups that exist elsewhere, with the names of these."""
        return [(o, groups.outside) for o, groups in self._all if o.direction == direction and groups.outside]

    @cached_property
    def _unplaced(self) -> dict[Direction, list[Opening]]:
        found: dict[Direction, list[Opening]] = {"ingress": [], "egress": []}
        for opening, groups in self._all:
            if not groups.exact:
                found[opening.direction].append(opening)
        return found

    @cached_property
    def _by_group(self) -> dict[tuple[str, Direction], list[Opening]]:
        found: dict[tuple[str, Direction], list[Opening]] = defaultdict(list)
        for opening, groups in self._all:
            for group in groups.resources if groups.certain else ():
                found[group.address, opening.direction].append(opening)
        return found

    @cached_property
    def _all(self) -> list[tuple[Opening, Links]]:
        return [*self._rules(), *self._old_rules(), *self._inline_rules()]

    def _rules(self) -> Iterator[tuple[Opening, Links]]:
        directions: tuple[Direction, ...] = ("ingress", "egress")
        for direction in directions:
            for rule in self.plan.of_type(f"aws_vpc_security_group_{direction}_rule"):
                groups = self._groups(rule, "security_group_id")
                ranges = [rule.get("cidr_ipv4"), rule.get("cidr_ipv6"), *self._listed(rule, "prefix_list_id")]
                peer = rule.get("referenced_security_group_id")
                peers = Links() if peer is None else self._groups(rule, "referenced_security_group_id")
                protocol, ports = rule.get("ip_protocol"), (rule.get("from_port"), rule.get("to_port"))
                yield _opening(rule, direction, protocol, ports, ranges, peers, rule.get("prefix_list_id")), groups

    def _old_rules(self) -> Iterator[tuple[Opening, Links]]:
        for rule in self.plan.of_type("aws_security_group_rule"):
            direction: Direction = "egress" if rule.get("type") == "egress" else "ingress"
            groups = self._groups(rule, "security_group_id")
            ranges = [*_list(rule.get("cidr_blocks")), *_list(rule.get("ipv6_cidr_blocks"))]
            ranges += self._listed(rule, "prefix_list_ids")
            peers = Links()
            if rule.get("source_security_group_id") is not None and "source_security_group_id" in {
                *rule.after,
                *(name for name, mark in rule.unknown.items() if mark and self._is_set(rule, name)),
            }:
                peers = self._groups(rule, "source_security_group_id")
            if rule.get("self") is True:
                peers = groups
            protocol, ports = rule.get("protocol"), (rule.get("from_port"), rule.get("to_port"))
            lists = _list(rule.get("prefix_list_ids"))
            yield _opening(rule, direction, protocol, ports, ranges, peers, lists or None), groups

    def _is_set(self, rule: Resource, name: str) -> bool:
        """Computed when it is left out: then the plan's configuration does not have it."""
        return bool(self.plan.mentioned(rule, name, "aws_security_group")) or not self.plan.configuration

    def _inline_rules(self) -> Iterator[tuple[Opening, Links]]:
        directions: tuple[Direction, ...] = ("ingress", "egress")
        for group in self.plan.of_type(*GROUPS):
            own = Links((group,))
            for direction in directions:
                unknown = isinstance(group.get(direction), Unknown)
                if unknown and self.plan.is_written(group, f"{direction}.0.cidr_blocks"):
                    peers = Links(certain=False, complete=False)
                    yield _opening(group, direction, UNKNOWN, (UNKNOWN, UNKNOWN), [UNKNOWN], peers, None), own
                for number, block in enumerate(group.blocks(direction)):
                    ranges = [*_list(block.get("cidr_blocks")), *_list(block.get("ipv6_cidr_blocks"))]
                    ranges += self._listed(group, f"{direction}.{number}.prefix_list_ids")
                    peers = Links()
                    if block.get("security_groups") not in (None, []):
                        peers = self._groups(group, f"{direction}.{number}.security_groups")
                    if block.get("self") is True:
                        peers = Links((*peers.resources, group), peers.certain, peers.complete, peers.outside)
                    ports = (block.get("from_port"), block.get("to_port"))
                    lists = _list(block.get("prefix_list_ids"))
                    yield _opening(group, direction, block.get("protocol"), ports, ranges, peers, lists or None), own

    def _groups(self, resource: Resource, path: str) -> Links:
        """The groups that an argument names, those that AWS made with a network among them."""
        own, default = (self.plan.links(resource, path, kind) for kind in GROUPS)
        if not default.resources:
            return own
        if not own.resources and not set(own.outside) & set(default.outside):
            return default
        outside = tuple(name for name in own.outside if name in default.outside)
        return Links(
            (*own.resources, *default.resources),
            own.certain and default.certain,
            own.complete and default.complete,
            outside,
        )

    def _listed(self, resource: Resource, path: str) -> list[Any]:
        """The ranges of the plan's own prefix lists that the argument at *path* names."""
        found: list[Any] = []
        if resource.get(path) not in (None, "", []):
            for listed in self.plan.links(resource, path, PREFIX_LIST).resources:
                blocks = _list(listed.get("entry"))
                found += [block.get("cidr") if isinstance(block, dict) else UNKNOWN for block in blocks]
                entries, _ = self.plan.linking(f"{PREFIX_LIST}_entry", "prefix_list_id", listed)
                found += [entry.get("cidr") for entry in entries]
        return found

    def judged(self, group: Resource, direction: Direction, test: Callable[[Opening], bool | None]) -> bool | None:
        """Whether *test* holds of a rule of *group*; None where it depends on what is unknown, or on a rule whose group
        the plan does not know."""
        sure, complete = self.openings(group, direction)
        found = some([test(opening) for opening in sure])
        if found is False and not complete:
            return None if any(test(o) is not False for o in self.maybe_openings(direction)) else False
        return found

    def way_out(self, subnet: Resource) -> Way | None:
        """How traffic for the internet leaves *subnet*; None when it is not known."""
        tables, sure = self._tables(subnet)
        if not tables:
            # The VPC's main table, which the plan may not have.
            return None if not sure else self._main_way(subnet)
        (table, *_) = tables
        return self._table_way(table)

    def _tables(self, subnet: Resource) -> tuple[list[Resource], bool]:
        found, sure = self.plan.linking("aws_route_table_association", "subnet_id", subnet)
        tables = [self.plan.links(a, "route_table_id", "aws_route_table").one for a in found]
        return [t for t in tables if t is not None], sure and None not in tables

    def _main_way(self, subnet: Resource) -> Way | None:
        vpc = self.plan.links(subnet, "vpc_id", "aws_vpc").one
        if vpc is None:
            return None
        for association in self.plan.of_type("aws_main_route_table_association"):
            if vpc in self.plan.links(association, "vpc_id", "aws_vpc"):
                table = self.plan.links(association, "route_table_id", "aws_route_table").one
                return None if table is None else self._table_way(table)
        defaults = {default.address: self._is_default_of(default, vpc) for default in self.plan.of_type(DEFAULT_TABLE)}
        own = self._ways_of_main(vpc)
        if not any(truth is not False for truth in defaults.values()):
            return _strongest(own)
        ways = {self._table_way(self.plan.by_address[a]) for a, truth in defaults.items() if truth}
        return _strongest([*own, ways.pop()]) if len(ways) == 1 else None

    def _ways_of_main(self, vpc: Resource) -> list[Way | None]:
        """The ways of routes that are added to the table that AWS made with *vpc*."""
        found: list[Way | None] = []
        for route in self.plan.of_type("aws_route"):
            table = route.get("route_table_id")
            if isinstance(table, str):
                if table in (vpc.get("main_route_table_id"), vpc.get("default_route_table_id")):
                    found.append(self._way(route))
                continue
            owners = self.plan.mentioned(route, "route_table_id", "aws_vpc")
            if vpc in owners:
                found.append(self._way(route) if len(owners) == 1 else None)
            elif not owners and not any(
                self.plan.links(route, "route_table_id", kind).resources for kind in ("aws_route_table", DEFAULT_TABLE)
            ):
                found.append(None)
        return found

    def _is_default_of(self, table: Resource, vpc: Resource) -> bool | None:
        """Whether *table* is the one that AWS made with *vpc*."""
        own, wanted = table.get("default_route_table_id"), vpc.get("default_route_table_id")
        if isinstance(own, str) and isinstance(wanted, str):
            return own == wanted
        named = self.plan.links(table, "default_route_table_id", "aws_vpc")
        return named.one is vpc if named.one else (None if not named.complete or named.outside else vpc in named)

    def _table_way(self, table: Resource) -> Way | None:
        routes, sure = self.plan.linking("aws_route", "route_table_id", table)
        ways: list[Way | None] = [self._way(route) for route in routes]
        ways += [self._way(table, f"route.{number}.") for number, _ in enumerate(table.blocks("route"))]
        unseen = isinstance(table.get("route"), Unknown) and any(
            self.plan.is_written(table, f"route.0.{name}") for name in ROUTE
        )
        return _strongest(ways if sure and not unseen else [*ways, None])

    def _way(self, holder: Resource, block: str = "") -> Way:
        """The way of one route, a resource or a *block* of a table; a route for a part of the world is none."""

        def get(name: str) -> Any:
            return holder.get(f"{block}{name}")

        ranges = [get(n) for n in DESTINATIONS] + self._listed(holder, f"{block}destination_prefix_list_id")
        if is_known(ranges) and not _wide([text for text in ranges if isinstance(text, str)]):
            return "none"
        gateway = get("gateway_id")
        if isinstance(gateway, Unknown) or (gateway and not str(gateway).startswith(("vgw-", "vpce-", "local"))):
            return "internet gateway"
        return "NAT"

    def is_public(self, subnet: Resource) -> bool | None:
        """Whether *subnet* has a route to an internet gateway."""
        way = self.way_out(subnet)
        return None if way is None else way == "internet gateway"

    def subnets(self, resource: Resource, path: str) -> Links:
        return self.plan.links(resource, path, "aws_subnet")


def _strongest(ways: list[Way | None]) -> Way | None:
    """The way by which traffic leaves that has several."""
    order: tuple[Way | None, ...] = ("internet gateway", "NAT", None)
    return next((way for way in order if way in ways), "none")


def _opening(
    source: Resource,
    direction: Direction,
    protocol: Any,
    ports: tuple[Any, Any],
    ranges: list[Any],
    peers: Links,
    lists: Any,
) -> Opening:
    every = protocol in ("-1", "all")
    every_port = every or not all(isinstance(port, int) and port >= 0 for port in ports)
    return Opening(
        source,
        direction,
        str(protocol),
        None if every_port else (ports[0], ports[1]),
        tuple(text for text in ranges if isinstance(text, str)),
        peers,
        lists is not None,
        ranges_known=is_known(ranges),
        ports_known=every or is_known([protocol, *ports]),
    )


def _list(value: Any) -> list[Any]:
    if isinstance(value, Unknown):
        return [UNKNOWN]
    return list(value) if isinstance(value, list) else []


def _public(ranges: Iterable[str]) -> list[IPv4Network | IPv6Network]:
    """Those of *ranges* that hold addresses of the internet, none of them twice."""
    four: list[IPv4Network] = []
    six: list[IPv6Network] = []
    for text in ranges:
        try:
            network = ip_network(text, strict=False)
        except ValueError:
            continue
        if isinstance(network, IPv4Network):
            four += [] if any(network.subnet_of(inside) for inside in INSIDE) else [network]
        else:
            six += [] if any(network.subnet_of(inside) for inside in INSIDE_V6) else [network]
    return [*collapse_addresses(four), *collapse_addresses(six)]


def _wide(ranges: Iterable[str]) -> bool:
    """Whether *ranges* hold a great part of all addresses: two halves, or 0.0.0.0/1, are the world as well."""
    sizes = {4: 0, 6: 0}
    for network in _public(ranges):
        sizes[network.version] += network.num_addresses
    return sizes[4] >= 1 << 24 or sizes[6] >= 1 << 112
