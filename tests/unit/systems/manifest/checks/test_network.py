"""Checks of zones, subnets and their CIDRs."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.unit.systems.manifest.manifests import edited

PUBLIC = "public: [10.0.1.0/24, 10.0.2.0/24]"
ZONES = "[us-east-1a, us-east-1b]"


def test_a_zone_of_another_region_is_refused(tmp_path: Path) -> None:
    error = edited(tmp_path, (ZONES, "[us-east-1a, us-west-2b]")).error("us-west-2b")
    assert error.what == "The zone us-west-2b is not in the region us-east-1."


def test_a_zone_written_twice_is_refused(tmp_path: Path) -> None:
    error = edited(tmp_path, (ZONES, "[us-east-1a, us-east-1a]")).error("us-east-1a")
    assert error.what == "The zone us-east-1a is written twice."


@pytest.mark.parametrize("cidrs", ["[10.0.1.0/24]", "[10.0.1.0/24, 10.0.2.0/24, 10.0.3.0/24]"])
def test_a_tier_without_one_cidr_per_zone_is_refused(tmp_path: Path, cidrs: str) -> None:
    error = edited(tmp_path, (PUBLIC, f"public: {cidrs}")).error(f"public: {cidrs}")
    assert error.what.startswith("network.vpc.subnets.public has ")
    assert error.what.endswith(" for 2 zones (environment dev).")


def test_a_subnet_outside_the_vpc_is_refused(tmp_path: Path) -> None:
    error = edited(tmp_path, (PUBLIC, "public: [10.0.1.0/24, 10.9.2.0/24]")).error("10.9.2.0/24")
    assert error.what == "The subnet 10.9.2.0/24 is outside the VPC's 10.0.0.0/16 (environment dev)."


@pytest.mark.parametrize("other", ["10.0.1.0/24", "10.0.1.128/25", "10.0.0.0/20"])
def test_overlapping_subnets_are_refused(tmp_path: Path, other: str) -> None:
    errors = edited(tmp_path, (PUBLIC, f"public: [10.0.1.0/24, {other}]")).errors()
    assert f"The subnet {other} overlaps 10.0.1.0/24 of network.vpc.subnets.public[0] (environment dev)." in [
        error.what for error in errors
    ]


@pytest.mark.parametrize(
    ("tier", "who"),
    [("public", "the load balancer and NAT gateways"), ("private", "the services"), ("isolated", "the code runner")],
)
def test_a_tier_that_something_needs_is_not_left_out(tmp_path: Path, tier: str, who: str) -> None:
    manifest = edited(tmp_path)
    line = next(line for line in manifest.text.splitlines() if line.strip().startswith(f"{tier}: [10.0."))
    [error] = edited(tmp_path, (f"{line}\n", "")).errors()
    assert error.what == f"network.vpc.subnets has no {tier} subnets for {who} (environment dev)."


def test_services_without_a_way_out_are_refused(tmp_path: Path) -> None:
    error = edited(tmp_path, ("network:\n", "network:\n  nat: none\n")).error("nat: none")
    assert error.what == "The services cannot fetch their images: the network has no NAT gateway."


def test_a_load_balancer_in_one_zone_is_refused(tmp_path: Path) -> None:
    manifest = edited(tmp_path, (ZONES, "[us-east-1a]"))
    assert "A load balancer needs at least two availability zones." in [error.what for error in manifest.errors()]


def test_a_public_subnet_too_small_for_a_load_balancer_is_refused(tmp_path: Path) -> None:
    error = edited(tmp_path, (PUBLIC, "public: [10.0.1.0/24, 10.0.2.0/28]")).error("10.0.2.0/28")
    assert "too small for a load balancer" in error.what
    assert edited(tmp_path, (PUBLIC, "public: [10.0.1.0/24, 10.0.2.0/27]")).resolve()
