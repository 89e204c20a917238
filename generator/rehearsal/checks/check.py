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

    *concern* is the file that asks, such as ``network``. *stub* says that the embedded AWS only claims what AWS would
    do here: it starts no task, validates no certificate, copies no image. A setting that is read back is no stub.
    """

    name: str
    found: object
    expected: object
    concern: str = ""
    stub: bool = False

    @property
    def passed(self) -> bool:
        return self.found == self.expected


@dataclass(frozen=True)
class Task:
    """A service of ECS as DescribeServices answers it, and its task definition."""

    service: dict[str, Any]
    definition: dict[str, Any]

    @property
    def main(self) -> dict[str, Any]:
        """The container of the service's own image."""
        return next(dict(c) for c in self.definition["containerDefinitions"] if c["name"] == "main")

    @property
    def network(self) -> dict[str, Any]:
        return dict(self.service["networkConfiguration"]["awsvpcConfiguration"])

    @property
    def security_group(self) -> str:
        (group,) = self.network["securityGroups"]
        return str(group)


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
    _tasks: dict[tuple[str, str], Task] = field(default_factory=dict)

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

    @cached_property
    def internal_load_balancer(self) -> dict[str, Any]:
        """The load balancer in front of a code runner on a host of its own."""
        name = self.environment.internal_load_balancer_name
        found = self.client("elbv2").describe_load_balancers(Names=[name])["LoadBalancers"]
        return dict(found[0])

    def task(self, cluster: str, service: str) -> Task:
        """The service *service* of ECS with its task definition; asked for once."""
        if (cluster, service) not in self._tasks:
            ecs = self.client("ecs")
            found = ecs.describe_services(cluster=cluster, services=[service])["services"]
            if not found:
                raise RehearsalError(f"the cluster {cluster} has no service {service}")
            definition = ecs.describe_task_definition(taskDefinition=found[0]["taskDefinition"])["taskDefinition"]
            self._tasks[cluster, service] = Task(found[0], definition)
        return self._tasks[cluster, service]

    def database(self, name: str, replica: str | None = None) -> dict[str, Any]:
        """The RDS instance of the database *name*, or of one of its replicas."""
        identifier = self.environment.database_identifier(name)
        if replica is not None:
            identifier = f"{identifier}-{replica}"
        found = self.client("rds").describe_db_instances(DBInstanceIdentifier=identifier)["DBInstances"]
        return dict(found[0])

    def secret_of(self, database: dict[str, Any]) -> str:
        """The ARN of the secret with the master user of *database*: RDS's own, or the one beside it."""
        managed = database.get("MasterUserSecret")
        if managed:
            return str(managed["SecretArn"])
        name = f"{database['DBInstanceIdentifier']}/credentials"
        return str(self.client("secretsmanager").describe_secret(SecretId=name)["ARN"])

    def kept_days(self, group: str) -> int | None:
        """Days that the log group *group* keeps events; None when there is none, or when it keeps them for ever."""
        found = self.client("logs").describe_log_groups(logGroupNamePrefix=group)["logGroups"]
        return next((g.get("retentionInDays") for g in found if g["logGroupName"] == group), None)

    def security_group_rules(self, group_id: str) -> list[dict[str, Any]]:
        filters = [{"Name": "group-id", "Values": [group_id]}]
        return list(self.client("ec2").describe_security_group_rules(Filters=filters)["SecurityGroupRules"])

    def role_statements(self, role_arn: str) -> dict[str, dict[str, Any]]:
        """The statements of a role's policies by their id; those without one by their policy's name and number."""
        iam, role = self.client("iam"), role_arn.rsplit("/", 1)[-1]
        documents = {
            name: iam.get_role_policy(RoleName=role, PolicyName=name)["PolicyDocument"]
            for name in iam.list_role_policies(RoleName=role)["PolicyNames"]
        }
        for attached in iam.list_attached_role_policies(RoleName=role)["AttachedPolicies"]:
            arn = attached["PolicyArn"]
            version = iam.get_policy(PolicyArn=arn)["Policy"]["DefaultVersionId"]
            policy = iam.get_policy_version(PolicyArn=arn, VersionId=version)["PolicyVersion"]
            documents[attached["PolicyName"]] = policy["Document"]
        return {
            statement.get("Sid") or f"{name} {number}": statement
            for name, document in documents.items()
            for number, statement in enumerate(document["Statement"], 1)
        }
