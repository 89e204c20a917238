"""What the module monitoring refuses."""

from __future__ import annotations

from tests.plan.wrong_values import WrongCall, bad_name

ELB = "arn:aws:elasticloadbalancing:us-west-2:123456789012"
BALANCER = f"{ELB}:loadbalancer/app/web/0123456789abcdef"
TARGETS = f"{ELB}:targetgroup/web/0123456789abcdef"
SERVICE = {"cluster": "c", "service": "s"}
DATABASE = {"identifier": "d", "allocated_storage": 20, "max_connections": 100}
FUNCTION = {"name": "f", "timeout": 60}
GROUP = {"name": "g", "instance_type": "t3.medium"}


def bad_keys(variable: str) -> str:
    return f"the keys of {variable} must be at most 40 lower-case letters, digits and hyphens."


def bad_percent(variable: str, *attributes: str) -> str:
    return f"{variable} must have {' and '.join(attributes)} above 0 and below 100: no metric passes 100 %."


SERVICE_PERCENT = bad_percent("services", "cpu_percent", "memory_percent")
MINIMUM_TASKS = "services must have a minimum_tasks of 1 or more: fewer than none cannot run; null sets no alarm."
ERROR_PERCENT = bad_percent("load_balancers", "error_percent")
MINIMUM_REQUESTS = "load_balancers must have a minimum_requests of 1 or more, a whole number."
LATENCY = "load_balancers must have latency_seconds above 0 and below idle_timeout: a later answer is cut off."
TARGET_GROUP = "target_groups must have the ARNs of a target group and of its application load balancer."
DATABASE_PERCENT = bad_percent("databases", "cpu_percent", "free_storage_percent", "connections_percent")
DATABASE_SIZE = "databases must have allocated_storage and max_connections of 1 or more, whole numbers."
FUNCTION_PERCENT = bad_percent("functions", "duration_percent")
TIMEOUT = "functions must have a timeout from 1 to 900, in whole seconds."
COUNTS = "functions must have errors and throttles of 1 or more, whole numbers: at 0 the alarm would never end."
GROUP_PERCENT = bad_percent("autoscaling_groups", "cpu_percent", "memory_percent", "disk_percent")
AGENT = "autoscaling_groups with memory_percent or disk_percent need cloudwatch_agent: EC2 measures neither."
BURSTABLE = "autoscaling_groups with minimum_credits need a burstable instance_type, such as t3.medium."
CREDITS = "autoscaling_groups must have a minimum_credits above 0: the balance is never negative."
CLUSTER = "clusters must be ARNs of ECS clusters."
PROTOCOL = "subscriptions must have a protocol among email, https, lambda, sqs."
ENDPOINT = "subscriptions must have an endpoint that suits the protocol: an address, an https:// URL or an ARN."
MINUTES = "minutes_to_alarm must be from 1 to 60."
DISABLED = "disabled_alarms must name alarms, such as service-web-cpu for what services calls web."
DASHBOARD = "dashboards must be among services, load-balancers, databases, runner."
RATE = "sampling_rules must have a fixed_rate from 0 to 1."
RESERVOIR = "sampling_rules must have a reservoir_size of 0 or more, a whole number."
PRIORITY = "each of sampling_rules must have a priority of its own, from 1 to 9999."


def refused(messages: tuple[str, ...], **inputs: object) -> WrongCall:
    return WrongCall("monitoring", {"name": "example", **inputs}, messages)


