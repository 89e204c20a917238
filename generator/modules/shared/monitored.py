"""The variables that name what is monitored, and the checks without which an alarm could never go off."""

from __future__ import annotations

from collections.abc import Callable

from generator.bindings import functions as fn
from generator.hcl.expression import Expr, for_list, null
from generator.hcl.module import Check, Variable
from generator.hcl.type_constraint import map_of, object_of, optional
from generator.modules.shared.common import every, matches

PROTOCOLS = ("email", "https", "lambda", "sqs")
LOAD_BALANCER_ARN = "^arn:[a-z-]+:elasticloadbalancing:[^:]+:[0-9]+:loadbalancer/app/.+$"
TARGET_GROUP_ARN = "^arn:[a-z-]+:elasticloadbalancing:[^:]+:[0-9]+:targetgroup/.+$"
ADDRESSES = {
    "email": "^[^@ ]+@[^@ ]+$",
    "https": "^https://.+$",
    "lambda": "^arn:[a-z-]+:lambda:.+$",
    "sqs": "^arn:[a-z-]+:sqs:.+$",
}
SAMPLING_RULES = map_of(
    object_of(
        {
            "priority": "number",
            "service_name": optional("string", "*"),
            "http_method": optional("string", "*"),
            "url_path": optional("string", "*"),
            "reservoir_size": optional("number", 1),
            "fixed_rate": optional("number", 0.05),
        }
    )
)


def keyed(name: str, value: Expr) -> Check:
    """The check that the keys of *value* can be parts of names."""
    return (
        every(fn.keys(value), lambda key: matches("^[a-z0-9][a-z0-9-]{0,39}$", key), names=("key",)),
        f"the keys of {name} must be at most 40 lower-case letters, digits and hyphens.",
    )


def each_of(value: Expr, condition: Callable[[Expr], Expr]) -> Expr:
    """The condition that *condition* holds for each entry of the map *value*."""
    return every(value, lambda _, item: condition(item), names=("_", "item"))


def percentages(name: str, value: Expr, *attributes: str) -> Check:
    """The check that *attributes* of each entry are percentages that a metric can pass; null is none."""

    def passable(item: Expr) -> Expr:
        given = [fn.coalesce(Expr(f"{item.code}.{attribute}"), 1) for attribute in attributes]
        return fn.alltrue(for_list(given, lambda percent: (percent > 0) & (percent < 100), names=("percent",)))

    return (
        each_of(value, passable),
        f"{name} must have {' and '.join(attributes)} above 0 and below 100: no metric passes 100 %.",
    )


def services_variable() -> Variable:
    return Variable(
        map_of(
            object_of(
                {
                    "cluster": "string",
                    "service": "string",
                    "cpu_percent": optional("number", 80),
                    "memory_percent": optional("number", 80),
                    "minimum_tasks": optional("number"),
                    "container_insights": optional("bool", True),
                }
            )
        ),
        "ECS services by key: names of cluster and service, and the limits. Fewer than minimum_tasks running tasks are "
        "an alarm (null: none, as for a service that sleeps at night); container_insights says whether the cluster "
        "counts them.",
        default={},
        checks=lambda v: [
            keyed("services", v),
            percentages("services", v, "cpu_percent", "memory_percent"),
            (
                each_of(v, lambda s: whole(fn.coalesce(s.minimum_tasks, 1))),
                "services must have a minimum_tasks of 1 or more: fewer than none cannot run; null sets no alarm.",
            ),
        ],
    )


def load_balancers_variable() -> Variable:
    return Variable(
        map_of(
            object_of(
                {
                    "arn": "string",
                    "error_percent": optional("number", 5),
                    "minimum_requests": optional("number", 5),
                    "latency_seconds": optional("number", 1),
                    "idle_timeout": optional("number", 60),
                }
            )
        ),
        "Application load balancers by key: the ARN, the share of requests that may fail, the requests in five minutes "
        "below which that is not judged, the seconds in which 95 % must be answered, and the idle timeout.",
        default={},
        checks=lambda v: [
            keyed("load_balancers", v),
            (
                each_of(v, lambda b: matches(LOAD_BALANCER_ARN, b.arn)),
                "load_balancers must have an ARN of an application load balancer.",
            ),
            percentages("load_balancers", v, "error_percent"),
            (
                each_of(v, lambda b: whole(b.minimum_requests)),
                "load_balancers must have a minimum_requests of 1 or more, a whole number.",
            ),
            (
                each_of(v, lambda b: (b.latency_seconds > 0) & (b.latency_seconds < b.idle_timeout)),
                "load_balancers must have latency_seconds above 0 and below idle_timeout: a later answer is cut off.",
            ),
        ],
    )


def target_groups_variable() -> Variable:
    return Variable(
        map_of(object_of({"arn": "string", "load_balancer_arn": "string"})),
        "Target groups by key, with their load balancer: a target that fails its health check is an alarm.",
        default={},
        checks=lambda v: [
            keyed("target_groups", v),
            (
                each_of(
                    v,
                    lambda g: matches(TARGET_GROUP_ARN, g.arn) & matches(LOAD_BALANCER_ARN, g.load_balancer_arn),
                ),
                "target_groups must have the ARNs of a target group and of its application load balancer.",
            ),
        ],
    )


