"""What the module vpc refuses: calls with wrong values, and the whole message of every validation and precondition."""

from __future__ import annotations

from collections.abc import Mapping

from generator.modules.vpc import Vpc
from tests.plan.wrong_values import RETENTION, WrongCall, bad_name

TIERS = ("public", "private", "isolated")
CIDR = "cidr must be an IPv4 range from /16 to /28, such as 10.0.0.0/16."
BUCKET = {"arn": "arn:aws:s3:::example-flow-logs"}
KEY = "arn:aws:kms:us-west-2:123456789012:key/01234567-89ab-cdef-0123-456789abcdef"
PLACES = "Each of interface_endpoints must stand in zones that its tier has."
DOMAINS = "dns_firewall_allowed_domains must be domains such as example.com or *.example.com, in lower case."
ZONES = {"name": "example-test", "cidr": "10.0.0.0/16"}


def bad_zones(tier: str) -> str:
    return f"{tier}_subnets must be keyed by availability zones such as us-west-2a."


def bad_ranges(tier: str) -> str:
    return f"{tier}_subnets must be IPv4 ranges from /16 to /28, such as 10.0.1.0/24."


def not_computed(tier: str) -> str:
    return f"{tier}_subnets can compute ranges for zones such as us-west-2a to us-west-2h only: give those of others."


def call(inputs: Mapping[str, object], *messages: str) -> WrongCall:
    return WrongCall("vpc", {**Vpc.example, **inputs}, messages)


