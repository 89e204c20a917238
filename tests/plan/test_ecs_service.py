"""A service: least privilege by default, absent until released, counted by autoscaling alone."""

from __future__ import annotations

from collections import Counter
from hashlib import sha1
from typing import Any

import pytest

from tests.plan.ecs_service_cases import (
    BALANCER,
    CASES,
    DROPPED_OF_ROOT,
    EXAMPLE,
    IMAGE,
    PARAMETER,
    RELEASED,
    SECRET,
    SIZED,
    TARGET_GROUP,
    planned,
)
from tests.plan.planning import ACCOUNT, REGION, Plan, Planner, kept


@pytest.fixture(scope="module")
def plans(planner: Planner) -> dict[str, Plan]:
    return planned(planner)


def scaling_policy(plan: Plan, metric: str) -> dict[str, Any]:
    (configuration,) = plan[f"aws_appautoscaling_policy.{metric}[0]"]["target_tracking_scaling_policy_configuration"]
    assert isinstance(configuration, dict)
    return configuration


@pytest.mark.proves("image pointer created by Terraform and ignored", "no output names a task definition revision")
def test_until_the_first_release_there_is_no_task(plans: dict[str, Plan]) -> None:
    plan = plans["example"]
    assert plan.counts == Counter(
        aws_ssm_parameter=1,
        aws_cloudwatch_log_group=1,
        aws_iam_role=2,
        aws_iam_role_policy=2,
        aws_security_group=1,
        aws_vpc_security_group_egress_rule=1,
        terraform_data=1,
    )
    pointer = plan["aws_ssm_parameter.released_image"]
    assert (pointer["name"], pointer["insecure_value"]) == ("/example/test/images/backend", "none")
    assert plan.outputs["released"] is False
    assert plan.output_names == {
        *("name", "service_arn", "task_family", "container_names", "released"),
        *("image_parameter", "sidecar_image_parameters", "security_group_id"),
        *("task_role_arn", "execution_role_arn", "log_group_name", "endpoint"),
    }


def test_a_release_adds_the_task_and_its_scaling_and_leaves_the_pointer_alone(plans: dict[str, Plan]) -> None:
    plan = plans["released"]
    assert plan.counts - plans["example"].counts == Counter(
        aws_ecs_task_definition=1, aws_ecs_service=1, aws_appautoscaling_target=1, aws_appautoscaling_policy=1
    )
    assert plan.actions["aws_ssm_parameter.released_image"] == ["no-op"]
    assert plan.container()["image"] == IMAGE
    assert plan.unknown["aws_ecs_service.this[0]"]["task_definition"] is True
    assert plan.outputs["released"] is True


@pytest.mark.proves("one container", "non-root user", "dropped capabilities")
def test_the_container_has_no_privilege_and_a_read_only_root(plans: dict[str, Plan]) -> None:
    assert plans["released"].container() == {
        "name": "main",
        "image": IMAGE,
        "essential": True,
        "user": "1000:1000",
        "readonlyRootFilesystem": True,
        "linuxParameters": {"capabilities": {"drop": ["ALL"]}, "initProcessEnabled": True},
        "portMappings": [{"containerPort": 3000, "hostPort": 3000, "protocol": "tcp"}],
        "environment": [],
        "secrets": [],
        "mountPoints": [],
        "logConfiguration": {
            "logDriver": "awslogs",
            "options": {
                "awslogs-group": "/ecs/released",
                "awslogs-region": REGION,
                "awslogs-stream-prefix": "ecs",
            },
        },
    }


@pytest.mark.proves("Fargate", "x86_64", "track_latest follows the newest revision")
def test_the_task_is_a_small_one_on_fargate_with_its_own_log(plans: dict[str, Plan]) -> None:
    plan = plans["released"]
    definition = plan["aws_ecs_task_definition.this[0]"]
    assert (definition["requires_compatibilities"], definition["network_mode"]) == (["FARGATE"], "awsvpc")
    assert (definition["cpu"], definition["memory"]) == ("256", "512")
    assert definition["runtime_platform"] == [{"cpu_architecture": "X86_64", "operating_system_family": "LINUX"}]
    assert definition["ephemeral_storage"] == []
    assert definition["track_latest"] is True
    assert plan["aws_cloudwatch_log_group.this[0]"]["retention_in_days"] == 30


