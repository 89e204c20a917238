"""The core of modules/vpc written with the prebuilt AWS bindings, as their user would: what synthesis is compared with.

``python -m benchmarks.prebuilt_vpc DIRECTORY`` writes ``stacks/vpc/cdk.tf.json`` there. It declares more than half of
what generator/modules/vpc.py declares, under the same addresses, and nothing else: benchmarks.synthesis sees to that.
"""

from __future__ import annotations

import sys

from cdktf import (
    App,
    Fn,
    TerraformCount,
    TerraformElement,
    TerraformIterator,
    TerraformOutput,
    TerraformStack,
    TerraformVariable,
    TerraformVariableValidationConfig,
    Token,
)
from cdktf_cdktf_provider_aws.cloudwatch_log_group import CloudwatchLogGroup
from cdktf_cdktf_provider_aws.data_aws_caller_identity import DataAwsCallerIdentity
from cdktf_cdktf_provider_aws.data_aws_partition import DataAwsPartition
from cdktf_cdktf_provider_aws.data_aws_region import DataAwsRegion
from cdktf_cdktf_provider_aws.default_security_group import DefaultSecurityGroup
from cdktf_cdktf_provider_aws.eip import Eip
from cdktf_cdktf_provider_aws.flow_log import FlowLog
from cdktf_cdktf_provider_aws.iam_role import IamRole
from cdktf_cdktf_provider_aws.iam_role_policy import IamRolePolicy
from cdktf_cdktf_provider_aws.internet_gateway import InternetGateway
from cdktf_cdktf_provider_aws.nat_gateway import NatGateway
from cdktf_cdktf_provider_aws.provider import AwsProvider
from cdktf_cdktf_provider_aws.route import Route
from cdktf_cdktf_provider_aws.route_table import RouteTable
from cdktf_cdktf_provider_aws.route_table_association import RouteTableAssociation
from cdktf_cdktf_provider_aws.subnet import Subnet
from cdktf_cdktf_provider_aws.vpc import Vpc
from cdktf_cdktf_provider_aws.vpc_endpoint import VpcEndpoint

STACK = "vpc"
TIERS = ("public", "private", "isolated")
PREFIX = 'tonumber(split("/", var.cidr)[1])'
LOG_RETENTION_DAYS = (
    "1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653"
)


def labelled(label: str, element: TerraformElement) -> None:
    """Put *element* under the address that modules/vpc gives it, in place of one derived from its construct id."""
    element.override_logical_id(label)


class Inputs:
    """The module's variables."""

    def __init__(self, stack: TerraformStack) -> None:
        self.stack = stack
        self.name = self._variable(
            "name",
            "string",
            "Prefix of every name.",
            check=(
                '${can(regex("^[a-z][a-z0-9-]{0,38}[a-z0-9]$", var.name))}',
                "name must be 2 to 40 lower-case letters, digits or hyphens, starting with a letter.",
            ),
        )
        self.cidr = self._variable(
            "cidr",
            "string",
            "IPv4 range of the VPC, from /16 to /28.",
            check=(
                f"${{try({PREFIX} >= 16 && {PREFIX} <= 28, false) && can(cidrnetmask(var.cidr))}}",
                "cidr must be an IPv4 range from /16 to /28, such as 10.0.0.0/16.",
            ),
        )
        self.subnets = {tier: self._subnets(tier) for tier in TIERS}
        self.nat_gateway_zones = self._variable(
            "nat_gateway_zones",
            "set(string)",
            "Zones with a NAT gateway.",
            default=[],
            check=(
                "${length(setsubtract(var.nat_gateway_zones, keys(var.public_subnets))) == 0}",
                "nat_gateway_zones must be zones of public_subnets.",
            ),
        )
        self.flow_logs = self._variable("flow_logs", "bool", "Whether to log the network traffic.", default=True)
        self.log_retention_days = self._variable(
            "log_retention_days",
            "number",
            "Days to keep the flow logs.",
            default=30,
            check=(
                f"${{contains([{LOG_RETENTION_DAYS}], var.log_retention_days)}}",
                "log_retention_days must be one of the periods that CloudWatch Logs offers.",
            ),
        )
        tags = self._variable("tags", "map(string)", "Tags of every resource.", default={})
        self.tags = Token.as_string_map(tags.value)

    def named(self, suffix: str = "") -> dict[str, str]:
        """The tags of one resource: the caller's and its name."""
        merged = Fn.merge([self.tags, {"Name": f"{self.name.string_value}{suffix}"}])
        return dict(Token.as_string_map(merged))

    def each_subnet(self, tier: str) -> TerraformIterator:
        return TerraformIterator.from_map(Token.as_any_map(self.subnets[tier].value))

    def _subnets(self, tier: str) -> TerraformVariable:
        return self._variable(
            f"{tier}_subnets",
            "map(string)",
            f"Range of the {tier} subnet of each zone.",
            default=None if tier == "public" else {},
            check=(
                f"${{alltrue([for _, cidr in var.{tier}_subnets : can(cidrnetmask(cidr))])}}",
                f"{tier}_subnets must be IPv4 ranges such as 10.0.1.0/24.",
            ),
        )

    def _variable(
        self, name: str, kind: str, description: str, default: object = None, check: tuple[str, str] | None = None
    ) -> TerraformVariable:
        checks = [TerraformVariableValidationConfig(condition=check[0], error_message=check[1])] if check else None
        return TerraformVariable(
            self.stack, name, type=kind, description=description, default=default, nullable=False, validation=checks
        )


