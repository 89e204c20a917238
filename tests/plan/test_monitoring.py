"""Monitoring: the topic and its key, failed tasks, dashboards and sampling."""

from __future__ import annotations

import json
import re
from collections import Counter
from hashlib import sha1

import pytest

from tests.plan.monitoring_cases import CASES, ELB, EVERYTHING, EXISTING, PUBLIC, TOPIC
from tests.plan.planning import ACCOUNT, REGION, Plan, Planner, kept


@pytest.fixture(scope="module")
def plans(planner: Planner) -> dict[str, Plan]:
    return planner.plan("monitoring", CASES, existing=EXISTING)


def test_nothing_to_watch_is_no_alarm_and_no_dashboard(plans: dict[str, Plan]) -> None:
    plan = plans["nothing"]
    assert plan.counts == Counter({"aws_kms_key": 1, "aws_kms_alias": 1, "aws_sns_topic": 1, "aws_sns_topic_policy": 1})
    assert plan.outputs["alarm_arns"] == {}
    assert plan.outputs["dashboards"] == []
    assert plan.output_names == {"topic_arn", "key_arn", "alarm_arns", "dashboards"}


def test_the_key_admits_each_service_for_this_account_alone(plans: dict[str, Plan]) -> None:
    plan = plans["example"]
    key = plan["aws_kms_key.this"]
    assert (key["enable_key_rotation"], key["deletion_window_in_days"]) == (True, 30)
    assert plan["aws_kms_alias.this"]["name"] == "alias/example-test-monitoring"
    assert plan["aws_sns_topic.this"]["kms_master_key_id"] == key["arn"]
    statements = plan.statements("aws_kms_key.this")
    assert {sid: s["Principal"] for sid, s in statements.items()} == {
        "AdministeredByAccount": {"AWS": f"arn:aws:iam::{ACCOUNT}:root"},
        "UsedByAlarms": {"Service": "cloudwatch.amazonaws.com"},
        "UsedByEvents": {"Service": "events.amazonaws.com"},
        "UsedByLogs": {"Service": f"logs.{REGION}.amazonaws.com"},
        "UsedByCloudTrail": {"Service": "cloudtrail.amazonaws.com"},
    }
    assert {sid: s.get("Condition") for sid, s in statements.items()} == {
        "AdministeredByAccount": None,
        "UsedByAlarms": {"StringEquals": {"aws:SourceAccount": ACCOUNT}},
        "UsedByEvents": {"StringEquals": {"kms:EncryptionContext:aws:sns:topicArn": TOPIC}},
        "UsedByLogs": {
            "ArnLike": {"kms:EncryptionContext:aws:logs:arn": f"arn:aws:logs:{REGION}:{ACCOUNT}:log-group:*"}
        },
        "UsedByCloudTrail": {"ArnLike": {"aws:SourceArn": f"arn:aws:cloudtrail:*:{ACCOUNT}:trail/*"}},
    }
    assert {s["Effect"] for s in statements.values()} == {"Allow"}
    assert {sid: s["Action"] for sid, s in statements.items()} == {
        "AdministeredByAccount": ["kms:*"],
        "UsedByAlarms": ["kms:GenerateDataKey*", "kms:Decrypt"],
        "UsedByEvents": ["kms:GenerateDataKey*", "kms:Decrypt"],
        "UsedByLogs": ["kms:Encrypt*", "kms:Decrypt*", "kms:ReEncrypt*", "kms:GenerateDataKey*", "kms:Describe*"],
        "UsedByCloudTrail": ["kms:GenerateDataKey*", "kms:DescribeKey"],
    }


def test_the_topic_takes_messages_of_this_environments_alarms_and_rules(plans: dict[str, Plan]) -> None:
    plan = plans["example"]
    assert plan["aws_sns_topic.this"]["name"] == "example-test-alarms"
    statements = plan.statements("aws_sns_topic_policy.this")
    assert set(statements) == {"PublishedByAlarms", "PublishedByEvents"}
    for statement in statements.values():
        assert (statement["Effect"], statement["Action"], statement["Resource"]) == ("Allow", ["sns:Publish"], TOPIC)
    by_alarms, by_events = statements["PublishedByAlarms"], statements["PublishedByEvents"]
    assert by_alarms["Principal"] == {"Service": "cloudwatch.amazonaws.com"}
    assert by_alarms["Condition"] == {
        "StringEquals": {"aws:SourceAccount": ACCOUNT},
        "ArnLike": {"aws:SourceArn": f"arn:aws:cloudwatch:{REGION}:{ACCOUNT}:alarm:example-test-*"},
    }
    assert by_events["Principal"] == {"Service": "events.amazonaws.com"}
    assert by_events["Condition"] == {
        "ArnLike": {"aws:SourceArn": f"arn:aws:events:{REGION}:{ACCOUNT}:rule/example-test-*"}
    }


