"""The code runner on Fargate: an internal service, with no way out but to what starts a task."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import pytest

from tests.plan.code_runner_cases import CASES, EXISTING, FARGATE, IMAGE, IMAGES, NAMESPACE
from tests.plan.planning import ACCOUNT, Plan, Planner, kept

SERVICE = 'module.fargate["fargate"].'


@pytest.fixture(scope="module")
def plans(planner: Planner) -> dict[str, Plan]:
    return planner.plan("code_runner", CASES, existing=EXISTING, images=IMAGES)


def container(plan: Plan) -> dict[str, Any]:
    (found,) = json.loads(plan[f"{SERVICE}aws_ecs_task_definition.this[0]"]["container_definitions"])
    assert isinstance(found, dict)
    return found


def rules(plan: Plan, direction: str) -> dict[str, Mapping[str, Any]]:
    """The rules of the tasks' security group by address, without the module's."""
    prefix = f"{SERVICE}aws_vpc_security_group_{direction}_rule."
    return {a.removeprefix(prefix): values for a, values in plan.values.items() if a.startswith(prefix)}


def test_nothing_of_the_other_engines_is_made(plans: dict[str, Plan]) -> None:
    plan = plans["fargate_released"]
    assert all(address.startswith(SERVICE) for address in plan.values)
    assert plan.counts["aws_lambda_function"] == plan.counts["aws_ecs_cluster"] == 0
    assert [plan.outputs[n] for n in ("function_name", "qualified_name", "alias_arn", "cluster_name")] == [None] * 4


@pytest.mark.proves("fargate internal service in isolated subnets")
def test_the_service_is_internal_in_the_callers_subnets(plans: dict[str, Plan]) -> None:
    service = plans["fargate_released"][f"{SERVICE}aws_ecs_service.this[0]"]
    (network,) = service["network_configuration"]
    assert sorted(network["subnets"]) == sorted(FARGATE["subnet_ids"])
    assert network["assign_public_ip"] is False
    assert service["load_balancer"] == []
    assert (service["cluster"], service["launch_type"]) == ("example-test", "FARGATE")
    assert service["desired_count"] == 2


def test_callers_find_it_by_name_and_alone_reach_it(plans: dict[str, Plan]) -> None:
    plan = plans["fargate_released"]
    (connect,) = plan[f"{SERVICE}aws_ecs_service.this[0]"]["service_connect_configuration"]
    assert (connect["enabled"], connect["namespace"]) == (True, NAMESPACE)
    (server,) = connect["service"]
    assert server["port_name"] == "runner"
    assert [(a["dns_name"], a["port"]) for a in server["client_alias"]] == [("example-sandbox-released", 8080)]
    assert plan.outputs["url"] == "http://example-sandbox-released:8080"
    (port,) = container(plan)["portMappings"]
    assert (port["name"], port["containerPort"]) == ("runner", 8080)
    assert "appProtocol" not in port, "Service Connect would end every HTTP request after 15 seconds"
    ((address, rule),) = rules(plan, "ingress").items()
    assert address == 'caller["submissions"]'
    assert rule["referenced_security_group_id"] == "sg-0123456789abcdef0"
    assert (rule["ip_protocol"], rule["from_port"], rule["to_port"]) == ("tcp", 8080, 8080)


@pytest.mark.proves("fargate with the four endpoints")
def test_the_only_ways_out_are_the_endpoints_and_s3(plans: dict[str, Plan]) -> None:
    for case in ("fargate", "fargate_released", "fargate_every_option"):
        found = rules(plans[case], "egress")
        assert set(found) == {'to["endpoints"]', 'to["s3"]'}
        assert found['to["endpoints"]']["referenced_security_group_id"] == "sg-0eeeeeeeeeeeeeee0"
        assert found['to["s3"]']["prefix_list_id"] == "pl-0123456789abcdef0"
        assert {(r["ip_protocol"], r["from_port"], r["to_port"]) for r in found.values()} == {("tcp", 443, 443)}
        assert not any(rule.get("cidr_ipv4") for rule in found.values())


@pytest.mark.proves("no permission in the task role")
def test_the_program_may_do_nothing_in_aws(plans: dict[str, Plan]) -> None:
    for case in ("fargate", "fargate_released", "fargate_every_option"):
        statements = plans[case].statements(f"{SERVICE}aws_iam_role_policy.task")
        assert {s["Effect"] for s in statements.values()} == {"Deny"}


@pytest.mark.proves("fargate non-root with a read-only root")
def test_the_program_is_nobody_and_writes_to_scratch_paths_alone(plans: dict[str, Plan]) -> None:
    found = container(plans["fargate_released"])
    assert found["image"] == IMAGE
    assert (found["user"], found["readonlyRootFilesystem"]) == ("1000:1000", True)
    assert found["linuxParameters"]["capabilities"] == {"drop": ["ALL"]}
    assert "privileged" not in found
    assert found["mountPoints"] == [{"sourceVolume": "tmp", "containerPath": "/tmp", "readOnly": False}]
    assert found["secrets"] == []
    assert found["healthCheck"]["command"][:3] == ["CMD", "python3", "-c"]
    assert "http://127.0.0.1:8080/health" in found["healthCheck"]["command"][3]
    assert plans["fargate_released"][f"{SERVICE}aws_ecs_service.this[0]"]["enable_execute_command"] is False
    definition = plans["fargate_released"][f"{SERVICE}aws_ecs_task_definition.this[0]"]
    assert (int(definition["cpu"]), int(definition["memory"])) == (256, 512)
    log = plans["fargate_released"][f"{SERVICE}aws_cloudwatch_log_group.this[0]"]
    assert (log["name"], log["retention_in_days"]) == ("/ecs/example-sandbox-released", 30)


def test_every_option_reaches_its_resource(plans: dict[str, Plan]) -> None:
    plan = plans["fargate_every_option"]
    found = container(plan)
    assert found["user"] == "2000:2000"
    assert found["environment"] == [{"name": "RUNNER_LANGUAGES", "value": "python"}]
    assert found["mountPoints"] == [{"sourceVolume": "work", "containerPath": "/work", "readOnly": False}]
    assert found["healthCheck"]["command"] == ["CMD-SHELL", "wget -q -O - http://127.0.0.1:8080/health"]
    assert found["logConfiguration"]["options"]["awslogs-group"] == "/ecs/example-test/sandbox"
    definition = plan[f"{SERVICE}aws_ecs_task_definition.this[0]"]
    assert (int(definition["cpu"]), int(definition["memory"])) == (1024, 4096)
    assert definition["runtime_platform"][0]["cpu_architecture"] == "ARM64"
    target = plan[f"{SERVICE}aws_appautoscaling_target.this[0]"]
    assert (target["min_capacity"], target["max_capacity"]) == (1, 3)
    policies = {a.rsplit(".", 1)[-1]: v for a, v in plan.values.items() if "aws_appautoscaling_policy" in a}
    assert policies.keys() == {"cpu[0]", "memory[0]"}
    for policy in policies.values():
        (followed,) = policy["target_tracking_scaling_policy_configuration"]
        assert (followed["scale_in_cooldown"], followed["scale_out_cooldown"]) == (120, 60)
    morning = plan[f'{SERVICE}aws_appautoscaling_scheduled_action.this["morning"]']
    assert (morning["schedule"], morning["timezone"]) == ("cron(0 6 * * ? *)", "UTC")
    log = plan[f"{SERVICE}aws_cloudwatch_log_group.this[0]"]
    assert (log["retention_in_days"], log["tags"]) == (60, {"Team": "platform"})
    assert set(rules(plan, "ingress")) == {'caller["grader"]', 'caller["submissions"]'}


def test_the_image_is_pulled_from_its_repository_alone(plans: dict[str, Plan]) -> None:
    statements = plans["fargate_released"].statements(f"{SERVICE}aws_iam_role_policy.execution")
    assert statements["PullImage"]["Resource"] == FARGATE["repository_arn"]
    log = f"arn:aws:logs:us-west-2:{ACCOUNT}:log-group:/ecs/example-sandbox-released"
    assert statements["WriteLog"]["Resource"] == f"{log}:*"


def test_one_more_caller_touches_nothing_else(plans: dict[str, Plan]) -> None:
    assert kept(plans["fargate"], plans["fargate_one_more_caller"]) == {}
    assert plans["fargate_one_more_caller"].values.keys() - plans["fargate"].values.keys() == {
        f'{SERVICE}aws_vpc_security_group_ingress_rule.caller["grader"]'
    }
