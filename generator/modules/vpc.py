"""The network of an environment."""

from __future__ import annotations

from typing import ClassVar

from generator.bindings import functions as fn
from generator.bindings.cloudwatch import CloudwatchLogGroup
from generator.bindings.ec2 import (
    DefaultSecurityGroup,
    Eip,
    FlowLog,
    InternetGateway,
    NatGateway,
    Route,
    RouteTable,
    RouteTableAssociation,
    Subnet,
    VpcEndpoint,
)
from generator.bindings.ec2 import (
    Vpc as AwsVpc,
)
from generator.bindings.iam import IamRole, IamRolePolicy
from generator.bindings.meta import CallerIdentityData, PartitionData, RegionData
from generator.hcl.expression import Expr, each, for_map
from generator.hcl.module import Check, Module, Variable
from generator.hcl.policy import allow, assumed_by, document
from generator.hcl.type_constraint import map_of, set_of
from generator.modules.shared.common import every, log_retention_variable, name_variable, tags_variable


def cidr_checks(name: str) -> list[Check]:
    ranges = Expr(f"var.{name}")
    return [
        (
            every(ranges, lambda _, cidr: fn.can(fn.cidrnetmask(cidr)), names=("_", "cidr")),
            f"{name} must be IPv4 ranges such as 10.0.1.0/24.",
        )
    ]