class Network:
    """The resources and outputs of the module; resources of one name but different types need ids of their own."""

    def __init__(self, stack: TerraformStack, inputs: Inputs) -> None:
        self.stack = stack
        self.inputs = inputs
        AwsProvider(stack, "aws")
        self.region = DataAwsRegion(stack, "region")
        labelled("current", self.region)
        self.vpc = Vpc(
            stack,
            "vpc",
            cidr_block=inputs.cidr.string_value,
            enable_dns_support=True,
            enable_dns_hostnames=True,
            tags=inputs.named(),
        )
        labelled("this", self.vpc)
        labelled(
            "this",
            DefaultSecurityGroup(stack, "default_security_group", vpc_id=self.vpc.id, tags=inputs.named("-default")),
        )
        for tier in TIERS:
            self.subnets(tier)
        self.public_routes()
        self.private_routes()
        self.isolated_routes()
        self.flow_log()
        self.outputs()

    def subnets(self, tier: str) -> None:
        ranges = self.inputs.each_subnet(tier)
        subnet = Subnet(
            self.stack,
            f"{tier}_subnet",
            for_each=ranges,
            vpc_id=self.vpc.id,
            availability_zone=ranges.key,
            cidr_block=Token.as_string(ranges.value),
            map_public_ip_on_launch=False,
            tags=self.inputs.named(f"-{tier}-{ranges.key}"),
        )
        labelled(tier, subnet)

    def association(self, tier: str, route_table_id: str) -> None:
        association = RouteTableAssociation(
            self.stack,
            f"{tier}_association",
            for_each=self.inputs.each_subnet(tier),
            route_table_id=route_table_id,
            subnet_id=f"${{aws_subnet.{tier}[each.key].id}}",
        )
        labelled(tier, association)

    def public_routes(self) -> None:
        gateway = InternetGateway(self.stack, "internet_gateway", vpc_id=self.vpc.id, tags=self.inputs.named())
        labelled("this", gateway)
        table = RouteTable(self.stack, "public_table", vpc_id=self.vpc.id, tags=self.inputs.named("-public"))
        labelled("public", table)
        internet = Route(
            self.stack,
            "internet_route",
            route_table_id=table.id,
            destination_cidr_block="0.0.0.0/0",
            gateway_id=gateway.id,
        )
        labelled("internet", internet)
        self.association("public", table.id)
        zones = TerraformIterator.from_list(self.inputs.nat_gateway_zones.list_value)
        address = Eip(
            self.stack,
            "nat_address",
            for_each=zones,
            domain="vpc",
            tags=self.inputs.named(f"-nat-{Token.as_string(zones.value)}"),
        )
        labelled("nat", address)
        nat = NatGateway(
            self.stack,
            "nat_gateway",
            for_each=zones,
            allocation_id="${aws_eip.nat[each.key].id}",
            subnet_id="${aws_subnet.public[each.key].id}",
            tags=self.inputs.named(f"-{Token.as_string(zones.value)}"),
            depends_on=[internet],
        )
        labelled("this", nat)

    def private_routes(self) -> None:
        zones = self.inputs.each_subnet("private")
        table = RouteTable(
            self.stack,
            "private_table",
            for_each=zones,
            vpc_id=self.vpc.id,
            tags=self.inputs.named(f"-private-{zones.key}"),
        )
        labelled("private", table)
        nat = Route(
            self.stack,
            "nat_route",
            route_table_id="${aws_route_table.private[each.key].id}",
            destination_cidr_block="0.0.0.0/0",
            nat_gateway_id="${aws_nat_gateway.this[contains(var.nat_gateway_zones, each.key) ? each.key :"
            " sort(var.nat_gateway_zones)[0]].id}",
        )
        # An iterator has no filter.
        nat.add_override(
            "for_each",
            "${{ for zone, cidr in var.private_subnets : zone => cidr if length(var.nat_gateway_zones) > 0 }}",
        )
        labelled("nat", nat)
        self.association("private", "${aws_route_table.private[each.key].id}")
        endpoint = VpcEndpoint(
            self.stack,
            "s3_endpoint",
            vpc_id=self.vpc.id,
            vpc_endpoint_type="Gateway",
            service_name=f"com.amazonaws.{self.region.id}.s3",
            route_table_ids=Token.as_list("${values(aws_route_table.private)[*].id}"),
            tags=self.inputs.named("-s3"),
        )
        labelled("s3", endpoint)

    def isolated_routes(self) -> None:
        table = RouteTable(self.stack, "isolated_table", vpc_id=self.vpc.id, tags=self.inputs.named("-isolated"))
        labelled("isolated", table)
        self.association("isolated", table.id)

    def flow_log(self) -> None:
        wanted = TerraformCount.of(Token.as_number("${var.flow_logs ? 1 : 0}"))
        caller = DataAwsCallerIdentity(self.stack, "caller")
        labelled("current", caller)
        partition = DataAwsPartition(self.stack, "partition")
        labelled("current", partition)
        group_name = f"/aws/vpc/{self.inputs.name.string_value}"
        group = CloudwatchLogGroup(
            self.stack,
            "flow_log_group",
            count=wanted,
            name=group_name,
            retention_in_days=self.inputs.log_retention_days.number_value,
            tags=self.inputs.tags,
        )
        labelled("flow", group)
        role = IamRole(
            self.stack,
            "flow_role",
            count=wanted,
            name=f"{self.inputs.name.string_value}-flow-logs",
            assume_role_policy=policy(
                Sid="AssumeRole",
                Effect="Allow",
                Principal={"Service": "vpc-flow-logs.amazonaws.com"},
                Action="sts:AssumeRole",
                Condition={"StringEquals": {"aws:SourceAccount": caller.account_id}},
            ),
            tags=self.inputs.tags,
        )
        labelled("flow", role)
        arn = f"arn:{partition.partition}:logs:{self.region.id}:{caller.account_id}:log-group:{group_name}:*"
        role_policy = IamRolePolicy(
            self.stack,
            "flow_role_policy",
            count=wanted,
            name="write-flow-logs",
            role="${aws_iam_role.flow[0].id}",
            policy=policy(
                Sid="WriteFlowLogs",
                Effect="Allow",
                Action=["logs:CreateLogStream", "logs:PutLogEvents", "logs:DescribeLogStreams"],
                Resource=arn,
            ),
        )
        labelled("flow", role_policy)
        log = FlowLog(
            self.stack,
            "flow_log",
            count=wanted,
            vpc_id=self.vpc.id,
            traffic_type="ALL",
            log_destination="${aws_cloudwatch_log_group.flow[0].arn}",
            iam_role_arn="${aws_iam_role.flow[0].arn}",
            max_aggregation_interval=60,
            tags=self.inputs.named(),
        )
        labelled("this", log)

    def outputs(self) -> None:
        values = {"vpc_id": (self.vpc.id, "ID of the VPC."), "cidr": (self.vpc.cidr_block, "IPv4 range of the VPC.")}
        for tier in TIERS:
            ids = f"${{{{ for zone, subnet in aws_subnet.{tier} : zone => subnet.id }}}}"
            values[f"{tier}_subnet_ids"] = (ids, f"IDs of the {tier} subnets by zone.")
        for name, (value, description) in values.items():
            # A variable has the output's name ("cidr"): the construct ids must differ, the addresses may not.
            labelled(name, TerraformOutput(self.stack, f"output_{name}", value=value, description=description))


def policy(**statement: object) -> str:
    """An IAM policy of one statement, as the Terraform expression that encodes it."""
    return str(Fn.jsonencode({"Version": "2012-10-17", "Statement": [statement]}))


def main() -> None:
    """Emit the module into the directory that the command line names."""
    (outdir,) = sys.argv[1:]
    app = App(outdir=outdir)
    stack = TerraformStack(app, STACK)
    Network(stack, Inputs(stack))
    app.synth()


if __name__ == "__main__":
    main()
