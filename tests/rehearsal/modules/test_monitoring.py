"""Monitoring on the embedded AWS: what it makes of all it can watch, and of less."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.plan.monitoring_cases import EVERYTHING
from tests.rehearsal.embedded_aws.cloud import Cloud
from tests.rehearsal.modules.applied import applied

SUPPORTING = """
resource "aws_ecs_cluster" "this" {
  name = "example-prod"
}
"""
DISABLED = ["service-web-cpu", "function-runner-errors"]


def call(**more: Any) -> dict[str, Any]:
    return {
        **EVERYTHING,
        "services": {
            "web": {"cluster": "${aws_ecs_cluster.this.name}", "service": "web", "minimum_tasks": 2},
            "api": {"cluster": "${aws_ecs_cluster.this.name}", "service": "api", "container_insights": False},
        },
        "clusters": {"main": "${aws_ecs_cluster.this.arn}"},
        **more,
    }


@pytest.mark.slow
@pytest.mark.rehearsal(60)
def test_everything_is_watched_and_told_and_less_when_asked(cloud: Cloud, tmp_path: Path) -> None:
    with applied(cloud, tmp_path, "monitoring", SUPPORTING) as monitoring:
        monitoring.call(call())
        outputs = monitoring.init_and_apply()
        check_alarms(cloud, outputs)
        check_failed_tasks(cloud, outputs["topic_arn"])
        check_the_rest(cloud, outputs)

        monitoring.call(call(disabled_alarms=DISABLED, dashboards=["services"]))
        fewer = monitoring.apply()
        assert set(outputs["alarm_arns"]) - set(fewer["alarm_arns"]) == {f"example-prod-{key}" for key in DISABLED}
        assert fewer["dashboards"] == ["example-prod-services"]


def check_alarms(cloud: Cloud, outputs: dict[str, Any]) -> None:
    found = cloud.client("cloudwatch").describe_alarms(MaxRecords=100)["MetricAlarms"]
    assert {alarm["AlarmName"]: alarm["AlarmArn"] for alarm in found} == outputs["alarm_arns"]
    assert len(found) > 20
    topic = [outputs["topic_arn"]]
    assert all(alarm["AlarmActions"] == alarm["OKActions"] == topic for alarm in found)
    key = cloud.client("sns").get_topic_attributes(TopicArn=outputs["topic_arn"])["Attributes"]["KmsMasterKeyId"]
    assert key == outputs["key_arn"]
    assert cloud.client("kms").get_key_rotation_status(KeyId=key)["KeyRotationEnabled"] is True


def check_failed_tasks(cloud: Cloud, topic: str) -> None:
    events = cloud.client("events")
    (rule,) = events.list_rules()["Rules"]
    cluster = f"arn:aws:ecs:{cloud.region}:{cloud.account}:cluster/example-prod"
    assert json.loads(rule["EventPattern"])["detail"]["clusterArn"] == [cluster]
    (target,) = events.list_targets_by_rule(Rule=rule["Name"])["Targets"]
    assert target["Arn"] == topic
    assert "<reason>" in target["InputTransformer"]["InputTemplate"]


def check_the_rest(cloud: Cloud, outputs: dict[str, Any]) -> None:
    found = cloud.client("cloudwatch").list_dashboards()["DashboardEntries"]
    assert sorted(entry["DashboardName"] for entry in found) == sorted(outputs["dashboards"])
    assert len(found) == 4
    records = cloud.client("xray").get_sampling_rules()["SamplingRuleRecords"]
    assert {r["SamplingRule"]["RuleName"]: r["SamplingRule"]["FixedRate"] for r in records} == {
        "example-prod-health": 0,
        "example-prod-everything": 0.05,
    }
