"""What an account holds, counted with boto3: what is there after a destroy that was not there before is left over."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any

Clients = Callable[[str], Any]


def inventory(client: Clients) -> frozenset[str]:
    """Return ``kind name`` of everything in the account that Slipway's modules can make."""
    return frozenset(f"{kind} {name}" for kind, names in _everything(client) for name in names)


def left_over(before: frozenset[str], after: frozenset[str]) -> list[str]:
    """What is there now and was not before, sorted."""
    return sorted(after - before)


def _everything(client: Clients) -> Iterator[tuple[str, Iterable[str]]]:
    yield from _ec2(client("ec2"))
    elb = client("elbv2")
    yield "load balancer", _ids(elb.describe_load_balancers(), "LoadBalancers", "LoadBalancerArn")
    yield "target group", _ids(elb.describe_target_groups(), "TargetGroups", "TargetGroupArn")
    ecs = client("ecs")
    yield "ECS cluster", ecs.list_clusters()["clusterArns"]
    yield "task definition", ecs.list_task_definitions(status="ACTIVE")["taskDefinitionArns"]
    scaling = client("application-autoscaling").describe_scalable_targets(ServiceNamespace="ecs")
    yield "scalable target", _ids(scaling, "ScalableTargets", "ResourceId")
    yield "function", _pages(client("lambda"), "list_functions", "Functions", "FunctionName")
    yield "repository", _pages(client("ecr"), "describe_repositories", "repositories", "repositoryName")
    yield "bucket", _ids(client("s3").list_buckets(), "Buckets", "Name")
    yield "log group", _pages(client("logs"), "describe_log_groups", "logGroups", "logGroupName")
    yield "parameter", _pages(client("ssm"), "describe_parameters", "Parameters", "Name")
    yield "secret", _pages(client("secretsmanager"), "list_secrets", "SecretList", "Name")
    yield "role", _pages(client("iam"), "list_roles", "Roles", "RoleName")
    yield "zone", _pages(client("route53"), "list_hosted_zones", "HostedZones", "Name")
    yield "certificate", _pages(client("acm"), "list_certificates", "CertificateSummaryList", "CertificateArn")


def _ec2(ec2: Any) -> Iterator[tuple[str, Iterable[str]]]:
    yield "VPC", _pages(ec2, "describe_vpcs", "Vpcs", "VpcId")
    yield "subnet", _pages(ec2, "describe_subnets", "Subnets", "SubnetId")
    yield "security group", _pages(ec2, "describe_security_groups", "SecurityGroups", "GroupId")
    yield "route table", _pages(ec2, "describe_route_tables", "RouteTables", "RouteTableId")
    yield "internet gateway", _pages(ec2, "describe_internet_gateways", "InternetGateways", "InternetGatewayId")
    nat = ec2.describe_nat_gateways(Filters=[{"Name": "state", "Values": ["pending", "available", "deleting"]}])
    yield "NAT gateway", _ids(nat, "NatGateways", "NatGatewayId")
    yield "address", _ids(ec2.describe_addresses(), "Addresses", "AllocationId")
    yield "network interface", _pages(ec2, "describe_network_interfaces", "NetworkInterfaces", "NetworkInterfaceId")
    # AWS goes on showing an endpoint for a while after its deletion.
    standing = [{"Name": "vpc-endpoint-state", "Values": ["pending", "available", "deleting", "failed"]}]
    yield "endpoint", _ids(ec2.describe_vpc_endpoints(Filters=standing), "VpcEndpoints", "VpcEndpointId")
    yield "flow log", _pages(ec2, "describe_flow_logs", "FlowLogs", "FlowLogId")


def _pages(client: Any, operation: str, key: str, name: str) -> list[str]:
    return [item[name] for page in client.get_paginator(operation).paginate() for item in page[key]]


def _ids(answer: dict[str, Any], key: str, name: str) -> list[str]:
    return [item[name] for item in answer[key]]
