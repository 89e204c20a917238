"""The variables of a network."""

from __future__ import annotations

from collections.abc import Callable

from generator.bindings import functions as fn
from generator.hcl.expression import Expr, null
from generator.hcl.module import Check, Module, Variable
from generator.hcl.type_constraint import list_of, map_of, object_of, optional, set_of
from generator.modules.shared.common import (
    every,
    log_retention_variable,
    matches,
    name_variable,
    one_of,
    tags_variable,
)
from generator.modules.shared.subnet_ranges import (
    SMALLEST_VPC_TO_COMPUTE_FROM,
    can_compute,
    is_range,
    prefix_length,
)

ZONE = "^[a-z]{2}(-[a-z]+)+-[0-9][a-z0-9-]*[a-z]$"
BUCKET = "^arn:[a-z-]+:s3:::[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$"
KEY = "^arn:[a-z-]+:kms:[a-z0-9-]+:[0-9]{12}:key/.+$"
SERVICE = "^[a-z][a-z0-9-]*([.][a-z0-9-]+)*$"
DOMAIN = "^([*][.])?([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?[.])+[a-z][a-z0-9-]*$"


def _subnets_variable(tier: str, purpose: str) -> Variable:
    name = f"{tier}_subnets"
    return Variable(
        map_of("string"),
        f"Range of the {tier} subnet of each zone, for {purpose}. Null computes it from the zone's letter.",
        default={},
        checks=lambda v: [
            (
                every(v, lambda zone, _: matches(ZONE, zone), names=("zone", "_")),
                f"{name} must be keyed by availability zones such as us-west-2a.",
            ),
            (
                every(v, lambda _, cidr: (cidr == null).then(True, is_range(cidr)), names=("_", "cidr")),
                f"{name} must be IPv4 ranges from /16 to /28, such as 10.0.1.0/24.",
            ),
            (
                every(v, lambda zone, cidr: (cidr != null) | can_compute(zone), names=("zone", "cidr")),
                f"{name} can compute ranges for zones such as us-west-2a to us-west-2h only: give those of others.",
            ),
        ],
    )


def _cidr_checks(cidr: Expr) -> list[Check]:
    subnets = fn.concat(*(fn.values(Expr(f"var.{tier}_subnets")) for tier in ("public", "private", "isolated")))
    return [
        (is_range(cidr), "cidr must be an IPv4 range from /16 to /28, such as 10.0.0.0/16."),
        (
            fn.try_(prefix_length(cidr) <= SMALLEST_VPC_TO_COMPUTE_FROM, True)
            | every(subnets, lambda subnet: subnet != null, names=("subnet",)),
            f"Ranges of subnets are computed in a cidr of /{SMALLEST_VPC_TO_COMPUTE_FROM} or larger only: give them.",
        ),
    ]


def _endpoint_checks(endpoints: Expr) -> list[Check]:
    def stands(endpoint: Expr) -> Expr:
        subnets = (endpoint.tier == "isolated").then(Expr("var.isolated_subnets"), Expr("var.private_subnets"))
        elsewhere = fn.try_(fn.setsubtract(endpoint.zones, fn.keys(subnets)), [])
        return (fn.length(subnets) > 0) & (fn.length(elsewhere) == 0)

    def holds_for_all(condition: Callable[[Expr], Expr]) -> Expr:
        return every(endpoints, lambda _, endpoint: condition(endpoint), names=("_", "endpoint"))

    return [
        (
            every(fn.keys(endpoints), lambda service: matches(SERVICE, service), names=("service",)),
            "interface_endpoints must be keyed by services such as ecr.api or logs.",
        ),
        (
            fn.length(fn.setintersection(fn.keys(endpoints), ["dynamodb", "s3"])) == 0,
            "interface_endpoints must not name s3 or dynamodb: those have gateway endpoints, which are free.",
        ),
        (
            holds_for_all(lambda e: one_of("", e.tier, ("private", "isolated"))[0]),
            "Each of interface_endpoints must have tier private or isolated.",
        ),
        (
            holds_for_all(lambda e: fn.try_(fn.length(e.zones) > 0, True)),
            "Each of interface_endpoints must name at least one zone, or have zones null for all of its tier.",
        ),
        (
            holds_for_all(lambda e: (e.policy == null) | fn.can(fn.jsondecode(e.policy).Statement)),
            "Each policy of interface_endpoints must be the JSON of a policy.",
        ),
        (holds_for_all(stands), "Each of interface_endpoints must stand in zones that its tier has."),
    ]


