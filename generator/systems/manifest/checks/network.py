"""Checks of the network: zones, subnets and their CIDRs."""

from __future__ import annotations

from collections.abc import Iterator
from ipaddress import IPv4Network
from itertools import combinations

from generator.systems.manifest.environment import Environment
from generator.systems.manifest.problems import Path, Problem, dotted

_VPC: Path = ("network", "vpc")
_TIERS = ("public", "private", "isolated")


def _tiers(environment: Environment) -> Iterator[tuple[str, tuple[IPv4Network, ...]]]:
    subnets = environment.network.vpc.subnets
    yield from zip(_TIERS, (subnets.public, subnets.private, subnets.isolated), strict=True)


def _subnets(environment: Environment) -> list[tuple[Path, IPv4Network]]:
    return [
        ((*_VPC, "subnets", tier, index), cidr)
        for tier, cidrs in _tiers(environment)
        for index, cidr in enumerate(cidrs)
    ]


def zones_in_region(environment: Environment) -> Iterator[Problem]:
    """Every availability zone belongs to the system's region."""
    for index, zone in enumerate(environment.network.vpc.availability_zones):
        if zone[:-1] != environment.region:
            path = (*_VPC, "availability_zones", index)
            what = f"The zone {zone} is not in the region {environment.region}."
            yield Problem(path, what, f"Write a zone such as {environment.region}a.")


def zones_once(environment: Environment) -> Iterator[Problem]:
    """No availability zone is written twice."""
    zones = environment.network.vpc.availability_zones
    for index, zone in enumerate(zones):
        if zone in zones[:index]:
            path = (*_VPC, "availability_zones", index)
            yield Problem(path, f"The zone {zone} is written twice.", "Name another zone of the region.")


def subnets_match_zones(environment: Environment) -> Iterator[Problem]:
    """Each tier in use has one CIDR per zone."""
    zones = len(environment.network.vpc.availability_zones)
    for tier, cidrs in _tiers(environment):
        if cidrs and len(cidrs) != zones:
            path = (*_VPC, "subnets", tier)
            what = f"{dotted(path)} has {_counted(len(cidrs), 'CIDR')} for {_counted(zones, 'zone')}."
            yield Problem(path, what, "Write one CIDR per availability zone, in the zones' order.")


def subnets_inside_vpc(environment: Environment) -> Iterator[Problem]:
    """Every subnet lies inside the VPC."""
    vpc = environment.network.vpc.cidr
    for path, cidr in _subnets(environment):
        if not cidr.subnet_of(vpc):
            cure = "Write a part of the VPC's range, or another network.vpc.cidr."
            yield Problem(path, f"The subnet {cidr} is outside the VPC's {vpc}.", cure)


def subnets_disjoint(environment: Environment) -> Iterator[Problem]:
    """No two subnets overlap."""
    for (first, one), (second, other) in combinations(_subnets(environment), 2):
        if one.overlaps(other):
            what = f"The subnet {other} overlaps {one} of {dotted(first)}."
            yield Problem(second, what, "Give each subnet a part of its own.")


def tiers_present(environment: Environment) -> Iterator[Problem]:
    """The tiers that services, load balancer, NAT and code runner are placed in exist."""
    subnets = environment.network.vpc.subnets
    behind_load_balancer = any(service.http for service in environment.services.values())
    runner = environment.code_runner
    needs = {
        "public": (behind_load_balancer or environment.network.nat != "none", "the load balancer and NAT gateways"),
        "private": (bool(environment.services), "the services"),
        "isolated": (runner is not None and not runner.reaches_internet, "the code runner"),
    }
    for tier, (needed, who) in needs.items():
        if needed and not getattr(subnets, tier):
            path = (*_VPC, "subnets")
            yield Problem(path, f"{dotted(path)} has no {tier} subnets for {who}.", f"Add {tier}: one CIDR per zone.")


def services_reach_out(environment: Environment) -> Iterator[Problem]:
    """Services have a way out, by which their images and secrets come."""
    if environment.services and environment.network.nat == "none":
        what = "The services cannot fetch their images: the network has no NAT gateway."
        yield Problem(("network", "nat"), what, "Write nat: single, or per_az for one in each zone.")


def load_balancer_zones(environment: Environment) -> Iterator[Problem]:
    """An Application Load Balancer has subnets in two zones, each with room for its addresses (/27)."""
    tiers = _load_balancer_tiers(environment)
    if tiers and len(environment.network.vpc.availability_zones) < 2:
        what = "A load balancer needs at least two availability zones."
        cure = "Name a second zone, and a CIDR for it in each list of subnets."
        yield Problem((*_VPC, "availability_zones"), what, cure)
    for tier in tiers:
        for index, cidr in enumerate(getattr(environment.network.vpc.subnets, tier)):
            if cidr.prefixlen > 27:
                path = (*_VPC, "subnets", tier, index)
                what = f"The {tier} subnet {cidr} is too small for a load balancer."
                yield Problem(path, what, "Use a /27 or larger.")


def _load_balancer_tiers(environment: Environment) -> list[str]:
    """Where load balancers stand: the public one, and the internal one in front of a code runner on EC2."""
    public = any(service.http for service in environment.services.values())
    runner = environment.code_runner
    internal = runner is not None and runner.engine == "ec2"
    return [tier for tier, used in (("public", public), ("private", internal)) if used]


def _counted(number: int, thing: str) -> str:
    return f"{number} {thing}{'' if number == 1 else 's'}"


CHECKS = (
    zones_in_region,
    zones_once,
    subnets_match_zones,
    subnets_inside_vpc,
    subnets_disjoint,
    tiers_present,
    services_reach_out,
    load_balancer_zones,
)
