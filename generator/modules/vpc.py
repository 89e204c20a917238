"""The network of an environment."""

from __future__ import annotations

from typing import ClassVar

from generator.bindings import functions as fn
from generator.bindings.ec2 import (
    DefaultSecurityGroup,
    Eip,
    InternetGateway,
    NatGateway,
    Route,
    RouteTable,
    RouteTableAssociation,
    SecurityGroup,
    Subnet,
    VpcEndpoint,
)
from generator.bindings.ec2 import (
    Vpc as AwsVpc,
)
from generator.bindings.meta import CallerIdentityData, PartitionData, RegionData
from generator.hcl.expression import Expr, each, for_list, for_map
from generator.hcl.types import Condition
from generator.modules.shared.endpoints import (
    endpoint_domains,
    image_layers_endpoint,
    interface_endpoints,
    s3_endpoint,
)
from generator.modules.shared.flow_logs import flow_log
from generator.modules.shared.isolation import dns_firewall, network_acl
from generator.modules.shared.network_variables import NetworkVariables
from generator.modules.shared.subnet_ranges import TIERS, outside, overlapping, range_of


class Vpc(NetworkVariables):
    """A VPC with up to three tiers of subnets, each keyed by availability zone.

    Public subnets hold load balancers and NAT gateways, private subnets hold services, and isolated subnets hold code
    that nobody trusts: their route table leads nowhere. Without public subnets there is no internet gateway either.

    Zones are named by the caller and never read from a data source, whose order changes with the account. Every subnet,
    route table and gateway is keyed by its zone, so that adding or removing a zone touches nothing else. The range of
    a subnet is given, or null: then it is the part of the VPC's range that belongs to its tier and to the letter of its
    zone, whichever other zones there are. Network traffic is logged unless that is switched off by name, and the VPC's
    default security group is emptied.

    `interface_endpoints` bring services of AWS into the VPC. They admit HTTPS from the VPC's range and, unless a policy
    of the caller's says otherwise, the principals of this account alone: with AWS's own policy, a program could carry
    data out with credentials of another account. Fargate tasks in isolated subnets start with `ecr.api`, `ecr.dkr` and
    `logs` in the isolated tier and `isolated_image_layers`, an S3 endpoint that knows only the bucket of ECR's layers.

    Security groups and network ACLs never see what is asked of the VPC's DNS resolver, which carries data out without
    any route. `dns_firewall_allowed_domains` closes that, for the whole VPC: AWS knows no smaller scope. It fails
    closed, and lets through the names of the interface endpoints; other services of AWS, databases and the names of
    tasks are the caller's to list.
    """

    example: ClassVar = {
        "name": "example-test",
        "cidr": "10.0.0.0/16",
        "public_subnets": {"us-west-2a": "10.0.1.0/24", "us-west-2b": "10.0.2.0/24"},
        "private_subnets": {"us-west-2a": "10.0.10.0/24", "us-west-2b": "10.0.11.0/24"},
        "isolated_subnets": {"us-west-2a": "10.0.20.0/24", "us-west-2b": "10.0.21.0/24"},
        "nat_gateway_zones": ["us-west-2a"],
    }

    def build(self) -> None:
        region, partition = RegionData(self, "current"), PartitionData(self, "current")
        account = CallerIdentityData(self, "current").account_id
        ranges = self.ranges()
        vpc = AwsVpc(
            self,
            "this",
            cidr_block=self.cidr,
            enable_dns_support=True,
            enable_dns_hostnames=True,
            tags=self.named(),
            lifecycle={"precondition": self.preconditions(ranges, region)},
        )
        DefaultSecurityGroup(
            self,
            "this",
            vpc_id=vpc.id,
            tags=self.named("-default"),
            why="Emptied: what forgets to name a security group must reach nothing.",
        )
        with self.file("subnets"):
            subnets = {tier: self.subnets(tier, ranges[tier], vpc) for tier in TIERS}
        with self.file("routes"):
            public_table = self.public_routes(vpc, subnets["public"])
            addresses, private_tables = self.private_routes(vpc, subnets["public"], subnets["private"])
            isolated_table = self.isolated_routes(vpc, subnets["isolated"])
        with self.file("endpoints"):
            s3 = s3_endpoint(self, vpc, private_tables, region)
            image_layers_endpoint(self, vpc, isolated_table, region, partition)
            endpoint_group = interface_endpoints(self, vpc, subnets["private"], subnets["isolated"], region, account)
        with self.file("isolation"):
            network_acl(self, vpc, subnets["isolated"])
            dns_firewall(self, vpc, endpoint_domains(self, region, partition))
        with self.file("flow_logs"):
            flow_log(self, vpc, region, partition, account)
        self.outputs(vpc, subnets, addresses, s3, endpoint_group)
        self.output("public_route_table_id", public_table.attribute_of_one("id"), "Route table of the public tier.")
        self.output(
            "private_route_table_ids",
            for_map(private_tables, lambda zone, t: (zone, t.id), names=("zone", "table")),
            "Route tables of the private tier by zone.",
        )
        self.output("isolated_route_table_id", isolated_table.id, "Route table of the isolated tier.")

    def ranges(self) -> dict[str, Expr]:
        """Declare the map of each tier's ranges by zone."""
        given = {"public": self.public_subnets, "private": self.private_subnets, "isolated": self.isolated_subnets}
        return {
            tier: self.local(
                f"{tier}_ranges",
                for_map(
                    given[tier],
                    lambda zone, cidr, tier=tier: (zone, range_of(self.cidr, tier, zone, cidr)),
                    names=("zone", "cidr"),
                ),
            )
            for tier in TIERS
        }

    def preconditions(self, ranges: dict[str, Expr], region: RegionData) -> list[Condition]:
        zones = fn.distinct(fn.concat(*(fn.keys(r) for r in ranges.values())))
        elsewhere = for_list(
            zones, lambda zone: zone, names=("zone",), when=lambda zone: ~fn.startswith(zone, region.id)
        )
        every_range = self.local("ranges", fn.concat(*(fn.values(r) for r in ranges.values())))
        strays = {
            "zones_elsewhere": fn.join(", ", elsewhere),
            "ranges_outside": outside(self.cidr, every_range),
            "overlapping_ranges": overlapping(every_range),
        }
        found = {name: self.local(name, value) for name, value in strays.items()}
        return [
            {
                "condition": found["zones_elsewhere"] == "",
                "error_message": f"Subnets must be in zones of {region.id}, unlike {found['zones_elsewhere']}.",
            },
            {
                "condition": found["ranges_outside"] == "",
                "error_message": f"Subnets must lie within {self.cidr}, unlike {found['ranges_outside']}.",
            },
            {
                "condition": found["overlapping_ranges"] == "",
                "error_message": f"Subnets must not overlap: {found['overlapping_ranges']}.",
            },
        ]

    def subnets(self, tier: str, ranges: Expr, vpc: AwsVpc) -> Subnet:
        return Subnet(
            self,
            tier,
            for_each=ranges,
            vpc_id=vpc.id,
            availability_zone=each.key,
            cidr_block=each.value,
            # Load balancers and NAT gateways bring their addresses; nothing else belongs in a public subnet.
            map_public_ip_on_launch=False,
            tags=self.named(f"-{tier}-{each.key}"),
        )

    def public_routes(self, vpc: AwsVpc, public: Subnet) -> RouteTable:
        wanted = (fn.length(self.public_subnets) > 0).then(1, 0)
        gateway = InternetGateway(self, "this", count=wanted, vpc_id=vpc.id, tags=self.named())
        table = RouteTable(self, "public", count=wanted, vpc_id=vpc.id, tags=self.named("-public"))
        Route(
            self,
            "internet",
            count=wanted,
            route_table_id=table[0].id,
            destination_cidr_block="0.0.0.0/0",
            gateway_id=gateway[0].id,
        )
        for address in ("aws_internet_gateway.this", "aws_route_table.public", "aws_route.internet"):
            self.moved(address, f"{address}[0]")
        RouteTableAssociation(
            self, "public", for_each=self.public_subnets, route_table_id=table[0].id, subnet_id=public[each.key].id
        )
        return table

    def private_routes(self, vpc: AwsVpc, public: Subnet, private: Subnet) -> tuple[Eip, RouteTable]:
        address = Eip(self, "nat", for_each=self.nat_gateway_zones, domain="vpc", tags=self.named(f"-nat-{each.key}"))
        gateway = NatGateway(
            self,
            "this",
            for_each=self.nat_gateway_zones,
            allocation_id=address[each.key].id,
            subnet_id=public[each.key].id,
            tags=self.named(f"-{each.key}"),
            depends_on=[Expr("aws_route.internet")],
            why="A NAT gateway works only once its subnet reaches the internet.",
        )
        table = RouteTable(
            self, "private", for_each=self.private_subnets, vpc_id=vpc.id, tags=self.named(f"-private-{each.key}")
        )
        own_or_first = fn.contains(self.nat_gateway_zones, each.key).then(each.key, fn.sort(self.nat_gateway_zones)[0])
        Route(
            self,
            "nat",
            for_each=for_map(
                self.private_subnets,
                lambda zone, cidr: (zone, cidr),
                names=("zone", "cidr"),
                when=lambda zone, cidr: fn.length(self.nat_gateway_zones) > 0,
            ),
            route_table_id=table[each.key].id,
            destination_cidr_block="0.0.0.0/0",
            nat_gateway_id=gateway[own_or_first].id,
            why="By the zone's own NAT gateway if it has one: traffic between zones costs money and fails with either.",
        )
        RouteTableAssociation(
            self,
            "private",
            for_each=self.private_subnets,
            route_table_id=table[each.key].id,
            subnet_id=private[each.key].id,
        )
        return address, table

    def isolated_routes(self, vpc: AwsVpc, isolated: Subnet) -> RouteTable:
        table = RouteTable(
            self,
            "isolated",
            vpc_id=vpc.id,
            tags=self.named("-isolated"),
            why="No route out may ever be added here: what runs in isolated subnets is not trusted.",
        )
        RouteTableAssociation(
            self, "isolated", for_each=self.isolated_subnets, route_table_id=table.id, subnet_id=isolated[each.key].id
        )
        return table

    def outputs(
        self,
        vpc: AwsVpc,
        subnets: dict[str, Subnet],
        addresses: Eip,
        s3: VpcEndpoint,
        endpoint_group: SecurityGroup,
    ) -> None:
        self.output("vpc_id", vpc.id, "ID of the VPC.")
        self.output("cidr", vpc.cidr_block, "IPv4 range of the VPC.")
        for tier, subnet in subnets.items():
            self.output(
                f"{tier}_subnet_ids",
                for_map(subnet, lambda zone, s: (zone, s.id), names=("zone", "subnet")),
                f"IDs of the {tier} subnets by zone.",
            )
        self.output(
            "subnet_cidrs",
            {tier: Expr(f"local.{tier}_ranges") for tier in subnets},
            "Ranges of the subnets by tier and zone, given or computed.",
        )
        self.output(
            "nat_public_ips",
            for_map(addresses, lambda zone, a: (zone, a.public_ip), names=("zone", "address")),
            "Addresses by which private subnets reach the internet, by the zone of the NAT gateway.",
        )
        self.output("s3_prefix_list_id", s3.prefix_list_id, "Prefix list of S3, for egress rules of security groups.")
        self.output(
            "endpoint_security_group_id",
            endpoint_group.attribute_of_one("id"),
            "Security group of the interface endpoints; null without any.",
        )
