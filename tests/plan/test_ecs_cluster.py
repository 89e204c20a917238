"""The cluster: Fargate and Fargate Spot, and EC2 instances that scale with their tasks."""

from __future__ import annotations

from collections import Counter

import pytest

from tests.plan.ecs_cluster_cases import CASES, KEY, REPOSITORY
from tests.plan.planning import ACCOUNT, REGION, Plan, Planner, kept


@pytest.fixture(scope="module")
def plans(planner: Planner) -> dict[str, Plan]:
    return planner.plan("ecs_cluster", CASES)


def test_services_run_on_fargate_unless_they_say_otherwise(plans: dict[str, Plan]) -> None:
    plan = plans["example"]
    assert plan.counts == Counter(aws_ecs_cluster=1, aws_ecs_cluster_capacity_providers=1)
    providers = plan["aws_ecs_cluster_capacity_providers.this"]
    assert sorted(providers["capacity_providers"]) == ["FARGATE", "FARGATE_SPOT"]
    (default,) = providers["default_capacity_provider_strategy"]
    assert (default["capacity_provider"], default["weight"], default["base"]) == ("FARGATE", 1, 0)
    assert plan.output_names == {
        "name",
        "arn",
        "service_connect_namespace_arn",
        "execute_command_log_group_name",
        "log_group_names",
        "capacity_providers",
        "autoscaling_group_names",
        "instance_security_group_ids",
        "instance_role_arns",
    }
    assert plan.outputs["capacity_providers"] == {}
    assert plan.outputs["service_connect_namespace_arn"] is None


def test_a_part_of_the_tasks_may_run_on_spot(plans: dict[str, Plan]) -> None:
    strategy = plans["spot"]["aws_ecs_cluster_capacity_providers.this"]["default_capacity_provider_strategy"]
    assert {s["capacity_provider"]: (s["weight"], s["base"]) for s in strategy} == {
        "FARGATE": (1, 2),
        "FARGATE_SPOT": (3, 0),
    }


def test_a_strategy_names_instances_by_their_key(plans: dict[str, Plan]) -> None:
    providers = plans["every_option"]["aws_ecs_cluster_capacity_providers.this"]
    name = f"{'a' * 40}-labs"
    assert sorted(providers["capacity_providers"]) == ["FARGATE", "FARGATE_SPOT", name]
    assert [s["capacity_provider"] for s in providers["default_capacity_provider_strategy"]] == [name]
    assert plans["every_option"].outputs["capacity_providers"] == {"labs": name}
    assert plans["every_option"].outputs["autoscaling_group_names"] == {"labs": name}


@pytest.mark.parametrize(("case", "insights"), [("example", "enabled"), ("every_option", "disabled")])
def test_container_insights_are_on_unless_switched_off(plans: dict[str, Plan], case: str, insights: str) -> None:
    assert plans[case]["aws_ecs_cluster.this"]["setting"] == [{"name": "containerInsights", "value": insights}]


def test_tags_reach_what_the_group_starts(plans: dict[str, Plan]) -> None:
    plan = plans["every_option"]
    tagged = [address for address, values in plan.values.items() if values.get("tags") == {"Team": "platform"}]
    untaggable = {
        "aws_ecs_cluster_capacity_providers.this",
        'aws_iam_role_policy.instance["labs"]',
        'aws_autoscaling_group.this["labs"]',
    }
    assert set(plan.values) - set(tagged) == untaggable
    tags = {tag["key"]: tag for tag in plan['aws_autoscaling_group.this["labs"]']["tag"]}
    assert tags.keys() == {"Team", "Name", "AmazonECSManaged"}
    assert all(tag["propagate_at_launch"] for tag in tags.values())
    (volume,) = plan['aws_launch_template.this["labs"]']["tag_specifications"]
    assert volume == {"resource_type": "volume", "tags": {"Team": "platform"}}


