"""The code runner with each engine: applied, released, changed without a word in the next plan, and destroyed."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.rehearsal.embedded_aws.cloud import Cloud
from tests.rehearsal.modules.applied import Applied, applied

pytestmark = [pytest.mark.slow, pytest.mark.rehearsal(150)]

POINTER = "/example/test/images/runner"
SERVICE_IMAGE = f"123456789012.dkr.ecr.us-west-2.amazonaws.com/example/runner@sha256:{'a' * 64}"
NETWORK = """
resource "aws_vpc" "this" {
  cidr_block = "10.0.0.0/16"
}

resource "aws_subnet" "this" {
  vpc_id     = aws_vpc.this.id
  cidr_block = "10.0.10.0/24"
}
"""
CALLERS = """
resource "aws_iam_role" "caller" {
  for_each = toset(["backend", "grader"])

  name = each.key
  assume_role_policy = jsonencode({
    Version   = "2012-10-17"
    Statement = [{ Effect = "Allow", Principal = { Service = "ecs-tasks.amazonaws.com" }, Action = "sts:AssumeRole" }]
  })
}

resource "aws_sns_topic" "this" {
  name = "example"
}
"""
AROUND_SERVICES = """
resource "aws_security_group" "around" {
  for_each = toset(["caller", "endpoints", "balancer"])

  name   = each.key
  vpc_id = aws_vpc.this.id
}

resource "aws_vpc_endpoint" "s3" {
  vpc_id       = aws_vpc.this.id
  service_name = "com.amazonaws.us-west-2.s3"
}

resource "aws_ecs_cluster" "this" {
  name = "example-test"
}

resource "aws_service_discovery_http_namespace" "this" {
  name = "example-test"
}

