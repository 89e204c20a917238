"""Environments that somebody changed by hand: the checks say what is no longer as promised."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from generator.rehearsal.checks import Live
from generator.rehearsal.checks.code_runner_host import security_groups
from generator.rehearsal.standing import Standing
from tests.rehearsal.standing import brought_up, checks_of, copied, live

pytestmark = [pytest.mark.slow, pytest.mark.rehearsal(400)]

Spoil = Callable[[Live], Any]


def open_to_the_world(group: str, live: Live) -> None:
    permission = {"IpProtocol": "tcp", "FromPort": 22, "ToPort": 22, "IpRanges": [{"CidrIp": "0.0.0.0/0"}]}
    live.client("ec2").authorize_security_group_ingress(GroupId=group, IpPermissions=[permission])


def task_group(live: Live, service: str) -> str:
    return live.task(live.cluster, live.environment.service_name(service)).security_group


def reached_by(live: Live, whom: str, caller: str, port: int) -> None:
    """Let *caller* reach *whom*, in both of their groups."""
    ec2 = live.client("ec2")
    permission = {"IpProtocol": "tcp", "FromPort": port, "ToPort": port}
    into = {**permission, "UserIdGroupPairs": [{"GroupId": caller}]}
    out = {**permission, "UserIdGroupPairs": [{"GroupId": whom}]}
    ec2.authorize_security_group_ingress(GroupId=whom, IpPermissions=[into])
    ec2.authorize_security_group_egress(GroupId=caller, IpPermissions=[out])


def database(live: Live, **changed: Any) -> None:
    live.client("rds").modify_db_instance(DBInstanceIdentifier="sdt-dev-main", ApplyImmediately=True, **changed)


def database_group(live: Live) -> str:
    (group,) = live.database("main")["VpcSecurityGroups"]
    return str(group["VpcSecurityGroupId"])


def runner_group(live: Live) -> str:
    name = str(live.environment.code_runner_name)
    return live.task(live.environment.code_runner_cluster, name).security_group


def without_cors(live: Live) -> None:
    live.client("s3").delete_bucket_cors(Bucket=live.outputs["bucket_uploads"])


def other_lifecycle(live: Live) -> None:
    rule = {"ID": "all", "Status": "Enabled", "Filter": {}, "Expiration": {"Days": 7}}
    live.client("s3").put_bucket_lifecycle_configuration(
        Bucket=live.outputs["bucket_logs"], LifecycleConfiguration={"Rules": [rule]}
    )


def more_for_the_task(live: Live, service: str) -> None:
    role = live.task(live.cluster, live.environment.service_name(service)).definition["taskRoleArn"].split("/")[-1]
    statement = '{"Sid": "More", "Effect": "Allow", "Action": "s3:*", "Resource": "*"}'
    live.client("iam").put_role_policy(
        RoleName=role, PolicyName="more", PolicyDocument=f'{{"Version": "2012-10-17", "Statement": [{statement}]}}'
    )


def administrator(live: Live, service: str) -> None:
    role = live.task(live.cluster, live.environment.service_name(service)).definition["taskRoleArn"].split("/")[-1]
    iam = live.client("iam")
    document = '{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}'
    arn = iam.create_policy(PolicyName="administrator", PolicyDocument=document)["Policy"]["Arn"]
    iam.attach_role_policy(RoleName=role, PolicyArn=arn)


def without_alarm(live: Live, name: str) -> None:
    live.client("cloudwatch").delete_alarms(AlarmNames=[f"{live.prefix}-{name}"])


def silent_alarm(live: Live, name: str) -> None:
    live.client("cloudwatch").disable_alarm_actions(AlarmNames=[f"{live.prefix}-{name}"])


def without_dashboard(live: Live, name: str) -> None:
    live.client("cloudwatch").delete_dashboards(DashboardNames=[f"{live.prefix}-{name}"])


def without_failed_tasks(live: Live) -> None:
    events = live.client("events")
    for rule in events.list_rules(NamePrefix=f"{live.prefix}-services-failed-tasks")["Rules"]:
        ids = [target["Id"] for target in events.list_targets_by_rule(Rule=rule["Name"])["Targets"]]
        events.remove_targets(Rule=rule["Name"], Ids=ids)


def without_branch(live: Live) -> None:
    app_id = live.outputs["site_frontend_app_id"]
    live.client("amplify").delete_branch(appId=app_id, branchName="develop")


def scheduled(live: Live, service: str) -> None:
    live.client("application-autoscaling").put_scheduled_action(
        ServiceNamespace="ecs",
        ScheduledActionName="extra",
        ResourceId=f"service/{live.cluster}/{live.environment.service_name(service)}",
        ScalableDimension="ecs:service:DesiredCount",
        Schedule="cron(0 0 * * ? *)",
        ScalableTargetAction={"MinCapacity": 0, "MaxCapacity": 0},
    )


def no_longer_scaled(live: Live, service: str) -> None:
    scaling = live.client("application-autoscaling")
    resource = f"service/{live.cluster}/{live.environment.service_name(service)}"
    for policy in scaling.describe_scaling_policies(ServiceNamespace="ecs", ResourceId=resource)["ScalingPolicies"]:
        scaling.delete_scaling_policy(
            PolicyName=policy["PolicyName"],
            ServiceNamespace="ecs",
            ResourceId=resource,
            ScalableDimension="ecs:service:DesiredCount",
        )


def kept_for(live: Live, group: str, days: int) -> None:
    live.client("logs").put_retention_policy(logGroupName=group, retentionInDays=days)


# What is done, and the check that has to notice.
SDT: dict[str, tuple[Spoil, str]] = {
    "class": (lambda live: database(live, DBInstanceClass="db.t3.large"), "database main: class"),
    "storage": (lambda live: database(live, AllocatedStorage=30), "database main: GiB"),
    "backups": (lambda live: database(live, BackupRetentionPeriod=1), "database main: days of backups"),
    "standby": (lambda live: database(live, MultiAZ=True), "database main: standby in another zone"),
    "public database": (lambda live: database(live, PubliclyAccessible=True), "database main: has a public address"),
    "protection": (lambda live: database(live, DeletionProtection=False), "database main: deletion protection"),
    "database for all": (
        lambda live: open_to_the_world(live.database("main")["VpcSecurityGroups"][0]["VpcSecurityGroupId"], live),
        "database main: reached by, on port",
    ),
    "runner for all services": (
        lambda live: reached_by(live, runner_group(live), task_group(live, "auth-service"), 8080),
        "runner: reached by, on port",
    ),
    "runner with a way out": (
        lambda live: live.client("ec2").authorize_security_group_egress(
            GroupId=runner_group(live),
            IpPermissions=[{"IpProtocol": "-1", "IpRanges": [{"CidrIp": "0.0.0.0/0"}]}],
        ),
        "runner: ways out by range",
    ),
    "wider way out": (
        lambda live: live.client("ec2").authorize_security_group_egress(
            GroupId=task_group(live, "content-service"),
            IpPermissions=[
                {"IpProtocol": "tcp", "FromPort": 443, "ToPort": 65535, "Ipv6Ranges": [{"CidrIpv6": "::/0"}]}
            ],
        ),
        "content-service: ways out by range",
    ),
    "stranger": (
        lambda live: open_to_the_world(
            live.client("ec2").create_security_group(
                GroupName="stranger", Description="Of nobody", VpcId=live.vpc["VpcId"]
            )["GroupId"],
            live,
        ),
        "groups whose ways nobody explains",
    ),
    "cross-origin": (without_cors, "bucket uploads: browsers may"),
    "ages": (other_lifecycle, "bucket logs: days until removed"),
    "permissions": (lambda live: more_for_the_task(live, "content-service"), "content-service: may use"),
    "managed policy": (lambda live: administrator(live, "submission-service"), "submission-service: may use"),
    "alarm": (lambda live: without_alarm(live, "database-main-cpu"), "alarms"),
    "silent alarm": (lambda live: silent_alarm(live, "service-auth-service-cpu"), "alarms that tell nobody"),
    "dashboard": (lambda live: without_dashboard(live, "databases"), "dashboards"),
    "failed tasks": (without_failed_tasks, "failed tasks are told to"),
    "branch": (without_branch, "site frontend: branches"),
    "schedule": (lambda live: scheduled(live, "auth-service"), "auth-service: off-hours"),
    "scaling": (lambda live: no_longer_scaled(live, "content-service"), "content-service: scaling holds, %"),
    "retention": (
        lambda live: kept_for(live, "/ecs/sdt-dev/sandbox-runner", 1),
        "code runner: days that logs are kept",
    ),
}


def new_template(live: Live, **changed: Any) -> None:
    ec2 = live.client("ec2")
    (template,) = ec2.describe_launch_templates()["LaunchTemplates"]
    known = {"LaunchTemplateId": template["LaunchTemplateId"]}
    (latest,) = ec2.describe_launch_template_versions(**known, Versions=["$Latest"])["LaunchTemplateVersions"]
    ec2.create_launch_template_version(**known, LaunchTemplateData={**latest["LaunchTemplateData"], **changed})


def setting(live: Live, name: str, value: str) -> None:
    live.client("ssm").put_parameter(Name=name, Value=value, Type="String", Overwrite=True)


def larger_group(live: Live) -> None:
    live.client("autoscaling").update_auto_scaling_group(
        AutoScalingGroupName=live.outputs["code_runner_instances"], MaxSize=3
    )


def other_idle_timeout(live: Live) -> None:
    live.client("elbv2").modify_load_balancer_attributes(
        LoadBalancerArn=live.internal_load_balancer["LoadBalancerArn"],
        Attributes=[{"Key": "idle_timeout.timeout_seconds", "Value": "60"}],
    )


CONTAINRLAB: dict[str, tuple[Spoil, str]] = {
    "setting": (lambda live: setting(live, "/containrlab/SESSION_TTL_SECONDS", "60"), "SESSION_TTL_SECONDS: value"),
    "size of the group": (larger_group, "code runner: instances, least, now and most"),
    "idle timeout": (other_idle_timeout, "code runner: its load balancer outwaits it"),
    "supervisor for web": (
        lambda live: reached_by(live, live.internal_load_balancer["SecurityGroups"][0], task_group(live, "web"), 80),
        "internal load balancer: reached by, on port",
    ),
    "SSH": (lambda live: open_to_the_world(security_groups(live)[0], live), "groups that let in by SSH"),
    "metadata": (
        lambda live: new_template(live, MetadataOptions={"HttpTokens": "optional", "HttpPutResponseHopLimit": 2}),
        "code runner: metadata needs a token (IMDSv2)",
    ),
}


def on_fargate(live: Live) -> None:
    live.client("ecs").update_service(
        cluster=live.cluster,
        service=live.environment.service_name("frontend"),
        capacityProviderStrategy=[{"capacityProvider": "FARGATE", "weight": 1}],
    )


def always_awake(live: Live) -> None:
    scaling = live.client("application-autoscaling")
    for action in scaling.describe_scheduled_actions(ServiceNamespace="ecs")["ScheduledActions"]:
        if "backend" in action["ResourceId"]:
            scaling.delete_scheduled_action(
                **{key: action[key] for key in ("ServiceNamespace", "ScheduledActionName", "ResourceId")},
                ScalableDimension=action["ScalableDimension"],
            )


def removed_secret(live: Live) -> None:
    live.client("secretsmanager").delete_secret(SecretId="counselor/dev/openai-api-key", RecoveryWindowInDays=7)


COUNSELOR: dict[str, tuple[Spoil, str]] = {
    "Spot": (on_fargate, "frontend: running on"),
    "off-hours": (always_awake, "backend: off-hours"),
    "secret": (removed_secret, "counselor/dev/openai-api-key: in removal"),
    "shared log": (lambda live: kept_for(live, "/ecs/counselor-dev", 365), "frontend: days that logs are kept"),
}


@pytest.fixture(scope="module")
def sdt(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Standing]:
    with brought_up("sdt/dev", copied(tmp_path_factory.mktemp("sdt"))) as standing:
        yield standing


@pytest.fixture(scope="module")
def containrlab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Standing]:
    with brought_up("containrlab/prod", copied(tmp_path_factory.mktemp("containrlab"))) as standing:
        yield standing


@pytest.fixture(scope="module")
def counselor(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Standing]:
    with brought_up("counselor/dev", copied(tmp_path_factory.mktemp("counselor"))) as standing:
        yield standing


def spoil_and_notice(standing: Standing, spoil: Spoil, check: str) -> None:
    """The check holds, and no longer does once *spoil* is done. What is spoilt stays so for the tests that follow."""
    before = {c.name: c.passed for c in checks_of(standing)}
    assert [name for name, passed in before.items() if name.endswith(check) and not passed] == []
    spoil(live(standing))
    failed = [c.name for c in checks_of(standing) if not c.passed]
    assert any(name.endswith(check) for name in failed), f"only these failed: {failed}"


@pytest.mark.xdist_group("sdt")
@pytest.mark.parametrize("spoilt", SDT)
def test_what_is_changed_of_sdt_is_noticed(spoilt: str, sdt: Standing) -> None:
    spoil_and_notice(sdt, *SDT[spoilt])


@pytest.mark.xdist_group("containrlab")
@pytest.mark.parametrize("spoilt", CONTAINRLAB)
def test_what_is_changed_of_containrlab_is_noticed(spoilt: str, containrlab: Standing) -> None:
    spoil_and_notice(containrlab, *CONTAINRLAB[spoilt])


@pytest.mark.xdist_group("counselor")
@pytest.mark.parametrize("spoilt", COUNSELOR)
def test_what_is_changed_of_counselor_is_noticed(spoilt: str, counselor: Standing) -> None:
    spoil_and_notice(counselor, *COUNSELOR[spoilt])
