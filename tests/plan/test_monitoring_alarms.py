"""Monitoring's alarms: each watches a metric that exists and can pass its limit, and reaches somebody."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from tests.plan.monitoring_cases import ABOVE, AT_LEAST, BELOW, CASES, DIMENSIONS, ELB, EXISTING, EXPECTED, PUBLIC
from tests.plan.planning import Plan, Planner


@pytest.fixture(scope="module")
def plans(planner: Planner) -> dict[str, Plan]:
    return planner.plan("monitoring", CASES, existing=EXISTING)


def alarms(plan: Plan) -> dict[str, Mapping[str, Any]]:
    """The planned alarms by their names."""
    found = [values for address, values in plan.values.items() if address.startswith("aws_cloudwatch_metric_alarm.")]
    by_name = {str(values["alarm_name"]): values for values in found}
    assert len(by_name) == len(found)
    return by_name


def watched(alarm: Mapping[str, Any]) -> tuple[object, ...]:
    statistic = alarm["statistic"] or alarm["extended_statistic"]
    what = alarm["namespace"], alarm["metric_name"], statistic, alarm["comparison_operator"], alarm["threshold"]
    return (*what, alarm["period"], alarm["evaluation_periods"], alarm["treat_missing_data"])


@pytest.mark.parametrize("key", EXPECTED)
def test_an_alarm_watches_what_it_should(plans: dict[str, Plan], key: str) -> None:
    alarm = alarms(plans["everything"])[f"example-prod-{key}"]
    assert watched(alarm) == EXPECTED[key]
    assert alarm["actions_enabled"] is True
    assert alarm["tags"] == {"Team": "platform"}
    if EXPECTED[key][1]:
        assert alarm["dimensions"] == DIMENSIONS[key.rpartition("-")[0]]
        assert alarm["metric_query"] == []


def test_there_are_no_other_alarms_and_each_reaches_the_topic(plans: dict[str, Plan]) -> None:
    plan = plans["everything"]
    found = alarms(plan)
    assert set(found) == {f"example-prod-{key}" for key in EXPECTED}
    topic = [plan["aws_sns_topic.this"]["arn"]]
    assert topic == ["arn:aws:sns:us-west-2:123456789012:example-prod-alarms"]
    assert all(alarm["alarm_actions"] == alarm["ok_actions"] == topic for alarm in found.values())


def test_an_alarm_says_what_is_wrong(plans: dict[str, Plan]) -> None:
    described = {name: alarm["alarm_description"] for name, alarm in alarms(plans["everything"]).items()}
    expected = {
        "service-api-cpu": "Tasks of api use more than 70 % of their CPU",
        "service-api-memory": "Tasks of api use more than 60 % of their memory",
        "service-api-tasks": "Fewer than 3 tasks of api run",
        "load-balancer-public-errors": "More than 2 % of the requests are answered with a server error",
        "load-balancer-public-latency": "One of 20 requests takes longer than 90 seconds",
        "target-group-web-unhealthy": "A target fails its health check",
        "database-replica-cpu": "Database example-prod-replica: more than 50 % of its CPU is used",
        "database-replica-storage": "Database example-prod-replica: less than 20 % of its storage is free",
        "database-replica-connections": "Database example-prod-replica: more than 72 connections are open",
        "function-runner-errors": "Function example-runner fails 5 times or more in five minutes",
        "function-runner-throttles": "Function example-runner refuses 3 calls or more in five minutes",
        "function-runner-duration": "Function example-runner runs for 80 % of its timeout of 120 seconds",
        "instances-runner-cpu": "Instances of example-runner: more than 75 % of the CPU is used",
        "instances-runner-memory": "Instances of example-runner: an instance uses more than 85 % of its memory",
        "instances-runner-disk": "Instances of example-runner: an instance uses more than 70 % of its disk",
        "instances-runner-credits": "Instances of example-runner: an instance has fewer than 50 CPU credits",
    }
    assert {key: described[f"example-prod-{key}"] for key in expected} == expected


def test_the_error_rate_counts_what_no_target_could_take(plans: dict[str, Plan]) -> None:
    alarm = alarms(plans["everything"])["example-prod-load-balancer-public-errors"]
    queries = {query["id"]: query for query in alarm["metric_query"]}
    assert {name: query["expression"] for name, query in queries.items() if query["expression"]} == {
        "rate": "IF(total >= 10, 100 * errors / total, 0)",
        "total": "SUM([FILL(requests, 0), FILL(unrouted, 0)])",
        "errors": "SUM([FILL(balancer, 0), FILL(target, 0)])",
    }
    assert [name for name, query in queries.items() if query["return_data"]] == ["rate"]
    counted = {name: query["metric"][0] for name, query in queries.items() if query["metric"]}
    assert {name: metric["metric_name"] for name, metric in counted.items()} == {
        "requests": "RequestCount",
        "unrouted": "HTTPCode_ELB_503_Count",
        "balancer": "HTTPCode_ELB_5XX_Count",
        "target": "HTTPCode_Target_5XX_Count",
    }
    for metric in counted.values():
        assert (metric["namespace"], metric["period"], metric["stat"]) == (ELB, 300, "Sum")
        assert metric["dimensions"] == {"LoadBalancer": PUBLIC}
    assert {query["label"] for query in queries.values() if query["expression"]} == {
        "Server errors in percent",
        "All requests",
        "Server errors",
    }


def test_a_percentile_of_few_requests_is_no_alarm(plans: dict[str, Plan]) -> None:
    alarm = alarms(plans["everything"])["example-prod-load-balancer-public-latency"]
    assert alarm["evaluate_low_sample_count_percentiles"] == "ignore"


def test_defaults_are_those_of_the_documents(plans: dict[str, Plan]) -> None:
    found = {name.removeprefix("example-test-"): watched(alarm) for name, alarm in alarms(plans["example"]).items()}
    assert found == {
        "service-web-cpu": ("AWS/ECS", "CPUUtilization", "Average", ABOVE, 80, 60, 5, "notBreaching"),
        "service-web-memory": ("AWS/ECS", "MemoryUtilization", "Average", ABOVE, 80, 60, 5, "notBreaching"),
        "service-web-tasks": ("ECS/ContainerInsights", "RunningTaskCount", "Minimum", BELOW, 1, 60, 5, "breaching"),
        "function-runner-errors": ("AWS/Lambda", "Errors", "Sum", AT_LEAST, 1, 300, 1, "notBreaching"),
        "function-runner-throttles": ("AWS/Lambda", "Throttles", "Sum", AT_LEAST, 1, 300, 1, "notBreaching"),
        "function-runner-duration": ("AWS/Lambda", "Duration", "Maximum", AT_LEAST, 162_000, 300, 1, "notBreaching"),
    }


def test_alarms_that_are_not_wanted_are_named(plans: dict[str, Plan]) -> None:
    before, after = set(alarms(plans["everything"])), set(alarms(plans["fewer"]))
    assert before - after == {
        "example-prod-service-web-cpu",
        "example-prod-instances-runner-credits",
        "example-prod-database-replica-storage",
    }
    assert after < before
    assert alarms(plans["without_alarms"]) == {}
