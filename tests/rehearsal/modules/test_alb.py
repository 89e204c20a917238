"""A load balancer on the embedded AWS: its target groups change over, a web ACL is attached, and its logs end."""

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
  for_each = { a = "10.0.1.0/24", b = "10.0.2.0/24" }

  vpc_id            = aws_vpc.this.id
  cidr_block        = each.value
  availability_zone = "us-west-2${each.key}"
}

resource "aws_wafv2_web_acl" "this" {
  name  = "example"
  scope = "REGIONAL"

  default_action {
    allow {}
  }

  visibility_config {
    cloudwatch_metrics_enabled = true
    metric_name                = "example"
    sampled_requests_enabled   = true
  }
}
"""
INPUTS: dict[str, Any] = {
    "name": "example-test",
    "vpc_id": "${aws_vpc.this.id}",
    "subnet_ids": ['${aws_subnet.this["a"].id}', '${aws_subnet.this["b"].id}'],
    "https": False,
    "access_logs": False,
    "target_groups": {"web": {"port": 80, "health_check": {"path": "/"}}},
    "routes": {"web": {"priority": 1, "target_group": "web", "paths": ["/app/*"]}},
    "default_target_group": "web",
    "allow_destroy": True,
}


@pytest.mark.slow
@pytest.mark.rehearsal(120)
def test_a_target_group_in_use_is_replaced_and_a_web_acl_attached(cloud: Cloud, tmp_path: Path) -> None:
    elb, waf = cloud.client("elbv2"), cloud.client("wafv2")
    with applied(cloud, tmp_path, "alb", NETWORK) as balancer:
        balancer.call(INPUTS)
        outputs = balancer.init_and_apply()
        arn = outputs["arn"]
        (before,) = elb.describe_target_groups()["TargetGroups"]
        assert waf.get_web_acl_for_resource(ResourceArn=arn).get("WebACL") is None

        # Both the default action and a route use the group: AWS deletes none that is in use.
        group = {"port": 8080, "target_type": "instance", "health_check": {"path": "/"}}
        balancer.call(
            {
                **INPUTS,
                "target_groups": {"web": group},
                "associate_web_acl": True,
                "web_acl_arn": "${aws_wafv2_web_acl.this.arn}",
            }
        )
        after = balancer.apply()
        (found,) = elb.describe_target_groups()["TargetGroups"]
        assert (found["Port"], found["TargetType"]) == (8080, "instance")
        assert found["TargetGroupName"] != before["TargetGroupName"]
        assert after["target_group_arns"] == {"web": found["TargetGroupArn"]}
        assert after["arn"] == arn
        assert waf.get_web_acl_for_resource(ResourceArn=arn)["WebACL"]["Name"] == "example"