VALIDATIONS = {
    "vpc_all": call(
        {
            "name": "Example",
            "public_subnets": {"us-west-2a": "10.0.1.0"},
            "private_subnets": {"us-west-2a": "10.0.300.0/24"},
            "isolated_subnets": {"us-west-2a": "2001:db8::/64"},
            "nat_gateway_zones": [],
            "log_retention_days": 0,
            "flow_logs_bucket": {"arn": "example-flow-logs"},
            "dns_firewall_allowed_domains": ["example.com", "*.com"],
        },
        bad_name(40),
        *map(bad_ranges, TIERS),
        RETENTION,
        "flow_logs_bucket must have the ARN of a bucket.",
        DOMAINS,
    ),
    # Its validation looks at the subnets too, so that Terraform checks it only once theirs hold.
    "vpc_too_small": call({"cidr": "10.0.0.0/29"}, CIDR),
    "vpc_too_wide": call({"cidr": "10.0.0.0/15"}, CIDR),
    "vpc_no_range": call({"cidr": "10.0.0.0"}, CIDR),
    "vpc_host_bits": call({"cidr": "10.0.0.1/16"}, CIDR),
    "vpc_subnet_with_host_bits": call({"isolated_subnets": {"us-west-2a": "10.0.20.7/24"}}, bad_ranges("isolated")),
    "vpc_subnet_too_small": call({"isolated_subnets": {"us-west-2a": "10.0.20.0/29"}}, bad_ranges("isolated")),
    "vpc_long_name": call({"name": "a" * 41}, bad_name(40)),
    "vpc_last_hyphen": call({"name": "example-"}, bad_name(40)),
    "vpc_no_zones": WrongCall(
        "vpc",
        {**ZONES, **{f"{tier}_subnets": {"a": "10.0.1.0/24"} for tier in TIERS}},
        tuple(map(bad_zones, TIERS)),
    ),
    "vpc_no_letters": WrongCall(
        "vpc",
        {**ZONES, **{f"{tier}_subnets": {"us-west-2-lax-1a": None} for tier in TIERS}},
        tuple(map(not_computed, TIERS)),
    ),
    "vpc_domain_in_upper_case": call({"dns_firewall_allowed_domains": ["Example.com"]}, DOMAINS),
    "vpc_every_domain": call({"dns_firewall_allowed_domains": ["*"]}, DOMAINS),
    "vpc_no_key": call(
        {"flow_logs_kms_key_arn": "alias/example"}, "flow_logs_kms_key_arn must be the ARN of a KMS key."
    ),
    "vpc_endpoints": call(
        {
            "interface_endpoints": {
                "Logs": {},
                "s3": {},
                "ecr.api": {"zones": []},
                "ecr.dkr": {"policy": "everything"},
            }
        },
        "interface_endpoints must be keyed by services such as ecr.api or logs.",
        "interface_endpoints must not name s3 or dynamodb: those have gateway endpoints, which are free.",
        "Each of interface_endpoints must name at least one zone, or have zones null for all of its tier.",
        "Each policy of interface_endpoints must be the JSON of a policy.",
    ),
    "vpc_public_endpoint": call(
        {"interface_endpoints": {"logs": {"tier": "public"}}},
        "Each of interface_endpoints must have tier private or isolated.",
    ),
}
COMPARISONS = {
    "vpc_nat_nowhere": call(
        {"nat_gateway_zones": ["us-west-2c"]},
        "nat_gateway_zones must be zones of public_subnets: a NAT gateway stands in a public subnet.",
    ),
    "vpc_too_small_to_compute": WrongCall(
        "vpc",
        {"name": "example-test", "cidr": "10.0.0.0/24", "private_subnets": {"us-west-2a": None}},
        ("Ranges of subnets are computed in a cidr of /23 or larger only: give them.",),
    ),
    "vpc_endpoint_in_no_zone": call({"interface_endpoints": {"logs": {"zones": ["us-west-2c"]}}}, PLACES),
    "vpc_endpoint_in_no_tier": WrongCall(
        "vpc", {**ZONES, "interface_endpoints": {"logs": {"tier": "isolated"}}}, (PLACES,)
    ),
    "vpc_isolated_nothing": WrongCall(
        "vpc",
        {**ZONES, "isolated_image_layers": True, "isolated_network_acl": True},
        (
            "isolated_image_layers is about isolated_subnets: give some.",
            "isolated_network_acl is about isolated_subnets: give some.",
        ),
    ),
    "vpc_no_flow_logs": call({"flow_logs": False, "flow_logs_bucket": BUCKET}, "flow_logs_bucket needs flow_logs."),
    "vpc_key_of_a_bucket": call(
        {"flow_logs_bucket": BUCKET, "flow_logs_kms_key_arn": KEY},
        "flow_logs_kms_key_arn needs flow logs in CloudWatch: a bucket brings its own key.",
    ),
}
PRECONDITIONS = {
    "vpc_other_region": WrongCall(
        "vpc",
        {
            **ZONES,
            "public_subnets": {"us-west-2a": None, "eu-west-1b": "10.0.64.0/24"},
            "private_subnets": {"eu-west-1a": "10.0.128.0/24"},
            "isolated_subnets": {"eu-west-1c": "10.0.192.0/24"},
        },
        ("Subnets must be in zones of us-west-2, unlike eu-west-1b, eu-west-1a, eu-west-1c.",),
    ),
    "vpc_outside": WrongCall(
        "vpc",
        {
            **ZONES,
            "public_subnets": {"us-west-2a": None, "us-west-2b": "10.3.1.0/24"},
            "private_subnets": {"us-west-2a": "10.1.1.0/24"},
            "isolated_subnets": {"us-west-2a": "10.2.1.0/24"},
        },
        ("Subnets must lie within 10.0.0.0/16, unlike 10.3.1.0/24, 10.1.1.0/24, 10.2.1.0/24.",),
    ),
    "vpc_overlapping": WrongCall(
        "vpc",
        {
            **ZONES,
            "public_subnets": {"us-west-2a": None},
            "private_subnets": {"us-west-2a": "10.0.1.0/24"},
            "isolated_subnets": {"us-west-2a": "10.0.2.0/24"},
        },
        ("Subnets must not overlap: 10.0.0.0/21 and 10.0.1.0/24; 10.0.0.0/21 and 10.0.2.0/24.",),
    ),
}