@pytest.mark.parametrize(("case", "encrypted", "days"), [("every_option", True, 90), ("plain_log", False, 30)])
def test_shells_are_logged(plans: dict[str, Plan], case: str, encrypted: bool, days: int) -> None:
    plan = plans[case]
    (configuration,) = plan["aws_ecs_cluster.this"]["configuration"]
    (shells,) = configuration["execute_command_configuration"]
    assert shells["logging"] == "OVERRIDE"
    (log,) = shells["log_configuration"]
    group = plan["aws_cloudwatch_log_group.execute_command[0]"]
    assert log["cloud_watch_log_group_name"] == group["name"]
    assert log["cloud_watch_encryption_enabled"] is encrypted
    assert (group["retention_in_days"], group["kms_key_id"]) == (days, KEY if encrypted else None)


def test_the_namespace_is_the_clusters_default(plans: dict[str, Plan]) -> None:
    plan = plans["every_option"]
    assert plan["aws_service_discovery_http_namespace.this[0]"]["name"] == "a" * 40
    assert len(plan["aws_ecs_cluster.this"]["service_connect_defaults"]) == 1


def test_a_new_ami_is_no_change_and_the_processor_decides_it(plans: dict[str, Plan]) -> None:
    path = "resolve:ssm:/aws/service/ecs/optimized-ami/amazon-linux-2023"
    plan = plans["more_instances"]
    assert plan['aws_launch_template.this["labs"]']["image_id"] == f"{path}/recommended/image_id"
    assert plan['aws_launch_template.this["builds"]']["image_id"] == f"{path}/arm64/recommended/image_id"


def test_the_disk_is_encrypted_and_the_address_private(plans: dict[str, Plan]) -> None:
    template = plans["every_option"]['aws_launch_template.this["labs"]']
    (device,) = template["block_device_mappings"]
    (disk,) = device["ebs"]
    assert device["device_name"] == "/dev/xvda"
    assert {k: disk[k] for k in ("volume_type", "volume_size", "encrypted", "delete_on_termination")} == {
        "volume_type": "gp3",
        "volume_size": 100,
        "encrypted": "true",
        "delete_on_termination": "true",
    }
    (interface,) = template["network_interfaces"]
    assert interface["associate_public_ip_address"] == "false"
    (attached,) = plans["every_option"].unknown['aws_launch_template.this["labs"]']["network_interfaces"]
    assert attached["security_groups"] is True
    assert (template["key_name"], template["instance_type"]) == (None, "t3.medium")


@pytest.mark.proves("instance role", "SSM access to instances")
def test_the_role_has_what_a_host_needs_and_nothing_else(plans: dict[str, Plan]) -> None:
    plan = plans["every_option"]
    statements = plan.statements('aws_iam_role_policy.instance["labs"]')
    assert statements.keys() == {
        *("JoinCluster", "TakeOrders", "TagItself", "FindService", "OpenShells", "WriteMetrics"),
        *("LogInToRegistry", "PullImages"),
    }
    cluster = f"arn:aws:ecs:{REGION}:{ACCOUNT}:cluster/{'a' * 40}"
    assert statements["JoinCluster"]["Resource"] == cluster
    assert statements["TakeOrders"]["Condition"] == {"ArnEquals": {"ecs:cluster": cluster}}
    assert statements["PullImages"]["Resource"] == [REPOSITORY]
    everywhere = {sid for sid, s in statements.items() if s["Resource"] == "*"}
    assert everywhere == {"FindService", "OpenShells", "WriteMetrics", "LogInToRegistry"}
    assert statements["WriteMetrics"]["Condition"] == {"StringEquals": {"cloudwatch:namespace": "CWAgent"}}
    actions = {action for s in statements.values() for action in s["Action"]}
    assert not [a for a in actions if "*" in a or a.startswith(("iam:", "s3:", "ssm:Get", "sts:", "ec2:"))]
    trust = plan.statements('aws_iam_role.instance["labs"]', "assume_role_policy")
    assert trust["AssumeRole"]["Principal"] == {"Service": "ec2.amazonaws.com"}


