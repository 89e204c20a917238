"""The instances of a cluster as a caller names them."""

from __future__ import annotations

from collections.abc import Callable

from generator.bindings import functions as fn
from generator.hcl.expression import Expr, for_list, null
from generator.hcl.module import Variable
from generator.hcl.type_constraint import list_of, map_of, object_of, optional
from generator.modules.shared.common import every, matches

INGRESS = map_of(object_of({"security_group_id": "string", "from_port": "number", "to_port": "number"}))
EGRESS = map_of(
    object_of(
        {
            "port": "number",
            "cidr_ipv4": optional("string"),
            "prefix_list_id": optional("string"),
            "security_group_id": optional("string"),
        }
    )
)
INSTANCES = map_of(
    object_of(
        {
            "instance_type": "string",
            "subnet_ids": list_of("string"),
            "minimum": optional("number", 0),
            "maximum": "number",
            "target_capacity": optional("number", 100),
            "max_lifetime_days": optional("number"),
            "instance_refresh": optional("bool", True),
            "root_volume_size": optional("number", 30),
            "ingress": optional(INGRESS, {}),
            "egress": optional(EGRESS, {"https": {"port": 443, "cidr_ipv4": "0.0.0.0/0"}}),
            "repository_arns": optional(list_of("string"), []),
            "allow_privileged": optional("bool", False),
            "prune": optional(
                object_of({"every_hours": optional("number", 6), "unused_hours": optional("number", 24)})
            ),
            "reaper": optional(
                object_of(
                    {
                        "container_prefix": "string",
                        "container_minutes": "number",
                        "volume_prefix": optional("string"),
                        "volume_minutes": optional("number", 1440),
                    }
                )
            ),
        }
    )
)
# The recommended AMI's own size: EC2 starts no instance from it with a smaller disk.
SMALLEST_DISK, LARGEST_DISK = 30, 16384
PREFIX = "^[a-zA-Z0-9][a-zA-Z0-9_.-]*$"


def instances_variable() -> Variable:
    return Variable(
        INSTANCES,
        "EC2 capacity by the key that ends its names: instance type (its processor decides the AMI), private subnets, "
        "limits of the number of instances, the part in per cent to keep in use, days after which an instance is "
        "replaced, and whether a changed launch template replaces instances at once. GiB of the encrypted disk; who "
        "may reach the instances, and what they reach (HTTPS anywhere unless named); repositories that the host itself "
        "pulls from; whether containers may be privileged. prune removes what Docker no longer uses, reaper ends "
        "containers whose names start with a prefix after some minutes.",
        default={},
        checks=lambda v: [
            (
                every(v, lambda key, _: matches("^[a-z]([a-z0-9-]{0,16}[a-z0-9])?$", key), names=("key", "_")),
                "the keys of instances must be 1 to 18 lower-case letters, digits or hyphens, starting with a letter.",
            ),
            (
                fn.length(v) <= 18,
                "instances may have 18 keys: ECS takes 20 capacity providers, Fargate's two included.",
            ),
            (
                (fn.length(v) == 0) | ~matches("^(aws|ecs|fargate)", Expr("var.name")),
                "name must not start with aws, ecs or fargate where there are instances: ECS keeps those names.",
            ),
            (
                (fn.length(v) == 0) | (Expr("var.vpc_id") != null),
                "instances need vpc_id.",
            ),
            (
                _each(v, lambda i: matches("^[a-z][a-z0-9-]*[.][a-z0-9-]+$", i.instance_type)),
                "instances must have an instance_type such as t3.medium.",
            ),
            (_each(v, lambda i: fn.length(i.subnet_ids) >= 1), "instances must name at least one subnet."),
            (
                _each(v, lambda i: (i.minimum >= 0) & (i.minimum <= i.maximum) & (i.maximum >= 1)),
                "instances must have a minimum from 0 to their maximum, and a maximum of 1 or more.",
            ),
            (
                _each(v, lambda i: (i.target_capacity >= 1) & (i.target_capacity <= 100)),
                "instances must have a target_capacity from 1 to 100.",
            ),
            (
                _each(v, lambda i: _within(fn.coalesce(i.max_lifetime_days, 1), 1, 365)),
                "instances must have max_lifetime_days from 1 to 365.",
            ),
            (
                _each(v, lambda i: _within(i.root_volume_size, SMALLEST_DISK, LARGEST_DISK)),
                f"instances must have a root_volume_size from {SMALLEST_DISK} to {LARGEST_DISK}.",
            ),
            (
                _each(v, lambda i: _all(i.ingress, lambda r: _within(r.from_port, 1, 65535) & _ordered(r))),
                "the ingress of instances must have ports from 1 to 65535, from_port up to to_port.",
            ),
            (
                _each(v, lambda i: _all(i.ingress, lambda r: (r.from_port > 22) | (r.to_port < 22))),
                "the ingress of instances must leave out port 22: Session Manager opens shells, without SSH.",
            ),
            (
                _each(v, lambda i: _all(i.egress, lambda r: _within(r.port, 1, 65535) & (_targets(r) == 1))),
                "the egress of instances must have a port from 1 to 65535, and one target of three kinds.",
            ),
            (
                _each(
                    v, lambda i: _all(i.repository_arns, lambda arn: matches("^arn:[a-z-]+:ecr:.+:repository/.+$", arn))
                ),
                "the repository_arns of instances must be ARNs of ECR repositories.",
            ),
            (
                _each(
                    v, lambda i: (i.prune == null) | fn.try_(_whole(i.prune.every_hours, i.prune.unused_hours), False)
                ),
                "the prune of instances must have every_hours and unused_hours of 1 or more, whole numbers.",
            ),
            (
                _each(
                    v,
                    lambda i: (
                        (i.reaper == null)
                        | fn.try_(
                            _whole(i.reaper.container_minutes, i.reaper.volume_minutes)
                            & _safe_prefix(i.reaper.container_prefix)
                            & _safe_prefix(fn.coalesce(i.reaper.volume_prefix, "volume")),
                            False,
                        )
                    ),
                ),
                "the reaper of instances must have whole minutes of 1 or more, and prefixes that ECS does not use.",
            ),
        ],
    )


def _each(instances: Expr, condition: Callable[[Expr], Expr]) -> Expr:
    return every(instances, lambda _, i: condition(i), names=("_", "group"))


def _all(items: Expr, condition: Callable[[Expr], Expr]) -> Expr:
    return fn.alltrue(for_list(items, condition, names=("item",)))


def _within(number: Expr, low: int, high: int) -> Expr:
    return (number >= low) & (number <= high)


def _ordered(rule: Expr) -> Expr:
    return (rule.from_port <= rule.to_port) & (rule.to_port <= 65535)


def _targets(rule: Expr) -> Expr:
    """How many of the three kinds of targets *rule* has."""
    return fn.length(fn.compact([rule.cidr_ipv4, rule.prefix_list_id, rule.security_group_id]))


def _whole(*numbers: Expr) -> Expr:
    return fn.alltrue([(number >= 1) & (number == fn.floor(number)) for number in numbers])


def _safe_prefix(prefix: Expr) -> Expr:
    """Whether *prefix* is nothing that a shell would read otherwise, and finds no container that ECS itself started."""
    return matches(PREFIX, prefix) & ~fn.startswith("ecs-", prefix) & ~fn.startswith(prefix, "ecs-")
