"""The checks of databases, schedules and Spot, on what boto3 makes: each holds, and each notices another manifest."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from generator.embedded_aws import EmbeddedAws
from generator.rehearsal.checks import databases, reachability, scaling, services
from generator.rehearsal.checks.check import Check, Live
from generator.systems.manifest import Environment, load_manifest

ACCOUNT, REGION, ZONES = "210987654321", "us-west-2", ("us-west-2a", "us-west-2b")
CREDENTIALS = '{"username": "dbadmin", "password": "only-for-this-test-of-it"}'
ROTATES = "database main: RDS keeps and rotates the password"
MANIFEST = """
system: checked
owner: team
region: us-west-2
registries: { repositories: [api] }
network:
  vpc:
    availability_zones: [us-west-2a, us-west-2b]
    cidr: 10.0.0.0/16
    subnets: { public: [10.0.1.0/24, 10.0.2.0/24], private: [10.0.10.0/24, 10.0.11.0/24] }
off_hours: { time_zone: Europe/Berlin }
services:
  api:
    image: { repository: api, port: 8080 }
    count: { spot: 1 }
    uses: { databases: [main] }
databases:
  main:
    version: "15"
    instance_class: db.r5.large
    storage: 100
    name: skills
    backup_retention: 30
    multi_az: true
    managed_password: false
    replicas: { reader: {} }
