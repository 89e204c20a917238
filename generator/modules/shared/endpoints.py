"""The endpoints of a network: AWS's services without a way through the internet."""

from __future__ import annotations

from generator.bindings import functions as fn
from generator.bindings.ec2 import (
    RouteTable,
    SecurityGroup,
    Subnet,
    VpcEndpoint,
    VpcSecurityGroupIngressRule,
)
from generator.bindings.ec2 import (
    Vpc as AwsVpc,
)
from generator.bindings.meta import PartitionData, RegionData
from generator.hcl.expression import Expr, each, for_list, for_map, null
from generator.hcl.policy import Statement, allow, document
from generator.modules.shared.network_variables import NetworkVariables


def s3_endpoint(module: NetworkVariables, vpc: AwsVpc, private_tables: RouteTable, region: RegionData) -> VpcEndpoint:
    return VpcEndpoint(
        module,
        "s3",
        vpc_id=vpc.id,
        vpc_endpoint_type="Gateway",
        service_name=f"com.amazonaws.{region.id}.s3",
        route_table_ids=private_tables.splat.id,
        tags=module.named("-s3"),
        why="Free, and image layers from the registry do not pay for the NAT gateway.",
    )


def image_layers_bucket(region: RegionData) -> str:
    """The bucket from which ECR serves the layers of images."""
    return f"prod-{region.id}-starport-layer-bucket"


def image_layers_endpoint(
    module: NetworkVariables, vpc: AwsVpc, isolated_table: RouteTable, region: RegionData, partition: PartitionData
) -> None:
    VpcEndpoint(
        module,
        "image_layers",
        count=module.isolated_image_layers.then(1, 0),
        vpc_id=vpc.id,
        vpc_endpoint_type="Gateway",
        service_name=f"com.amazonaws.{region.id}.s3",
        route_table_ids=[isolated_table.id],
        policy=document(
            from_anybody(
                allow(
                    "FetchImageLayers",
                    ["s3:GetObject"],
                    f"arn:{partition.partition}:s3:::{image_layers_bucket(region)}/*",
                )
            )
        ),
        tags=module.named("-image-layers"),
        why="Apart from the private tier's, which reaches any bucket. ECR signs the requests with an account of its "
        "own, so that the policy cannot name a principal.",
    )


def from_anybody(statement: Statement) -> Statement:
    """*statement* of a resource's policy that names no principal."""
    return {**statement, "Principal": "*"}


def interface_endpoints(
    module: NetworkVariables, vpc: AwsVpc, private: Subnet, isolated: Subnet, region: RegionData, account: Expr
) -> SecurityGroup:
    wanted = (fn.length(module.interface_endpoints) > 0).then(1, 0)
    group = SecurityGroup(
        module,
        "endpoints",
        count=wanted,
        name=f"{module.name}-endpoints",
        description=f"Interface endpoints of {module.name}",
        vpc_id=vpc.id,
        tags=module.named("-endpoints"),
        why="No way out: an endpoint answers.",
    )
    VpcSecurityGroupIngressRule(
        module,
        "endpoints",
        count=wanted,
        security_group_id=group[0].id,
        description="HTTPS from the VPC",
        ip_protocol="tcp",
        from_port=443,
        to_port=443,
        cidr_ipv4=vpc.cidr_block,
        tags=module.tags,
    )
    ids = module.local(
        "endpoint_subnet_ids",
        {
            tier: for_map(subnets, lambda zone, subnet: (zone, subnet.id), names=("zone", "subnet"))
            for tier, subnets in (("private", private), ("isolated", isolated))
        },
    )
    VpcEndpoint(
        module,
        "interface",
        for_each=module.interface_endpoints,
        vpc_id=vpc.id,
        vpc_endpoint_type="Interface",
        service_name=f"com.amazonaws.{region.id}.{each.key}",
        private_dns_enabled=True,
        subnet_ids=for_list(
            ids[each.value.tier],
            lambda zone, subnet_id: subnet_id,
            names=("zone", "id"),
            when=lambda zone, subnet_id: fn.try_(fn.contains(each.value.zones, zone), True),
        ),
        security_group_ids=[group[0].id],
        policy=(each.value.policy != null).then(each.value.policy, own_principals(account)),
        tags=module.named(f"-{each.key}"),
        why="AWS's own policy would admit anybody's credentials, and so carry data to anybody's account.",
    )
    return group


def own_principals(account: Expr) -> Expr:
    return document(
        from_anybody(
            allow("OwnPrincipals", ["*"], "*", {"StringEquals": {"aws:PrincipalAccount": account}}),
        )
    )


def endpoint_domains(module: NetworkVariables, region: RegionData, partition: PartitionData) -> list[Expr]:
    """The names by which the VPC reaches its endpoints: ecr.api at api.ecr, ecr.dkr at whatever is below dkr.ecr."""
    suffix = f"{region.id}.{partition.dns_suffix}"

    def names(service: Expr) -> list[str]:
        host = f"{fn.join('.', fn.reverse(fn.split('.', service)))}.{suffix}"
        return [host, f"*.{host}"]

    bucket = f"{image_layers_bucket(region)}.s3"
    return [
        fn.flatten(for_list(fn.keys(module.interface_endpoints), names, names=("service",))),
        module.isolated_image_layers.then([f"{bucket}.{suffix}", f"{bucket}.{partition.dns_suffix}"], []),
    ]