@pytest.mark.proves("log group shared with other services")
def test_in_a_log_of_several_services_each_has_streams_of_its_own(plans: dict[str, Plan]) -> None:
    plan = plans["shared_log"]
    assert plan.counts["aws_cloudwatch_log_group"] == 0
    options = {"awslogs-group": "/ecs/example-test", "awslogs-region": REGION, "awslogs-stream-prefix": "shared"}
    assert plan.container()["logConfiguration"]["options"] == options
    (connected,) = plan["aws_ecs_service.this[0]"]["service_connect_configuration"]
    (log,) = connected["log_configuration"]
    assert log["options"] == {**options, "awslogs-stream-prefix": "shared-connect"}
    written = plan.statements("aws_iam_role_policy.execution")["WriteLog"]["Resource"]
    assert written == f"arn:aws:logs:{REGION}:{ACCOUNT}:log-group:/ecs/example-test:*"
    assert plan.outputs["log_group_name"] == "/ecs/example-test"


@pytest.mark.proves("circuit breaker with rollback")
def test_a_failed_deployment_is_rolled_back_and_tasks_stay_private(plans: dict[str, Plan]) -> None:
    service = plans["released"]["aws_ecs_service.this[0]"]
    assert service["deployment_circuit_breaker"] == [{"enable": True, "rollback": True}]
    assert service["launch_type"] == "FARGATE"
    assert service["enable_execute_command"] is False
    (network,) = service["network_configuration"]
    assert network["assign_public_ip"] is False
    assert sorted(network["subnets"]) == sorted(EXAMPLE["subnet_ids"])
    assert service["load_balancer"] == []


@pytest.mark.proves("rolling deployment", "recreate deployment")
def test_rolling_never_has_fewer_tasks_and_recreate_never_more(plans: dict[str, Plan]) -> None:
    def bounds(plan: Plan) -> tuple[int, int, str]:
        service = plan["aws_ecs_service.this[0]"]
        low, high = service["deployment_minimum_healthy_percent"], service["deployment_maximum_percent"]
        return low, high, service["availability_zone_rebalancing"]

    assert bounds(plans["released"]) == (100, 200, "ENABLED")
    # AWS refuses rebalancing where no task may be added.
    assert bounds(plans["fixed"]) == (0, 100, "DISABLED")


def test_a_fixed_count_is_a_minimum_that_equals_the_maximum(plans: dict[str, Plan]) -> None:
    plan = plans["fixed"]
    target = plan["aws_appautoscaling_target.this[0]"]
    assert (target["min_capacity"], target["max_capacity"]) == (1, 1)
    assert target["resource_id"] == "service/example-test/fixed"
    assert plan.counts["aws_appautoscaling_policy"] == 0


@pytest.mark.proves("scaling on CPU")
def test_a_range_follows_the_processor(plans: dict[str, Plan]) -> None:
    plan = plans["released"]
    target = plan["aws_appautoscaling_target.this[0]"]
    assert (target["min_capacity"], target["max_capacity"]) == (1, 10)
    followed = scaling_policy(plan, "cpu")
    assert (followed["target_value"], followed["scale_in_cooldown"], followed["scale_out_cooldown"]) == (70, 120, 60)
    (metric,) = followed["predefined_metric_specification"]
    assert metric["predefined_metric_type"] == "ECSServiceAverageCPUUtilization"


def test_root_keeps_the_few_capabilities_that_a_server_needs(plans: dict[str, Plan]) -> None:
    container = plans["fixed"].container()
    assert container["user"] == "0"
    assert container["linuxParameters"] == {"initProcessEnabled": True, "capabilities": {"drop": DROPPED_OF_ROOT}}
    assert plans["every_option"].container()["linuxParameters"] == container["linuxParameters"]