def _isolated_switch(name: str, description: str) -> Variable:
    return Variable(
        "bool",
        description,
        default=False,
        checks=lambda v: [
            (~v | (fn.length(Expr("var.isolated_subnets")) > 0), f"{name} is about isolated_subnets: give some.")
        ],
    )


class NetworkVariables(Module):
    """What a caller says of a network."""

    name = name_variable()
    cidr = Variable("string", "IPv4 range of the VPC, from /16 to /28.", checks=_cidr_checks)
    public_subnets = _subnets_variable("public", "load balancers and NAT gateways")
    private_subnets = _subnets_variable("private", "services and data")
    isolated_subnets = _subnets_variable("isolated", "code that nobody trusts: no route leaves the VPC")
    nat_gateway_zones = Variable(
        set_of("string"),
        "Zones with a NAT gateway: none, one (cheapest), or all (the loss of a zone then takes no other along).",
        default=[],
        checks=lambda v: [
            (
                fn.length(fn.setsubtract(v, fn.keys(Expr("var.public_subnets")))) == 0,
                "nat_gateway_zones must be zones of public_subnets: a NAT gateway stands in a public subnet.",
            )
        ],
    )
    interface_endpoints = Variable(
        map_of(
            object_of(
                {
                    "tier": optional("string", "private"),
                    "zones": optional(set_of("string")),
                    "policy": optional("string"),
                }
            )
        ),
        "Services of AWS to reach inside the VPC, such as ecr.api or logs: the tier and zones (null: all of the tier) "
        "of the endpoint, and its policy as JSON. Null admits every principal of this account and no other.",
        default={},
        checks=_endpoint_checks,
    )
    isolated_image_layers = _isolated_switch(
        "isolated_image_layers",
        "Whether isolated subnets may fetch image layers from ECR's own bucket, and nothing else, from S3.",
    )
    isolated_network_acl = _isolated_switch(
        "isolated_network_acl",
        "Whether a network ACL keeps isolated subnets within the VPC, whatever routes and security groups say.",
    )
    dns_firewall_allowed_domains = Variable(
        list_of("string"),
        "Domains, such as *.example.com, that the whole VPC may resolve, besides the names of interface_endpoints and "
        "of image layers; every other is blocked. Null leaves DNS open.",
        default=None,
        checks=lambda v: [
            (
                (v == null).then(True, fn.try_(every(v, lambda d: matches(DOMAIN, d), names=("domain",)), False)),
                "dns_firewall_allowed_domains must be domains such as example.com or *.example.com, in lower case.",
            )
        ],
    )
    flow_logs = Variable("bool", "Whether to log the network traffic.", default=True)
    flow_logs_bucket = Variable(
        object_of({"arn": "string"}),
        "Bucket that gets the flow logs, whose policy lets delivery.logs.amazonaws.com write; null keeps them in "
        "CloudWatch.",
        default=None,
        checks=lambda v: [
            ((v == null).then(True, matches(BUCKET, v.arn)), "flow_logs_bucket must have the ARN of a bucket."),
            ((v == null) | Expr("var.flow_logs"), "flow_logs_bucket needs flow_logs."),
        ],
    )
    flow_logs_kms_key_arn = Variable(
        "string",
        "ARN of the key that encrypts the flow logs in CloudWatch, whose policy admits CloudWatch Logs; null leaves "
        "that to CloudWatch.",
        default=None,
        checks=lambda v: [
            ((v == null) | matches(KEY, v), "flow_logs_kms_key_arn must be the ARN of a KMS key."),
            (
                (v == null) | (Expr("var.flow_logs") & (Expr("var.flow_logs_bucket") == null)),
                "flow_logs_kms_key_arn needs flow logs in CloudWatch: a bucket brings its own key.",
            ),
        ],
    )
    log_retention_days = log_retention_variable("the flow logs in CloudWatch")
    tags = tags_variable()

    def named(self, suffix: str = "") -> Expr:
        """The tags of one resource: the caller's and its name."""
        return fn.merge(self.tags, {"Name": f"{self.name}{suffix}"})
