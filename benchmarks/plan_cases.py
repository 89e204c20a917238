"""What the plan benchmark plans: modules/vpc with twelve sets of variables, each of 20 to 30 resources."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

Variables = Mapping[str, Any]

ZONES = ("us-west-2a", "us-west-2b")
FEWEST, MOST = 20, 30


def subnets(first: int, *zones: str) -> dict[str, str]:
    """The ranges 10.0.*first*.0/24 and following, one a zone."""
    return {zone: f"10.0.{first + number}.0/24" for number, zone in enumerate(zones)}


EXAMPLE: Variables = {
    "name": "benchmark",
    "cidr": "10.0.0.0/16",
    "public_subnets": subnets(1, *ZONES),
    "private_subnets": subnets(10, *ZONES),
    "isolated_subnets": subnets(20, *ZONES),
    "nat_gateway_zones": [ZONES[0]],
}
CASES: Mapping[str, Variables] = {
    "example": EXAMPLE,
    "other name": {**EXAMPLE, "name": "other"},
    "larger range": {**EXAMPLE, "cidr": "10.0.0.0/17"},
    "other ranges": {**EXAMPLE, "isolated_subnets": subnets(30, *ZONES)},
    "tags": {**EXAMPLE, "tags": {"Team": "platform", "Stage": "test"}},
    "logs kept for a week": {**EXAMPLE, "log_retention_days": 7},
    "no flow logs": {**EXAMPLE, "flow_logs": False},
    "no way out": {**EXAMPLE, "nat_gateway_zones": []},
    "no isolated subnets": {**EXAMPLE, "isolated_subnets": {}},
    "one private subnet": {**EXAMPLE, "private_subnets": subnets(10, ZONES[0])},
    "no private subnets": {**EXAMPLE, "private_subnets": {}, "isolated_subnets": subnets(20, *ZONES, "us-west-2c")},
    "third isolated zone": {
        **EXAMPLE,
        "isolated_subnets": subnets(20, *ZONES, "us-west-2c"),
        "private_subnets": subnets(10, ZONES[0]),
    },
}