def test_the_execution_role_pulls_one_repository_and_writes_one_log(plans: dict[str, Plan]) -> None:
    assert plans["released"].statements("aws_iam_role_policy.execution") == {
        # AWS gives it no resource level.
        "LogInToRegistry": {
            "Sid": "LogInToRegistry",
            "Effect": "Allow",
            "Action": ["ecr:GetAuthorizationToken"],
            "Resource": "*",
        },
        "PullImage": {
            "Sid": "PullImage",
            "Effect": "Allow",
            "Action": ["ecr:BatchCheckLayerAvailability", "ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"],
            "Resource": EXAMPLE["repository_arn"],
        },
        "WriteLog": {
            "Sid": "WriteLog",
            "Effect": "Allow",
            "Action": ["logs:CreateLogStream", "logs:PutLogEvents"],
            "Resource": f"arn:aws:logs:{REGION}:{ACCOUNT}:log-group:/ecs/released:*",
        },
    }


def test_the_task_role_may_nothing_and_never_makes_users_or_policies(plans: dict[str, Plan]) -> None:
    assert plans["example"].statements("aws_iam_role_policy.task") == {
        "DenyIAM": {
            "Sid": "DenyIAM",
            "Effect": "Deny",
            "Action": ["iam:CreateUser", "iam:DeleteUser", "iam:CreatePolicy"],
            "Resource": "*",
        }
    }


@pytest.mark.parametrize("role", ["execution", "task"])
def test_only_tasks_of_this_account_and_region_take_the_roles(plans: dict[str, Plan], role: str) -> None:
    (trust,) = plans["example"].statements(f"aws_iam_role.{role}", "assume_role_policy").values()
    assert trust == {
        "Sid": "AssumeRole",
        "Effect": "Allow",
        "Principal": {"Service": "ecs-tasks.amazonaws.com"},
        "Action": "sts:AssumeRole",
        "Condition": {
            "StringEquals": {"aws:SourceAccount": ACCOUNT},
            "ArnLike": {"aws:SourceArn": f"arn:aws:ecs:{REGION}:{ACCOUNT}:*"},
        },
    }


def test_without_a_load_balancer_no_port_is_open(plans: dict[str, Plan]) -> None:
    plan = plans["released"]
    assert plan.counts["aws_vpc_security_group_ingress_rule"] == 0
    rule = plan["aws_vpc_security_group_egress_rule.https[0]"]
    assert (rule["from_port"], rule["to_port"], rule["cidr_ipv4"]) == (443, 443, "0.0.0.0/0")
    assert plan["aws_ecs_service.this[0]"]["health_check_grace_period_seconds"] is None


def test_only_the_load_balancer_reaches_the_port(plans: dict[str, Plan]) -> None:
    plan = plans["fixed"]
    assert plan.counts["aws_vpc_security_group_ingress_rule"] == 1
    way_in = plan["aws_vpc_security_group_ingress_rule.load_balancer[0]"]
    assert (way_in["from_port"], way_in["to_port"]) == (80, 80)
    assert way_in["referenced_security_group_id"] == BALANCER["security_group_id"]
    way_out = plan["aws_vpc_security_group_egress_rule.load_balancer[0]"]
    assert (way_out["from_port"], way_out["security_group_id"]) == (80, BALANCER["security_group_id"])
    service = plan["aws_ecs_service.this[0]"]
    assert [(t["target_group_arn"], t["container_name"], t["container_port"]) for t in service["load_balancer"]] == [
        (TARGET_GROUP, "main", 80)
    ]
    assert service["health_check_grace_period_seconds"] == 60


@pytest.mark.proves("ARM64", "environment variables", "secrets from SSM by ARN", "secrets from Secrets Manager by ARN")
def test_every_option_reaches_the_task(plans: dict[str, Plan]) -> None:
    plan = plans["every_option"]
    definition = plan["aws_ecs_task_definition.this[0]"]
    assert (definition["cpu"], definition["memory"]) == ("512", "4096")
    assert definition["ephemeral_storage"] == [{"size_in_gib": 200}]
    assert definition["runtime_platform"][0]["cpu_architecture"] == "ARM64"
    assert sorted(volume["name"] for volume in definition["volume"]) == ["cache", "scratch"]
    container = plan.container()
    assert container["command"] == ["serve", "--port", "3000"]
    assert container["user"] == "0:0"
    assert container["readonlyRootFilesystem"] is False
    assert {e["name"]: e["value"] for e in container["environment"]} == {"MODE": "test", "PRICE": "${5}"}
    secrets = RELEASED["every_option"]["secrets"]
    assert {s["name"]: s["valueFrom"] for s in container["secrets"]} == secrets
    assert {m["sourceVolume"]: (m["containerPath"], m["readOnly"]) for m in container["mountPoints"]} == {
        "cache": ("/var/cache", False),
        "scratch": ("/scratch", False),
    }