resource "aws_lb_target_group" "this" {
  name        = "labs"
  port        = 8080
  protocol    = "HTTP"
  target_type = "instance"
  vpc_id      = aws_vpc.this.id
}
"""
PLACE = {
    "name": "example-runner",
    "image_parameter": POINTER,
    "vpc_id": "${aws_vpc.this.id}",
    "subnet_ids": ["${aws_subnet.this.id}"],
}
FUNCTION = {
    **PLACE,
    "timeout": 30,
    "environment": {"GREETING": "hello"},
    "alarms": {"topic_arn": "${aws_sns_topic.this.arn}"},
    "invoker_role_arns": {"backend": '${aws_iam_role.caller["backend"].arn}'},
}
SERVICE = {
    **PLACE,
    "repository_arn": "arn:aws:ecr:us-west-2:123456789012:repository/example/runner",
    "callers": {"api": '${aws_security_group.around["caller"].id}'},
}
ENDPOINTS = {
    "security_group_id": '${aws_security_group.around["endpoints"].id}',
    "s3_prefix_list_id": "${aws_vpc_endpoint.s3.prefix_list_id}",
}


def release(cloud: Cloud, image: str) -> None:
    cloud.client("ssm").put_parameter(Name=POINTER, Value=image, Type="String", Overwrite=True)


def answering(cloud: Cloud, answer: str) -> str:
    """The URI of an image whose function answers *answer*."""
    code = f"import os\ndef handler(event, context):\n    return [{answer!r}, os.environ['GREETING']]\n"
    return cloud.image({"handler.py": code.encode()}, tag=answer)


def test_callers_of_the_function_and_its_settings_stay_through_a_release(cloud: Cloud, tmp_path: Path) -> None:
    with applied(cloud, tmp_path, "code_runner", NETWORK + CALLERS) as root:
        root.call(FUNCTION)
        assert root.init_and_apply()["released"] is False
        release(cloud, answering(cloud, "one"))
        assert root.apply()["released"] is True
        assert invoked(cloud) == ["one", "hello"]
        assert callers(cloud) == {"Invoke-backend": f"arn:aws:iam::{cloud.account}:role/backend"}

        release(cloud, answering(cloud, "two"))
        root.call(
            {
                **FUNCTION,
                "invoker_role_arns": {n: f'${{aws_iam_role.caller["{n}"].arn}}' for n in ("backend", "grader")},
            }
        )
        root.apply()
        assert invoked(cloud) == ["two", "hello"]
        assert set(callers(cloud)) == {"Invoke-backend", "Invoke-grader"}
        settings = cloud.client("lambda").get_function_event_invoke_config(
            FunctionName="example-runner", Qualifier="live"
        )
        assert settings["MaximumRetryAttempts"] == 0
        alarms = cloud.client("cloudwatch").describe_alarms()["MetricAlarms"]
        assert {a["AlarmName"] for a in alarms} == {f"example-runner-{n}" for n in ("errors", "throttles", "duration")}

        before_engines(root)
        counts = root.terraform.apply().counts
        assert (counts.add, counts.change, counts.destroy) == (0, 0, 0)


def invoked(cloud: Cloud) -> Any:
    answer = cloud.client("lambda").invoke(FunctionName="example-runner:live")
    return json.loads(answer["Payload"].read())


def callers(cloud: Cloud) -> dict[str, str]:
    policy = cloud.client("lambda").get_policy(FunctionName="example-runner", Qualifier="live")["Policy"]
    return {s["Sid"]: s["Principal"]["AWS"] for s in json.loads(policy)["Statement"]}


def before_engines(root: Applied) -> None:
    """Write the state as it was when Lambda was the only engine, and what it always makes was not counted."""
    file = root.directory / "terraform.tfstate"
    state = json.loads(file.read_text(encoding="utf-8"))
    always = {
        "aws_cloudwatch_log_group",
        "aws_iam_role",
        "aws_iam_role_policy",
        "aws_security_group",
        "aws_ssm_parameter",
    }
    changed = [r for r in state["resources"] if r.get("module") == "module.this" and r["type"] in always]
    assert len(changed) == len(always)
    for resource in changed:
        del resource["instances"][0]["index_key"]
    state["serial"] += 1
    file.write_text(json.dumps(state), encoding="utf-8")


def test_the_service_is_found_by_name_and_keeps_to_itself(cloud: Cloud, tmp_path: Path) -> None:
    with applied(cloud, tmp_path, "code_runner", NETWORK + AROUND_SERVICES) as root:
        root.call(
            {
                **SERVICE,
                "engine": "fargate",
                "cluster_name": "${aws_ecs_cluster.this.name}",
                "service_connect_namespace_arn": "${aws_service_discovery_http_namespace.this.arn}",
                "endpoints": ENDPOINTS,
                "scaling": {"minimum": 1, "maximum": 2, "cpu_percentage": 70},
            }
        )
        assert root.init_and_apply()["released"] is False
        release(cloud, SERVICE_IMAGE)
        outputs = root.apply()
        assert (outputs["released"], outputs["url"]) == (True, "http://example-runner:8080")
        (service,) = services(cloud, "example-test")
        assert service["launchType"] == "FARGATE"
        assert rules(cloud, outputs["security_group_id"]) == {
            (False, "caller", 8080),
            (True, "endpoints", 443),
            (True, "prefix list", 443),
        }


def test_the_supervisor_has_its_host_for_itself(cloud: Cloud, tmp_path: Path) -> None:
    with applied(cloud, tmp_path, "code_runner", NETWORK + AROUND_SERVICES) as root:
        root.call(
            {
                **SERVICE,
                "engine": "ec2",
                "acknowledge_privileged": True,
                "endpoints": ENDPOINTS,
                "load_balancer": {
                    "security_group_id": '${aws_security_group.around["balancer"].id}',
                    "target_group_arn": "${aws_lb_target_group.this.arn}",
                },
                "reaper": {"container_prefix": "rl_sess_", "container_minutes": 50},
            }
        )
        assert root.init_and_apply()["released"] is False
        release(cloud, SERVICE_IMAGE)
        outputs = root.apply()
        assert (outputs["released"], outputs["cluster_name"]) == (True, "example-runner")
        (service,) = services(cloud, "example-runner")
        deployment = service["deploymentConfiguration"]
        assert (deployment["minimumHealthyPercent"], deployment["maximumPercent"]) == (0, 100)
        assert [p["capacityProvider"] for p in service["capacityProviderStrategy"]] == ["example-runner-host"]
        assert [b["containerPort"] for b in service["loadBalancers"]] == [8080]
        assert rules(cloud, outputs["security_group_id"]) == {
            (False, "caller", 8080),
            (False, "balancer", 8080),
            (True, "endpoints", 443),
            (True, "prefix list", 443),
        }


def services(cloud: Cloud, cluster: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = cloud.client("ecs").describe_services(cluster=cluster, services=["example-runner"])[
        "services"
    ]
    return found


def rules(cloud: Cloud, group: str) -> set[tuple[bool, str, int]]:
    """Of each rule of *group*: whether it leads out, the name of the other group, and the port."""
    ec2 = cloud.client("ec2")
    names = {g["GroupId"]: g["GroupName"] for g in ec2.describe_security_groups()["SecurityGroups"]}
    found = ec2.describe_security_group_rules(Filters=[{"Name": "group-id", "Values": [group]}])["SecurityGroupRules"]
    return {(r["IsEgress"], _other(r, names), r["FromPort"]) for r in found}


def _other(rule: dict[str, Any], names: dict[str, str]) -> str:
    if "ReferencedGroupInfo" in rule:
        return names[rule["ReferencedGroupInfo"]["GroupId"]]
    return "prefix list" if "PrefixListId" in rule else str(rule.get("CidrIpv4"))