environments: { test: {} }
"""


@pytest.fixture(scope="module")
def client() -> Iterator[Callable[[str], Any]]:
    with EmbeddedAws.start() as aws:
        yield lambda service: aws.client(service, REGION, ACCOUNT)


def named(name: str, kind: str) -> list[dict[str, Any]]:
    return [{"ResourceType": kind, "Tags": [{"Key": "Name", "Value": name}]}]


@pytest.fixture(scope="module")
def outputs(client: Callable[[str], Any]) -> dict[str, Any]:
    """Make what the manifest says; return what a root module would say of it."""
    ec2, rds, ecs = client("ec2"), client("rds"), client("ecs")
    vpc = ec2.create_vpc(CidrBlock="10.0.0.0/16", TagSpecifications=named("checked-test", "vpc"))["Vpc"]["VpcId"]
    subnets = [
        ec2.create_subnet(
            VpcId=vpc,
            CidrBlock=f"10.0.{10 + n}.0/24",
            AvailabilityZone=zone,
            TagSpecifications=named(f"checked-test-private-{zone}", "subnet"),
        )["Subnet"]["SubnetId"]
        for n, zone in enumerate(ZONES)
    ]
    tasks, guard = (
        ec2.create_security_group(GroupName=name, Description=name, VpcId=vpc)["GroupId"]
        for name in ("tasks", "database")
    )
    everything = {"IpProtocol": "-1", "IpRanges": [{"CidrIp": "0.0.0.0/0"}]}
    for group in (guard, tasks):
        ec2.revoke_security_group_egress(GroupId=group, IpPermissions=[everything])
    port = {"IpProtocol": "tcp", "FromPort": 5432, "ToPort": 5432}
    https = {"IpProtocol": "tcp", "FromPort": 443, "ToPort": 443, "IpRanges": [{"CidrIp": "0.0.0.0/0"}]}
    from_tasks, to_database = ({**port, "UserIdGroupPairs": [{"GroupId": of}]} for of in (tasks, guard))
    ec2.authorize_security_group_ingress(GroupId=guard, IpPermissions=[from_tasks])
    ec2.authorize_security_group_egress(GroupId=tasks, IpPermissions=[to_database, https])
    rds.create_db_subnet_group(DBSubnetGroupName="main", DBSubnetGroupDescription="main", SubnetIds=subnets)
    rds.create_db_instance(
        DBInstanceIdentifier="checked-test-main",
        DBInstanceClass="db.r5.large",
        Engine="postgres",
        EngineVersion="15.4",
        DBName="skills",
        AllocatedStorage=100,
        MasterUsername="dbadmin",
        MasterUserPassword="only-for-this-test",
        BackupRetentionPeriod=30,
        MultiAZ=True,
        StorageEncrypted=True,
        PubliclyAccessible=False,
        DeletionProtection=True,
        DBSubnetGroupName="main",
        VpcSecurityGroupIds=[guard],
    )
    rds.create_db_instance_read_replica(
        DBInstanceIdentifier="checked-test-main-reader",
        SourceDBInstanceIdentifier="checked-test-main",
        DBInstanceClass="db.r5.large",
    )
    secret = client("secretsmanager").create_secret(Name="checked-test-main/credentials", SecretString=CREDENTIALS)
    for log in ("postgresql", "upgrade"):
        group = f"/aws/rds/instance/checked-test-main/{log}"
        client("logs").create_log_group(logGroupName=group)
        client("logs").put_retention_policy(logGroupName=group, retentionInDays=30)
    ecs.create_cluster(clusterName="checked-test", capacityProviders=["FARGATE", "FARGATE_SPOT"])
    made = ecs.register_task_definition(
        family="checked-test-api",
        networkMode="awsvpc",
        requiresCompatibilities=["FARGATE"],
        cpu="256",
        memory="512",
        executionRoleArn=f"arn:aws:iam::{ACCOUNT}:role/execution",
        runtimePlatform={"operatingSystemFamily": "LINUX", "cpuArchitecture": "X86_64"},
        containerDefinitions=[{"name": "main", "image": "api", "essential": True}],
    )
    ecs.create_service(
        cluster="checked-test",
        serviceName="checked-test-api",
        taskDefinition=made["taskDefinition"]["taskDefinitionArn"],
        desiredCount=0,
        capacityProviderStrategy=[{"capacityProvider": "FARGATE_SPOT", "weight": 1}],
        deploymentConfiguration={
            "minimumHealthyPercent": 100,
            "maximumPercent": 200,
            "deploymentCircuitBreaker": {"enable": True, "rollback": True},
        },
        networkConfiguration={"awsvpcConfiguration": {"subnets": subnets, "securityGroups": [tasks]}},
    )
    scaled = {
        "ServiceNamespace": "ecs",
        "ResourceId": "service/checked-test/checked-test-api",
        "ScalableDimension": "ecs:service:DesiredCount",
    }
    autoscaling = client("application-autoscaling")
    autoscaling.register_scalable_target(MinCapacity=1, MaxCapacity=1, **scaled)
    for name, hour, number in (("off-hours", 20, 0), ("working-hours", 8, 1)):
        autoscaling.put_scheduled_action(
            ScheduledActionName=f"checked-test-api-{name}",
            Schedule=f"cron(0 {hour} ? * MON-FRI *)",
            Timezone="Europe/Berlin",
            ScalableTargetAction={"MinCapacity": number, "MaxCapacity": number},
            **scaled,
        )
    return {"database_main_secret": secret["ARN"]}


@pytest.fixture
def checked(
    client: Callable[[str], Any], outputs: dict[str, Any], tmp_path: Any
) -> Callable[[str], tuple[Live, Environment]]:
    def load(text: str) -> tuple[Live, Environment]:
        path = tmp_path / "system.yaml"
        path.write_text(text)
        manifest = load_manifest(path)
        environment = manifest.resolve("test")
        return Live(environment, manifest.account, ACCOUNT, client, outputs), environment

    return load


def of_tasks(live: Live, environment: Environment) -> list[Check]:
    wanted, task = environment.services["api"], live.task("checked-test", "checked-test-api")
    numbers = scaling.number_of_tasks(live, "api", "checked-test", "checked-test-api", wanted.count)
    return [*services.size("api", wanted, task), scaling.runs_on("api", task, wanted.count), *numbers]


def test_every_check_holds(checked: Callable[[str], tuple[Live, Environment]]) -> None:
    live, environment = checked(MANIFEST)
    found = [*databases.checks(live), *reachability.checks(live), *of_tasks(live, environment)]
    assert [check for check in found if not check.passed] == []
    assert len(found) > 20


@pytest.mark.parametrize(
    ("old", "new", "check"),
    [
        ('version: "15"', 'version: "16"', "database main: version"),
        ("    instance_class: db.r5.large", "    instance_class: db.r5.xlarge", "database main: class"),
        ("    instance_class: db.r5.large", "    instance_class: db.r5.xlarge", "replica reader of main: class"),
        ("storage: 100", "storage: 50", "database main: GiB"),
        ("name: skills", "name: others", "database main: is called inside"),
        ("backup_retention: 30", "backup_retention: 7", "database main: days of backups"),
        ("multi_az: true", "multi_az: false", "database main: standby in another zone"),
        (
            "    managed_password: false\n    replicas: { reader: {} }\n",
            "",
            "database main: RDS keeps and rotates the password",
        ),
        ("    replicas: { reader: {} }\n", "", "database main: replicas"),
        ('    version: "15"\n', '    engine: mysql\n    version: "8.0"\n', "database main: reached by, on port"),
        ("count: { spot: 1 }", "count: 1", "api: running on"),
        ("count: { spot: 1 }", "count: { spot: 2 }", "api: off-hours"),
        ("time_zone: Europe/Berlin", "time_zone: UTC", "api: off-hours"),
        ("off_hours: { time_zone: Europe/Berlin }\n", "", "api: off-hours"),
    ],
)
def test_a_check_notices_another_manifest(
    checked: Callable[[str], tuple[Live, Environment]], old: str, new: str, check: str
) -> None:
    assert old in MANIFEST
    live, environment = checked(MANIFEST.replace(old, new))
    found = [*databases.checks(live), *reachability.checks(live), *of_tasks(live, environment)]
    assert check in [each.name for each in found if not each.passed]
