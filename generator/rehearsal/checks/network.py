"""Subnets, routes, NAT and what is closed by default."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from generator.rehearsal.checks.check import Check, Live


def checks(live: Live) -> Iterator[Check]:
    network = live.environment.network
    yield Check("VPC range", live.vpc["CidrBlock"], str(network.vpc.cidr))
    tiers = {
        "public": network.vpc.subnets.public,
        "private": network.vpc.subnets.private,
        "isolated": network.vpc.subnets.isolated,
    }
    for tier, ranges in tiers.items():
        found = {zone: subnet["CidrBlock"] for zone, subnet in sorted(live.subnets[tier].items())}
        expected = dict(zip(network.vpc.availability_zones, map(str, ranges), strict=bool(ranges)))
        yield Check(f"{tier} subnets by zone", found, expected)
    yield from routes(live)
    yield from closed_by_default(live)


def routes(live: Live) -> Iterator[Check]:
    network = live.environment.network
    gateways = _nat_gateways(live)
    zones = network.vpc.availability_zones
    expected_zones = {"none": [], "single": [zones[0]], "per_az": sorted(zones)}[network.nat]
    yield Check("NAT gateways stand in", sorted(gateways.values()), expected_zones)
    for zone, subnet in sorted(live.subnets["public"].items()):
        yield Check(f"public {zone} leads to", _way_out(live, subnet["SubnetId"]), "internet gateway")
    for zone, subnet in sorted(live.subnets["private"].items()):
        nearest = zone if zone in expected_zones else next(iter(expected_zones), None)
        out = _way_out(live, subnet["SubnetId"])
        yield Check(f"private {zone} leads to the NAT gateway of", gateways.get(out, out), nearest or "nowhere")
    for zone, subnet in sorted(live.subnets["isolated"].items()):
        yield Check(f"isolated {zone} leads", _way_out(live, subnet["SubnetId"]), "nowhere")


def closed_by_default(live: Live) -> Iterator[Check]:
    ec2 = live.client("ec2")
    in_vpc = [{"Name": "vpc-id", "Values": [live.vpc["VpcId"]]}]
    default = next(
        g for g in ec2.describe_security_groups(Filters=in_vpc)["SecurityGroups"] if g["GroupName"] == "default"
    )
    yield Check("rules of the default security group", default["IpPermissions"] + default["IpPermissionsEgress"], [])
    logs = ec2.describe_flow_logs(Filters=[{"Name": "resource-id", "Values": [live.vpc["VpcId"]]}])["FlowLogs"]
    expected = [] if live.environment.network.flow_logs is None else ["ALL"]
    yield Check("flow logs record", [log["TrafficType"] for log in logs], expected)
    public_addresses = [s["MapPublicIpOnLaunch"] for tier in live.subnets.values() for s in tier.values()]
    yield Check("subnets that hand out public addresses", sum(public_addresses), 0)


def _nat_gateways(live: Live) -> dict[str, str]:
    """Zones of the VPC's NAT gateways by gateway id."""
    filters = [{"Name": "vpc-id", "Values": [live.vpc["VpcId"]]}, {"Name": "state", "Values": ["available"]}]
    found = live.client("ec2").describe_nat_gateways(Filters=filters)["NatGateways"]
    zones = {s["SubnetId"]: zone for zone, s in live.subnets["public"].items()}
    return {gateway["NatGatewayId"]: zones[gateway["SubnetId"]] for gateway in found}


def _way_out(live: Live, subnet_id: str) -> str:
    """Where the subnet's route table sends what is not in the VPC: a NAT gateway's id, a word, or nowhere."""
    filters = [{"Name": "association.subnet-id", "Values": [subnet_id]}]
    tables: list[dict[str, Any]] = live.client("ec2").describe_route_tables(Filters=filters)["RouteTables"]
    outward = [r for t in tables for r in t["Routes"] if r.get("DestinationCidrBlock") == "0.0.0.0/0"]
    if len(tables) != 1 or len(outward) > 1:
        return f"{len(tables)} route tables with {len(outward)} ways out"
    if not outward:
        return "nowhere"
    if "NatGatewayId" in outward[0]:
        return str(outward[0]["NatGatewayId"])
    return "internet gateway" if outward[0].get("GatewayId", "").startswith("igw-") else "elsewhere"