def databases_variable() -> Variable:
    return Variable(
        map_of(
            object_of(
                {
                    "identifier": "string",
                    "allocated_storage": "number",
                    "max_connections": "number",
                    "cpu_percent": optional("number", 80),
                    "free_storage_percent": optional("number", 15),
                    "connections_percent": optional("number", 80),
                }
            )
        ),
        "RDS instances by key, replicas too: the identifier, GiB of storage, the connections that class and parameters "
        "allow, and the limits in percent of those.",
        default={},
        checks=lambda v: [
            keyed("databases", v),
            percentages("databases", v, "cpu_percent", "free_storage_percent", "connections_percent"),
            (
                each_of(v, lambda d: whole(d.allocated_storage) & whole(d.max_connections)),
                "databases must have allocated_storage and max_connections of 1 or more, whole numbers.",
            ),
        ],
    )


def functions_variable() -> Variable:
    return Variable(
        map_of(
            object_of(
                {
                    "name": "string",
                    "timeout": "number",
                    "errors": optional("number", 1),
                    "throttles": optional("number", 1),
                    "duration_percent": optional("number", 90),
                }
            )
        ),
        "Lambda functions by key: name, timeout in seconds, the failed and the refused calls in five minutes, and the "
        "percentage of the timeout, that are an alarm.",
        default={},
        checks=lambda v: [
            keyed("functions", v),
            percentages("functions", v, "duration_percent"),
            (
                each_of(v, lambda f: whole(f.timeout) & (f.timeout <= 900)),
                "functions must have a timeout from 1 to 900, in whole seconds.",
            ),
            (
                each_of(v, lambda f: whole(f.errors) & whole(f.throttles)),
                "functions must have errors and throttles of 1 or more, whole numbers: at 0 the alarm would never end.",
            ),
        ],
    )


def autoscaling_groups_variable() -> Variable:
    return Variable(
        map_of(
            object_of(
                {
                    "name": "string",
                    "instance_type": "string",
                    "cloudwatch_agent": optional("bool", False),
                    "cpu_percent": optional("number", 80),
                    "memory_percent": optional("number"),
                    "disk_percent": optional("number"),
                    "minimum_credits": optional("number"),
                }
            )
        ),
        "Auto Scaling groups by key: name and instance type, and the limits. Limits of memory and disk need the "
        "CloudWatch agent on the instances, which aggregates by AutoScalingGroupName; credits need a burstable type.",
        default={},
        checks=lambda v: [
            keyed("autoscaling_groups", v),
            percentages("autoscaling_groups", v, "cpu_percent", "memory_percent", "disk_percent"),
            (
                each_of(v, lambda g: g.cloudwatch_agent | ((g.memory_percent == null) & (g.disk_percent == null))),
                "autoscaling_groups with memory_percent or disk_percent need cloudwatch_agent: EC2 measures neither.",
            ),
            (
                each_of(v, lambda g: (g.minimum_credits == null) | matches("^t[0-9]", g.instance_type)),
                "autoscaling_groups with minimum_credits need a burstable instance_type, such as t3.medium.",
            ),
            (
                each_of(v, lambda g: fn.coalesce(g.minimum_credits, 1) > 0),
                "autoscaling_groups must have a minimum_credits above 0: the balance is never negative.",
            ),
        ],
    )


def sampling_rules_variable() -> Variable:
    return Variable(
        SAMPLING_RULES,
        "X-Ray's sampling by key: which requests (* matches any characters), how many a second are always traced, and "
        "the share of the others. In the whole account, the rule with the lowest priority that matches decides.",
        default={},
        checks=lambda v: [
            keyed("sampling_rules", v),
            (
                each_of(v, lambda r: (r.fixed_rate >= 0) & (r.fixed_rate <= 1)),
                "sampling_rules must have a fixed_rate from 0 to 1.",
            ),
            (
                each_of(v, lambda r: whole(r.reservoir_size + 1)),
                "sampling_rules must have a reservoir_size of 0 or more, a whole number.",
            ),
            (
                each_of(v, lambda r: whole(r.priority) & (r.priority <= 9999))
                & (fn.length(fn.distinct(Expr("[for rule in var.sampling_rules : rule.priority]"))) == fn.length(v)),
                "each of sampling_rules must have a priority of its own, from 1 to 9999.",
            ),
        ],
    )


def subscriptions_variable() -> Variable:
    return Variable(
        map_of(object_of({"protocol": "string", "endpoint": "string"})),
        f"Who is told, by key: the protocol ({', '.join(PROTOCOLS)}) and the address, URL or ARN. An address and a URL "
        "have to confirm that they want it.",
        default={},
        checks=lambda v: [
            keyed("subscriptions", v),
            (
                each_of(v, lambda s: fn.contains(list(PROTOCOLS), s.protocol)),
                f"subscriptions must have a protocol among {', '.join(PROTOCOLS)}.",
            ),
            (
                each_of(v, lambda s: fn.can(fn.regex(fn.lookup(ADDRESSES, s.protocol, "."), s.endpoint))),
                "subscriptions must have an endpoint that suits the protocol: an address, an https:// URL or an ARN.",
            ),
        ],
    )


def whole(number: Expr) -> Expr:
    """The condition that *number* is a whole number from 1."""
    return (number >= 1) & (fn.floor(number) == number)