@pytest.mark.parametrize("call", SIZED)
def test_a_task_of_any_size_that_fargate_has_is_planned(plans: dict[str, Plan], call: str) -> None:
    # A precondition of the pointer: a size that Fargate has not is no plan.
    assert plans[call].counts["aws_ssm_parameter"] == 1


@pytest.mark.proves("scaling on memory")
def test_every_option_reaches_the_service(plans: dict[str, Plan]) -> None:
    plan = plans["every_option"]
    service = plan["aws_ecs_service.this[0]"]
    assert service["enable_execute_command"] is True
    assert service["health_check_grace_period_seconds"] == 120
    assert service["tags"] == {"Team": "platform"}
    assert plan["aws_cloudwatch_log_group.this[0]"]["retention_in_days"] == 14
    target = plan["aws_appautoscaling_target.this[0]"]
    assert (target["min_capacity"], target["max_capacity"]) == (2, 4)
    for metric, held, name in (("cpu", 70, "CPU"), ("memory", 80, "Memory")):
        followed = scaling_policy(plan, metric)
        assert (followed["target_value"], followed["scale_in_cooldown"]) == (held, 300)
        assert followed["scale_out_cooldown"] == 30
        (predefined,) = followed["predefined_metric_specification"]
        assert predefined["predefined_metric_type"] == f"ECSServiceAverage{name}Utilization"


def test_options_add_to_the_roles_only_what_they_name(plans: dict[str, Plan]) -> None:
    plan = plans["every_option"]
    execution = plan.statements("aws_iam_role_policy.execution")
    assert set(execution) == {
        *("LogInToRegistry", "PullImage", "WriteLog"),
        *("ReadSecrets", "DecryptParameters", "DecryptSecrets"),
    }
    # Two variables come from one secret, one of them from one key of it.
    assert execution["ReadSecrets"] == {
        "Sid": "ReadSecrets",
        "Effect": "Allow",
        "Action": ["ssm:GetParameters", "secretsmanager:GetSecretValue"],
        "Resource": [PARAMETER, SECRET],
    }
    # Whatever key encrypts them: KMS is told which parameter or secret it is.
    for sid, service, context in (
        ("DecryptParameters", "ssm", {"PARAMETER_ARN": [PARAMETER]}),
        ("DecryptSecrets", "secretsmanager", {"SecretARN": [SECRET]}),
    ):
        assert (execution[sid]["Effect"], execution[sid]["Action"]) == ("Allow", ["kms:Decrypt"])
        assert execution[sid]["Resource"] == f"arn:aws:kms:us-west-2:{ACCOUNT}:key/*"
        assert execution[sid]["Condition"] == {
            "StringEquals": {
                "kms:ViaService": f"{service}.us-west-2.amazonaws.com",
                **{f"kms:EncryptionContext:{key}": arns for key, arns in context.items()},
            }
        }
    task = plan.statements("aws_iam_role_policy.task")
    assert set(task) == {"DenyIAM", "ReadTraces", "OpenShell"}
    assert (task["ReadTraces"]["Action"], task["ReadTraces"]["Resource"]) == (
        ["s3:GetObject"],
        ["arn:aws:s3:::traces/*"],
    )
    assert {action.split(":")[0] for action in task["OpenShell"]["Action"]} == {"ssmmessages"}


