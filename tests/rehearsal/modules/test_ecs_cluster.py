"""Instances of a cluster come and go without holding each other up."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.rehearsal.embedded_aws.cloud import Cloud
from tests.rehearsal.modules.applied import applied

NETWORK = """
resource "aws_vpc" "this" {
  cidr_block = "10.0.0.0/16"
}

resource "aws_subnet" "this" {
  vpc_id     = aws_vpc.this.id
  cidr_block = "10.0.10.0/24"
}
"""
HOST = {"instance_type": "t3.medium", "subnet_ids": ["${aws_subnet.this.id}"], "maximum": 2}


def call(**instances: Any) -> dict[str, Any]:
    return {"name": "example-test", "vpc_id": "${aws_vpc.this.id}", "instances": instances}


@pytest.mark.slow
@pytest.mark.rehearsal(150)
def test_the_cluster_leaves_a_capacity_provider_before_it_goes(cloud: Cloud, tmp_path: Path) -> None:
    with applied(cloud, tmp_path, "ecs_cluster", NETWORK) as cluster:
        cluster.call(call(builds=HOST, labs={**HOST, "minimum": 1}))
        assert cluster.init_and_apply()["capacity_providers"] == {
            "builds": "example-test-builds",
            "labs": "example-test-labs",
        }
        # The group's default tags are the provider's, which Auto Scaling does not add by itself.
        (group,) = groups(cloud, "example-test-labs")
        assert {tag["Key"] for tag in group["Tags"]} == {"AmazonECSManaged", "Name", "System"}
        assert len(group["Instances"]) == 1

        # The embedded AWS refuses to delete what a cluster still has, as AWS does.
        cluster.call(call(labs={**HOST, "minimum": 1, "max_lifetime_days": 7}))
        assert cluster.apply()["capacity_providers"] == {"labs": "example-test-labs"}
        assert groups(cloud, "example-test-builds") == []
        (group,) = groups(cloud, "example-test-labs")
        assert group["MaxInstanceLifetime"] == 604800
        assert len(group["Instances"]) == 1
    assert cloud.client("autoscaling").describe_auto_scaling_groups()["AutoScalingGroups"] == []


def groups(cloud: Cloud, name: str) -> list[dict[str, Any]]:
    answer = cloud.client("autoscaling").describe_auto_scaling_groups(AutoScalingGroupNames=[name])
    found: list[dict[str, Any]] = answer["AutoScalingGroups"]
    return found