class Vpc(Module):
    """A VPC with up to three tiers of subnets, each keyed by availability zone.

    Public subnets hold load balancers and NAT gateways, private subnets hold services, and isolated subnets hold code
    that nobody trusts: their route table leads nowhere.

    Zones are named by the caller and never read from a data source, whose order changes with the account. Every subnet,
    route table and gateway is keyed by its zone, so that adding or removing a zone touches nothing else. Network
    traffic is logged unless that is switched off by name, and the VPC's default security group is emptied.
    """

    example: ClassVar = {
        "name": "example-test",
        "cidr": "10.0.0.0/16",
        "public_subnets": {"us-west-2a": "10.0.1.0/24", "us-west-2b": "10.0.2.0/24"},
        "private_subnets": {"us-west-2a": "10.0.10.0/24", "us-west-2b": "10.0.11.0/24"},
        "isolated_subnets": {"us-west-2a": "10.0.20.0/24", "us-west-2b": "10.0.21.0/24"},
        "nat_gateway_zones": ["us-west-2a"],
    }

    name = name_variable()
    cidr = Variable(
        "string",
        "IPv4 range of the VPC, from /16 to /28.",
        checks=lambda v: [
            (
                fn.try_((fn.tonumber(fn.split("/", v)[1]) >= 16) & (fn.tonumber(fn.split("/", v)[1]) <= 28), False)
                & fn.can(fn.cidrnetmask(v)),
                "cidr must be an IPv4 range from /16 to /28, such as 10.0.0.0/16.",
            )
        ],
    )
    public_subnets = Variable(
        map_of("string"), "Range of the public subnet of each zone.", checks=lambda _: cidr_checks("public_subnets")
    )
    private_subnets = Variable(
        map_of("string"),
        "Range of the private subnet of each zone.",
        default={},
        checks=lambda _: cidr_checks("private_subnets"),
    )
    isolated_subnets = Variable(
        map_of("string"),
        "Range of the isolated subnet of each zone: no route leaves the VPC.",
        default={},
        checks=lambda _: cidr_checks("isolated_subnets"),
    )
    nat_gateway_zones = Variable(
        set_of("string"),
        "Zones with a NAT gateway: none, one (cheapest), or all (the loss of a zone then takes no other along).",
        default=[],
        checks=lambda v: [
            (
                fn.length(fn.setsubtract(v, fn.keys(Expr("var.public_subnets")))) == 0,
                "nat_gateway_zones must be zones of public_subnets: a NAT gateway stands in a public subnet.",
            )
        ],
    )
    flow_logs = Variable("bool", "Whether to log the network traffic.", default=True)
    log_retention_days = log_retention_variable("the flow logs")
    tags = tags_variable()

    def build(self) -> None:
        vpc = AwsVpc(
            self,
            "this",
            cidr_block=self.cidr,
            enable_dns_support=True,
            enable_dns_hostnames=True,
            tags=self.named(),
        )
        DefaultSecurityGroup(
            self,
            "this",
            vpc_id=vpc.id,
            tags=self.named("-default"),
            why="Emptied: what forgets to name a security group must reach nothing.",
        )
        with self.file("subnets"):
            public = self.subnets("public", self.public_subnets, vpc)
            private = self.subnets("private", self.private_subnets, vpc)
            isolated = self.subnets("isolated", self.isolated_subnets, vpc)
        with self.file("routes"):
            self.public_routes(vpc, public)
            private_tables = self.private_routes(vpc, public, private)
            self.isolated_routes(vpc, isolated)
            region = RegionData(self, "current")
            self.s3_endpoint(vpc, private_tables, region)
        with self.file("flow_logs"):
            self.flow_log(vpc, region)
        self.output("vpc_id", vpc.id, "ID of the VPC.")
        self.output("cidr", vpc.cidr_block, "IPv4 range of the VPC.")
        for tier, subnets in (("public", public), ("private", private), ("isolated", isolated)):
            self.output(
                f"{tier}_subnet_ids",
                for_map(subnets, lambda zone, s: (zone, s.id), names=("zone", "subnet")),
                f"IDs of the {tier} subnets by zone.",
            )

    def named(self, suffix: str = "") -> Expr:
        """The tags of one resource: the caller's and its name."""
        return fn.merge(self.tags, {"Name": f"{self.name}{suffix}"})

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

    def public_routes(self, vpc: AwsVpc, public: Subnet) -> None:
        gateway = InternetGateway(self, "this", vpc_id=vpc.id, tags=self.named())
        table = RouteTable(self, "public", vpc_id=vpc.id, tags=self.named("-public"))
        Route(self, "internet", route_table_id=table.id, destination_cidr_block="0.0.0.0/0", gateway_id=gateway.id)
        RouteTableAssociation(
            self, "public", for_each=self.public_subnets, route_table_id=table.id, subnet_id=public[each.key].id
        )

    def private_routes(self, vpc: AwsVpc, public: Subnet, private: Subnet) -> RouteTable:
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
        return table

    def isolated_routes(self, vpc: AwsVpc, isolated: Subnet) -> None:
        table = RouteTable(
            self,
            "isolated",
            vpc_id=vpc.id,
            tags=self.named("-isolated"),
            why="No route may ever be added here: what runs in isolated subnets is not trusted.",
        )
        RouteTableAssociation(
            self, "isolated", for_each=self.isolated_subnets, route_table_id=table.id, subnet_id=isolated[each.key].id
        )

    def s3_endpoint(self, vpc: AwsVpc, private_tables: RouteTable, region: RegionData) -> None:
        VpcEndpoint(
            self,
            "s3",
            vpc_id=vpc.id,
            vpc_endpoint_type="Gateway",
            service_name=f"com.amazonaws.{region.id}.s3",
            route_table_ids=private_tables.splat.id,
            tags=self.named("-s3"),
            why="Free, and image layers from the registry do not pay for the NAT gateway.",
        )

    def flow_log(self, vpc: AwsVpc, region: RegionData) -> None:
        wanted = self.flow_logs.then(1, 0)
        caller, partition = CallerIdentityData(self, "current"), PartitionData(self, "current")
        group_arn = f"arn:{partition.partition}:logs:{region.id}:{caller.account_id}:log-group:/aws/vpc/{self.name}"
        group = CloudwatchLogGroup(
            self,
            "flow",
            count=wanted,
            name=f"/aws/vpc/{self.name}",
            retention_in_days=self.log_retention_days,
            tags=self.tags,
        )
        role = IamRole(
            self,
            "flow",
            count=wanted,
            name=f"{self.name}-flow-logs",
            assume_role_policy=assumed_by(
                "vpc-flow-logs.amazonaws.com", {"StringEquals": {"aws:SourceAccount": caller.account_id}}
            ),
            tags=self.tags,
        )
        IamRolePolicy(
            self,
            "flow",
            count=wanted,
            name="write-flow-logs",
            role=role[0].id,
            policy=document(
                allow(
                    "WriteFlowLogs",
                    ["logs:CreateLogStream", "logs:PutLogEvents", "logs:DescribeLogGroups", "logs:DescribeLogStreams"],
                    f"{group_arn}:*",
                )
            ),
        )
        FlowLog(
            self,
            "this",
            count=wanted,
            vpc_id=vpc.id,
            traffic_type="ALL",
            log_destination=group[0].arn,
            iam_role_arn=role[0].arn,
            max_aggregation_interval=60,
            tags=self.named(),
        )