def test_the_longest_name_fits_everywhere(plans: dict[str, Plan]) -> None:
    plan = plans["long_name"]
    name = str(CASES["long_name"]["name"])
    digest = sha1(name.encode()).hexdigest()[:8]
    assert plan["aws_iam_role.execution"]["name"] == f"{name[:45]}-{digest}-execution"
    assert plan["aws_iam_role.task"]["name"] == f"{name[:50]}-{digest}-task"
    descriptions = [values["description"] for values in plan.values.values() if values.get("description")]
    assert max(map(len, descriptions)) <= 255
    assert (
        max(len(plan[f"aws_appautoscaling_policy.{metric}[0]"]["name"]) for metric in ("cpu", "memory", "requests"))
        <= 255
    )
    assert len(plan[f'aws_appautoscaling_scheduled_action.this["{"a" * 14}"]']["name"]) <= 256


def test_a_second_metric_adds_its_policy_and_touches_nothing_else(plans: dict[str, Plan]) -> None:
    before, after = plans["released"], plans["also_memory"]
    assert set(after.values) - set(before.values) == {"aws_appautoscaling_policy.memory[0]"}
    # The log exists in one case and is planned in the other.
    differ = {"aws_ssm_parameter.released_image", "aws_cloudwatch_log_group.this[0]"}
    assert set(kept(before, after)) == differ


def test_every_part_of_a_service_belongs_to_it(plans: dict[str, Plan]) -> None:
    plan = plans["every_option"]
    execution, task = plan["aws_iam_role.execution"], plan["aws_iam_role.task"]
    definition, service = plan["aws_ecs_task_definition.this[0]"], plan["aws_ecs_service.this[0]"]
    assert (definition["family"], service["name"], service["cluster"]) == (
        "every-option",
        "every-option",
        "example-test",
    )
    assert (definition["execution_role_arn"], definition["task_role_arn"]) == (execution["arn"], task["arn"])
    assert plan["aws_iam_role_policy.execution"]["role"] == execution["id"] != task["id"]
    assert plan["aws_iam_role_policy.task"]["role"] == task["id"]
    # The group's id is known once it exists.
    assert plan.unknown["aws_ecs_service.this[0]"]["network_configuration"][0]["security_groups"] is True
    own = ["ingress_rule.load_balancer[0]", 'ingress_rule.caller["caller"]', "egress_rule.https[0]"]
    for address in (*own, 'egress_rule.to["database"]'):
        assert plan.unknown[f"aws_vpc_security_group_{address}"]["security_group_id"] is True, address
    way_to_tasks = plan.unknown["aws_vpc_security_group_egress_rule.load_balancer[0]"]
    assert way_to_tasks["referenced_security_group_id"] is True
    roles = [plan.outputs[output] for output in ("task_role_arn", "execution_role_arn")]
    assert roles == [task["arn"], execution["arn"]]
    assert (plan.outputs["log_group_name"], plan.outputs["image_parameter"]) == (
        "/ecs/every-option",
        "/every-option/image",
    )


def test_a_service_starts_with_its_minimum_and_hands_on_its_tags(plans: dict[str, Plan]) -> None:
    service = plans["every_option"]["aws_ecs_service.this[0]"]
    assert (service["desired_count"], service["propagate_tags"]) == (2, "SERVICE")
    assert service["enable_ecs_managed_tags"] is True
    assert plans["released"]["aws_ecs_service.this[0]"]["desired_count"] == 1
    for address in ("aws_ecs_task_definition.this[0]", "aws_appautoscaling_target.this[0]", "aws_iam_role.task"):
        assert plans["every_option"][address]["tags"] == {"Team": "platform"}, address


def test_what_scales_is_the_number_of_tasks_of_the_service(plans: dict[str, Plan]) -> None:
    plan = plans["every_option"]
    scaled = {
        "service_namespace": "ecs",
        "scalable_dimension": "ecs:service:DesiredCount",
        "resource_id": "service/example-test/every-option",
    }
    for address in ("target.this[0]", "policy.cpu[0]", "policy.memory[0]"):
        found = plan[f"aws_appautoscaling_{address}"]
        assert {key: found[key] for key in scaled} == scaled, address
    for metric in ("cpu", "memory"):
        policy = plan[f"aws_appautoscaling_policy.{metric}[0]"]
        assert (policy["name"], policy["policy_type"]) == (f"every-option-{metric}", "TargetTrackingScaling")