def test_subscribers_are_told(plans: dict[str, Plan]) -> None:
    plan = plans["everything"]
    found = {key: plan[f'aws_sns_topic_subscription.this["{key}"]'] for key in ("team", "pager")}
    assert {key: (s["protocol"], s["endpoint"]) for key, s in found.items()} == {
        "team": ("email", "team@example.com"),
        "pager": ("https", "https://pager.example.com/hook"),
    }
    assert {s["topic_arn"] for s in found.values()} == {plan["aws_sns_topic.this"]["arn"]}
    assert plan.counts["aws_sns_topic_subscription"] == 2


def test_tasks_that_fail_are_told_and_those_that_are_stopped_are_not(plans: dict[str, Plan]) -> None:
    plan = plans["everything"]
    rule = plan['aws_cloudwatch_event_rule.failed_tasks["runner"]']
    assert rule["name"] == "example-prod-runner-failed-tasks"
    assert "runner" in rule["description"]
    assert json.loads(rule["event_pattern"]) == {
        "source": ["aws.ecs"],
        "detail-type": ["ECS Task State Change"],
        "detail": {
            "clusterArn": [EVERYTHING["clusters"]["runner"]],
            "lastStatus": ["STOPPED"],
            "$or": [
                {"stopCode": ["TaskFailedToStart", "EssentialContainerExited"]},
                {"stoppedReason": [{"wildcard": "*failed*health checks*"}]},
            ],
        },
    }
    target = plan['aws_cloudwatch_event_target.failed_tasks["runner"]']
    assert (target["rule"], target["target_id"]) == (rule["name"], "alarms")
    assert target["arn"] == plan["aws_sns_topic.this"]["arn"]
    (message,) = target["input_transformer"]
    template = json.loads(message["input_template"])
    assert set(re.findall(r"<(\w+)>", template)) == set(message["input_paths"])
    assert message["input_paths"] == {
        "cluster": "$.detail.clusterArn",
        "code": "$.detail.stopCode",
        "group": "$.detail.group",
        "reason": "$.detail.stoppedReason",
        "task": "$.detail.taskArn",
    }
    assert plan.counts["aws_cloudwatch_event_rule"] == plan.counts["aws_cloudwatch_event_target"] == 2


def test_sampling_follows_the_rules(plans: dict[str, Plan]) -> None:
    plan = plans["everything"]
    every = {"host": "*", "resource_arn": "*", "service_type": "*", "service_name": "*", "version": 1}
    expected = {
        "health": {"priority": 10, "url_path": "/health", "http_method": "*", "reservoir_size": 0, "fixed_rate": 0},
        "everything": {"priority": 100, "url_path": "*", "http_method": "*", "reservoir_size": 1, "fixed_rate": 0.05},
    }
    for key, values in expected.items():
        rule = plan[f'aws_xray_sampling_rule.this["{key}"]']
        assert {name: rule[name] for name in (*values, *every)} == {**values, **every}
        assert rule["rule_name"] == f"example-prod-{key}"
    assert plan.counts["aws_xray_sampling_rule"] == 2


def test_long_names_of_rules_are_cut_and_stay_apart(plans: dict[str, Plan]) -> None:
    plan = plans["long_names"]
    names = [v["rule_name"] for a, v in plan.values.items() if a.startswith("aws_xray_sampling_rule.")]
    wholes = [f"{'a' * 40}-{key}" for key in ("one", "two")]
    assert sorted(names) == sorted(f"{whole[:23]}-{sha1(whole.encode()).hexdigest()[:8]}" for whole in wholes)
    rules = [v["name"] for a, v in plan.values.items() if a.startswith("aws_cloudwatch_event_rule.")]
    whole = f"{'a' * 40}-{'b' * 40}-failed-tasks"
    assert rules == [f"{whole[:55]}-{sha1(whole.encode()).hexdigest()[:8]}"]