def test_a_host_that_pulls_nothing_itself_may_not_log_in_to_the_registry(plans: dict[str, Plan]) -> None:
    statements = plans["instances"].statements('aws_iam_role_policy.instance["labs"]')
    assert not statements.keys() & {"LogInToRegistry", "PullImages"}


def test_ecs_scales_and_drains_the_group(plans: dict[str, Plan]) -> None:
    plan = plans["instances"]
    group = plan['aws_autoscaling_group.this["labs"]']
    assert (group["min_size"], group["max_size"], group["protect_from_scale_in"]) == (0, 1, True)
    assert group["vpc_zone_identifier"] == ["subnet-0123456789abcdef0"]
    assert plan.unknown['aws_autoscaling_group.this["labs"]']["desired_capacity"] is True
    (provider,) = plan['aws_ecs_capacity_provider.this["labs"]']["auto_scaling_group_provider"]
    assert (provider["managed_draining"], provider["managed_termination_protection"]) == ("ENABLED", "ENABLED")
    (scaling,) = provider["managed_scaling"]
    assert (scaling["status"], scaling["target_capacity"]) == ("ENABLED", 100)
    (refresh,) = group["instance_refresh"]
    assert refresh["strategy"] == "Rolling"
    assert refresh["preferences"][0]["scale_in_protected_instances"] == "Refresh"


def test_instances_with_a_lifetime_are_replaced_whatever_runs_on_them(plans: dict[str, Plan]) -> None:
    plan = plans["every_option"]
    group = plan['aws_autoscaling_group.this["labs"]']
    assert (group["max_instance_lifetime"], group["protect_from_scale_in"]) == (7 * 86400, False)
    assert group["instance_refresh"] == []
    (provider,) = plan['aws_ecs_capacity_provider.this["labs"]']["auto_scaling_group_provider"]
    assert provider["managed_termination_protection"] == "DISABLED"
    assert provider["managed_scaling"][0]["target_capacity"] == 90


def test_only_named_groups_reach_an_instance_and_it_reaches_only_what_is_named(plans: dict[str, Plan]) -> None:
    plan = plans["instances"]
    assert plan.counts["aws_vpc_security_group_ingress_rule"] == 0
    way_out = plan['aws_vpc_security_group_egress_rule.instance["labs/https"]']
    assert (way_out["cidr_ipv4"], way_out["from_port"], way_out["to_port"]) == ("0.0.0.0/0", 443, 443)
    plan = plans["every_option"]
    way_in = plan['aws_vpc_security_group_ingress_rule.instance["labs/api"]']
    assert (way_in["referenced_security_group_id"], way_in["cidr_ipv4"]) == ("sg-0123456789abcdef0", None)
    assert (way_in["from_port"], way_in["to_port"], way_in["ip_protocol"]) == (8080, 8081, "tcp")
    store = plan['aws_vpc_security_group_egress_rule.instance["labs/s3"]']
    assert (store["prefix_list_id"], store["cidr_ipv4"]) == ("pl-0123456789abcdef0", None)
    cache = plan['aws_vpc_security_group_egress_rule.instance["labs/cache"]']
    assert (cache["referenced_security_group_id"], cache["from_port"]) == ("sg-0fedcba9876543210", 6379)


@pytest.mark.proves("adding a capacity provider touches nothing else")
def test_more_instances_leave_the_others_alone(plans: dict[str, Plan]) -> None:
    # Only the association is another: it names all capacity providers.
    assert kept(plans["instances"], plans["more_instances"]) == {"aws_ecs_cluster_capacity_providers.this": "changed"}


def test_rules_of_one_name_leave_the_others_alone(plans: dict[str, Plan]) -> None:
    assert kept(plans["instances"], plans["another_way_in"]) == {}


def test_options_leave_the_rest_alone(plans: dict[str, Plan]) -> None:
    assert kept(plans["example"], plans["spot"]) == {"aws_ecs_cluster_capacity_providers.this": "changed"}
    assert kept(plans["example"], plans["plain_log"]) == {"aws_ecs_cluster.this": "changed"}