VALIDATIONS = {
    "monitoring_all": refused(
        (
            bad_name(40),
            bad_keys("services"),
            SERVICE_PERCENT,
            MINIMUM_TASKS,
            bad_keys("load_balancers"),
            "load_balancers must have an ARN of an application load balancer.",
            ERROR_PERCENT,
            MINIMUM_REQUESTS,
            LATENCY,
            bad_keys("target_groups"),
            TARGET_GROUP,
            bad_keys("databases"),
            DATABASE_PERCENT,
            DATABASE_SIZE,
            bad_keys("functions"),
            FUNCTION_PERCENT,
            TIMEOUT,
            COUNTS,
            bad_keys("autoscaling_groups"),
            GROUP_PERCENT,
            AGENT,
            BURSTABLE,
            CREDITS,
            bad_keys("clusters"),
            CLUSTER,
            bad_keys("subscriptions"),
            PROTOCOL,
            MINUTES,
            DASHBOARD,
            bad_keys("sampling_rules"),
            RATE,
            RESERVOIR,
        ),
        name="Example",
        services={"Web": {**SERVICE, "cpu_percent": 100, "minimum_tasks": 0}},
        load_balancers={
            "a_b": {
                "arn": f"{ELB}:loadbalancer/net/web/0123456789abcdef",
                "error_percent": 0,
                "minimum_requests": 0,
                "latency_seconds": 60,
            }
        },
        target_groups={"-a": {"arn": BALANCER, "load_balancer_arn": BALANCER}},
        databases={"a" * 41: {**DATABASE, "cpu_percent": 0, "allocated_storage": 0}},
        functions={"": {**FUNCTION, "duration_percent": 100, "timeout": 0, "errors": 0}},
        autoscaling_groups={"é": {"name": "g", "instance_type": "m5.large", "disk_percent": 100, "minimum_credits": 0}},
        clusters={"A": "example-test"},
        subscriptions={"A": {"protocol": "sms", "endpoint": "+15550100"}},
        minutes_to_alarm=0,
        dashboards=["costs"],
        sampling_rules={"A": {"priority": 1, "fixed_rate": 1.01, "reservoir_size": 0.5}},
    ),
    # The other side of each limit, and what a wrong first condition would hide.
    "monitoring_other_sides": refused(
        (
            SERVICE_PERCENT,
            MINIMUM_TASKS,
            ERROR_PERCENT,
            MINIMUM_REQUESTS,
            LATENCY,
            TARGET_GROUP,
            DATABASE_PERCENT,
            DATABASE_SIZE,
            FUNCTION_PERCENT,
            TIMEOUT,
            COUNTS,
            GROUP_PERCENT,
            AGENT,
            CREDITS,
            ENDPOINT,
            MINUTES,
            RATE,
            RESERVOIR,
        ),
        services={"web": {**SERVICE, "memory_percent": 0, "minimum_tasks": 1.5}},
        load_balancers={"web": {"arn": BALANCER, "error_percent": 100, "minimum_requests": 2.5, "latency_seconds": 0}},
        target_groups={"web": {"arn": TARGETS, "load_balancer_arn": TARGETS}},
        databases={"main": {**DATABASE, "free_storage_percent": 100, "max_connections": 0.5}},
        functions={"runner": {**FUNCTION, "duration_percent": 0, "timeout": 901, "throttles": 0}},
        autoscaling_groups={"runner": {**GROUP, "memory_percent": 100, "minimum_credits": -1}},
        subscriptions={"team": {"protocol": "email", "endpoint": "https://example.com"}},
        minutes_to_alarm=61,
        sampling_rules={"all": {"priority": 1, "fixed_rate": -0.01, "reservoir_size": -1}},
    ),
    "monitoring_endpoints": refused(
        (ENDPOINT, DATABASE_PERCENT, TIMEOUT, COUNTS, GROUP_PERCENT),
        subscriptions={"queue": {"protocol": "sqs", "endpoint": "arn:aws:lambda:us-west-2:123456789012:function:f"}},
        databases={"main": {**DATABASE, "connections_percent": 100}},
        functions={"runner": {**FUNCTION, "timeout": 1.5, "errors": 1.5}},
        autoscaling_groups={"runner": {**GROUP, "cpu_percent": 100}},
    ),
    "monitoring_plain_http": refused(
        (ENDPOINT,), subscriptions={"pager": {"protocol": "https", "endpoint": "http://example.com"}}
    ),
    "monitoring_no_function": refused(
        (ENDPOINT,), subscriptions={"f": {"protocol": "lambda", "endpoint": "arn:aws:sqs:us-west-2:123456789012:q"}}
    ),
    "monitoring_same_priority": refused((PRIORITY,), sampling_rules={"a": {"priority": 1}, "b": {"priority": 1}}),
    "monitoring_priority_too_high": refused((PRIORITY,), sampling_rules={"a": {"priority": 10000}}),
    "monitoring_priority_zero": refused((PRIORITY,), sampling_rules={"a": {"priority": 0}}),
    "monitoring_priority_in_between": refused((PRIORITY,), sampling_rules={"a": {"priority": 1.5}}),
}
COMPARISONS = {
    "monitoring_unknown_alarm": refused((DISABLED,), disabled_alarms=["service-web-cpu"]),
    "monitoring_unknown_metric": refused(
        (DISABLED,), services={"web": SERVICE}, disabled_alarms=["service-web-cpu", "service-web-disk"]
    ),
}