@pytest.mark.parametrize(
    ("dashboard", "widgets", "metrics"),
    [
        ("services", 3, {"CPUUtilization", "MemoryUtilization"}),
        (
            "load_balancers",
            6,
            {
                *("RequestCount", "TargetResponseTime", "HTTPCode_Target_5XX_Count", "HTTPCode_ELB_5XX_Count"),
                *("HealthyHostCount", "UnHealthyHostCount"),
            },
        ),
        ("databases", 4, {"CPUUtilization", "FreeStorageSpace", "DatabaseConnections", "FreeableMemory"}),
        (
            "runner",
            8,
            {
                *("Invocations", "ConcurrentExecutions", "Duration", "Errors", "Throttles", "CPUUtilization"),
                *("mem_used_percent", "disk_used_percent"),
            },
        ),
    ],
)
def test_a_dashboard_has_a_line_for_each_entry(
    plans: dict[str, Plan], dashboard: str, widgets: int, metrics: set[str]
) -> None:
    values = plans["everything"][f"aws_cloudwatch_dashboard.{dashboard}[0]"]
    assert values["dashboard_name"] == f"example-prod-{dashboard.replace('_', '-')}"
    found = json.loads(values["dashboard_body"])["widgets"]
    assert len(found) == widgets
    assert {line[1] for widget in found for line in widget["properties"]["metrics"]} == metrics
    places = [(w["x"], w["y"], w["width"], w["height"]) for w in found]
    assert places == [((i % 2) * 12, (i // 2) * 6, 12, 6) for i in range(widgets)]
    for widget in found:
        properties = widget["properties"]
        assert (widget["type"], properties["view"]) == ("metric", "timeSeries")
        assert (properties["region"], properties["period"]) == (REGION, 60)
        assert properties["title"]
        assert all(line[-1]["label"] for line in properties["metrics"])


def test_the_lines_of_a_dashboard_name_their_entries(plans: dict[str, Plan]) -> None:
    services = json.loads(plans["everything"]["aws_cloudwatch_dashboard.services[0]"]["dashboard_body"])["widgets"]
    assert [w["properties"]["stat"] for w in services] == ["Average", "Average", "SampleCount"]
    for widget, metric in zip(services, ("CPUUtilization", "MemoryUtilization", "CPUUtilization"), strict=True):
        assert widget["properties"]["metrics"] == [
            ["AWS/ECS", metric, "ClusterName", "example-prod", "ServiceName", key, {"label": key}]
            for key in ("api", "night", "web")
        ]
    balancers = json.loads(plans["everything"]["aws_cloudwatch_dashboard.load_balancers[0]"]["dashboard_body"])
    stats = [w["properties"]["stat"] for w in balancers["widgets"]]
    assert stats == ["Sum", "p95", "Sum", "Sum", "Minimum", "Maximum"]
    group = ["LoadBalancer", PUBLIC, "TargetGroup", "targetgroup/web/0123456789abcdef", {"label": "web"}]
    assert balancers["widgets"][4]["properties"]["metrics"] == [[ELB, "HealthyHostCount", *group]]


def test_only_the_dashboards_that_are_wanted_and_have_something_to_show(plans: dict[str, Plan]) -> None:
    names = {
        case: sorted(a.removeprefix("aws_cloudwatch_dashboard.") for a in plans[case].values if "dashboard" in a)
        for case in ("example", "everything", "fewer")
    }
    assert names == {
        "example": ["runner[0]", "services[0]"],
        "everything": ["databases[0]", "load_balancers[0]", "runner[0]", "services[0]"],
        "fewer": ["databases[0]"],
    }
    assert plans["fewer"].outputs["dashboards"] == ["example-prod-databases"]


def test_data_is_lost_sooner_only_when_that_is_allowed(plans: dict[str, Plan]) -> None:
    assert plans["everything"]["aws_kms_key.this"]["deletion_window_in_days"] == 7
    for address in ("aws_kms_key.this", "aws_sns_topic.this", 'aws_cloudwatch_event_rule.failed_tasks["main"]'):
        assert plans["everything"][address]["tags"] == {"Team": "platform"}


@pytest.mark.proves("adding a watched thing touches nothing but dashboards")
def test_one_more_of_each_touches_no_other(plans: dict[str, Plan]) -> None:
    lost = kept(plans["one_less_of_each"], plans["one_more_of_each"])
    # A dashboard shows the new entry, too.
    assert {address.split(".")[0] for address in lost} == {"aws_cloudwatch_dashboard"}
    assert set(lost.values()) == {"changed"}
    assert len(plans["one_more_of_each"].values) > len(plans["one_less_of_each"].values) + 15


def test_an_alarm_that_is_not_wanted_any_more_is_all_that_goes(plans: dict[str, Plan]) -> None:
    lost = kept(plans["one_less_of_each"], plans["fewer"])
    assert {address: fate for address, fate in lost.items() if "dashboard" not in address} == {
        'aws_cloudwatch_metric_alarm.service_cpu["web"]': "gone",
        'aws_cloudwatch_metric_alarm.autoscaling_group_credits["runner"]': "gone",
        'aws_cloudwatch_metric_alarm.database_storage["replica"]': "gone",
    }


@pytest.mark.slow
def test_one_more_of_each_beside_existing_ones_is_all_that_is_made(planner: Planner) -> None:
    changed = planner.upgrade("monitoring", EVERYTHING, CASES["one_more_of_each"]).changed()
    created = {address for address, actions in changed.items() if list(actions) == ["create"]}
    assert all('"a-new"' in address for address in created)
    assert {address.split(".")[0] for address in created} == {
        *("aws_cloudwatch_metric_alarm", "aws_cloudwatch_event_rule", "aws_cloudwatch_event_target"),
        *("aws_sns_topic_subscription", "aws_xray_sampling_rule"),
    }
    others = {address: list(actions) for address, actions in changed.items() if address not in created}
    assert others == {
        f"aws_cloudwatch_dashboard.{name}[0]": ["update"]
        for name in ("services", "load_balancers", "databases", "runner")
    }
