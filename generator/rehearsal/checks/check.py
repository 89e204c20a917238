"""The shape of a check, and the view of AWS that checks look through."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cache, cached_property
from typing import Any

from generator.errors import RehearsalError
from generator.systems.manifest import Account, Environment


@dataclass(frozen=True)
class Check:
    """One promise: *name* says what, *found* is what AWS answered, *expected* what the manifest says.

    *concern* is the file that asks, such as ``network``.
    """

    name: str
    found: object
    expected: object
    concern: str = ""

    @property
    def passed(self) -> bool:
        return self.found == self.expected


@dataclass
class Live:
    """An environment as it stands in AWS. *client* makes a boto3 client of a service."""

    environment: Environment
    account: Account
    account_id: str
    client: Callable[[str], Any]
    outputs: Mapping[str, Any]
    released: Mapping[str, str] = field(default_factory=dict)
    """Released images by service, ``code-runner`` among them."""

    def __post_init__(self) -> None:
        # Making a client costs more than most questions.
        self.client = cache(self.client)

    @property
    def prefix(self) -> str:
        return self.environment.prefix

    @property
    def cluster(self) -> str:
        return self.environment.cluster_name

    @cached_property
    def vpc(self) -> dict[str, Any]:
        """The environment's VPC, found by its Name tag."""
        found = self.client("ec2").describe_vpcs(Filters=[{"Name": "tag:Name", "Values": [self.prefix]}])["Vpcs"]
        if len(found) != 1:
            raise RehearsalError(f"{len(found)} VPCs are called {self.prefix}")
        return dict(found[0])

    @cached_property
    def subnets(self) -> dict[str, dict[str, dict[str, Any]]]:
        """Subnets by tier and zone; the tier is the middle of the Name tag."""
        filters = [{"Name": "vpc-id", "Values": [self.vpc["VpcId"]]}]
        tiers: dict[str, dict[str, dict[str, Any]]] = {"public": {}, "private": {}, "isolated": {}}
        for subnet in self.client("ec2").describe_subnets(Filters=filters)["Subnets"]:
            name = next(t["Value"] for t in subnet["Tags"] if t["Key"] == "Name")
            tier = name.removeprefix(f"{self.prefix}-").split("-", 1)[0]
            tiers[tier][subnet["AvailabilityZone"]] = subnet
        return tiers

    def subnet_ids(self, tier: str) -> list[str]:
        return sorted(s["SubnetId"] for s in self.subnets[tier].values())

    @cached_property
    def load_balancer(self) -> dict[str, Any]:
        name = self.environment.load_balancer_name
        found = self.client("elbv2").describe_load_balancers(Names=[name])["LoadBalancers"]
        return dict(found[0])

    def task_group(self, service: str) -> str:
        """The security group of the tasks of *service*."""
        return self._group_of(self.cluster, self.environment.service_name(service))

    def runner_group(self) -> str:
        """The security group of a code runner on Fargate."""
        return self._group_of(self.environment.code_runner_cluster, str(self.environment.code_runner_name))

    def _group_of(self, cluster: str, service: str) -> str:
        found = self.client("ecs").describe_services(cluster=cluster, services=[service])["services"][0]
        (group,) = found["networkConfiguration"]["awsvpcConfiguration"]["securityGroups"]
        return str(group)

    def runner_balancer_group(self) -> str:
        """The security group of the load balancer in front of a code runner on EC2."""
        name = self.environment.internal_load_balancer_name
        found = self.client("elbv2").describe_load_balancers(Names=[name])["LoadBalancers"]
        return str(found[0]["SecurityGroups"][0])

    def database(self, name: str, replica: str | None = None) -> dict[str, Any]:
        """The RDS instance of the database *name*, or of one of its replicas."""
        identifier = self.environment.database_identifier(name)
        if replica is not None:
            identifier = f"{identifier}-{replica}"
        found = self.client("rds").describe_db_instances(DBInstanceIdentifier=identifier)["DBInstances"]
        return dict(found[0])

    def security_group_rules(self, group_id: str) -> list[dict[str, Any]]:
        filters = [{"Name": "group-id", "Values": [group_id]}]
        return list(self.client("ec2").describe_security_group_rules(Filters=filters)["SecurityGroupRules"])

    def role_statements(self, role_arn: str) -> dict[str, dict[str, Any]]:
        """The statements of a role's inline policies by their id."""
        iam, role = self.client("iam"), role_arn.rsplit("/", 1)[-1]
        found: dict[str, dict[str, Any]] = {}
        for name in iam.list_role_policies(RoleName=role)["PolicyNames"]:
            document = iam.get_role_policy(RoleName=role, PolicyName=name)["PolicyDocument"]
            found.update({statement["Sid"]: statement for statement in document["Statement"]})
        return found
