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
    efs = client("efs")
    yield "file system", _pages(efs, "describe_file_systems", "FileSystems", "FileSystemId")
    yield "access point", _pages(efs, "describe_access_points", "AccessPoints", "AccessPointArn")
    yield "target group", _ids(elb.describe_target_groups(), "TargetGroups", "TargetGroupArn")
    ecs = client("ecs")
    yield "ECS cluster", ecs.list_clusters()["clusterArns"]
    providers = ecs.describe_capacity_providers()["capacityProviders"]
    yield "capacity provider", [p["name"] for p in providers if p["status"] == "ACTIVE"]
    yield "task definition", ecs.list_task_definitions(status="ACTIVE")["taskDefinitionArns"]
    groups = _pages(client("autoscaling"), "describe_auto_scaling_groups", "AutoScalingGroups", "AutoScalingGroupName")
    yield "Auto Scaling group", groups
    yield "namespace", _pages(client("servicediscovery"), "list_namespaces", "Namespaces", "Name")
    scaling = client("application-autoscaling").describe_scalable_targets(ServiceNamespace="ecs")
    yield "scalable target", _ids(scaling, "ScalableTargets", "ResourceId")
    yield "function", _pages(client("lambda"), "list_functions", "Functions", "FunctionName")
    ecr = client("ecr")
    yield "repository", _pages(ecr, "describe_repositories", "repositories", "repositoryName")
    copies = ecr.describe_registry()["replicationConfiguration"]["rules"]
    yield "image copies", [copy["region"] for rule in copies for copy in rule["destinations"]]
    yield "bucket", _ids(client("s3").list_buckets(), "Buckets", "Name")
    yield "table", client("dynamodb").list_tables()["TableNames"]
    yield "log group", _pages(client("logs"), "describe_log_groups", "logGroups", "logGroupName")
    yield from _rds(client("rds"))
    yield from _watching(client)
    yield "parameter", _pages(client("ssm"), "describe_parameters", "Parameters", "Name")
    yield "trail", _ids(client("cloudtrail").list_trails(), "Trails", "Name")
    yield "key alias", _pages(client("kms"), "list_aliases", "Aliases", "AliasName")
    yield "secret", _pages(client("secretsmanager"), "list_secrets", "SecretList", "Name")
    yield "role", _pages(client("iam"), "list_roles", "Roles", "RoleName")
    yield "instance profile", _pages(client("iam"), "list_instance_profiles", "InstanceProfiles", "InstanceProfileName")
    providers_of_identity = client("iam").list_open_id_connect_providers()["OpenIDConnectProviderList"]
    yield "identity provider", [provider["Arn"] for provider in providers_of_identity]
    yield "site", _pages(client("amplify"), "list_apps", "apps", "appId")
    yield "zone", _pages(client("route53"), "list_hosted_zones", "HostedZones", "Name")
    dns = client("route53resolver")
    yield "DNS firewall rule group", _pages(dns, "list_firewall_rule_groups", "FirewallRuleGroups", "Id")
    yield "DNS firewall domain list", _pages(dns, "list_firewall_domain_lists", "FirewallDomainLists", "Id")
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
    yield "network ACL", _pages(ec2, "describe_network_acls", "NetworkAcls", "NetworkAclId")
    yield "launch template", _pages(ec2, "describe_launch_templates", "LaunchTemplates", "LaunchTemplateName")
    # AWS goes on showing an instance for a while after its end, too.
    alive = [{"Name": "instance-state-name", "Values": ["pending", "running", "stopping", "stopped"]}]
    reservations = ec2.describe_instances(Filters=alive)["Reservations"]
    yield "instance", [i["InstanceId"] for reservation in reservations for i in reservation["Instances"]]
    # AWS goes on showing an endpoint for a while after its deletion.
    standing = [{"Name": "vpc-endpoint-state", "Values": ["pending", "available", "deleting", "failed"]}]
    yield "endpoint", _ids(ec2.describe_vpc_endpoints(Filters=standing), "VpcEndpoints", "VpcEndpointId")
    yield "flow log", _pages(ec2, "describe_flow_logs", "FlowLogs", "FlowLogId")


def _rds(rds: Any) -> Iterator[tuple[str, Iterable[str]]]:
    # Snapshots are not counted: the final one is meant to stay.
    yield "database", _pages(rds, "describe_db_instances", "DBInstances", "DBInstanceIdentifier")
    yield "database subnet group", _pages(rds, "describe_db_subnet_groups", "DBSubnetGroups", "DBSubnetGroupName")
    groups = _pages(rds, "describe_db_parameter_groups", "DBParameterGroups", "DBParameterGroupName")
    yield "database parameter group", [name for name in groups if not name.startswith("default.")]


def _watching(client: Clients) -> Iterator[tuple[str, Iterable[str]]]:
    yield "alarm", _pages(client("cloudwatch"), "describe_alarms", "MetricAlarms", "AlarmName")
    yield "dashboard", _pages(client("cloudwatch"), "list_dashboards", "DashboardEntries", "DashboardName")
    yield "topic", _pages(client("sns"), "list_topics", "Topics", "TopicArn")
    yield "event rule", _ids(client("events").list_rules(), "Rules", "Name")
    records = client("xray").get_sampling_rules()["SamplingRuleRecords"]
    yield "sampling rule", [r["SamplingRule"]["RuleName"] for r in records]
    kms = client("kms")
    aliases = kms.get_paginator("list_aliases").paginate()
    # AWS makes a key of its own for each service that first needs one, and it stays.
    managed = {
        a.get("TargetKeyId") for page in aliases for a in page["Aliases"] if a["AliasName"].startswith("alias/aws/")
    }
    keys = [key for key in _pages(kms, "list_keys", "Keys", "KeyId") if key not in managed]
    # AWS keeps a deleted key for some days, in which it can be saved.
    gone = {k for k in keys if kms.describe_key(KeyId=k)["KeyMetadata"]["KeyState"] == "PendingDeletion"}
    yield "key", [key for key in keys if key not in gone]


def _pages(client: Any, operation: str, key: str, name: str) -> list[str]:
    return [item[name] for page in client.get_paginator(operation).paginate() for item in page[key]]


def _ids(answer: dict[str, Any], key: str, name: str) -> list[str]:
    return [item[name] for item in answer[key]]
