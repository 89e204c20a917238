"""Checks of buckets: ages, logs of load balancers, origins."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.unit.systems.manifest.manifests import Edited, edited

CORS = "cors: { app: { allowed_origins: %s, allowed_methods: [GET] } }"


def with_bucket(directory: Path, written: str, *changes: tuple[str, str]) -> Edited:
    return edited(directory, ("      traces: {}\n", f"      traces: {{ {written} }}\n"), *changes)


@pytest.mark.parametrize(
    ("written", "what"),
    [
        ("transitions: { STANDARD_IA: 29 }", "buckets.traces.transitions.STANDARD_IA is 29 days (environment dev)."),
        ("transitions: { GLACIER: -1 }", "buckets.traces.transitions.GLACIER is -1 days (environment dev)."),
        (
            "transitions: { GLACIER: 90 }, expiration_days: 90",
            "Objects of traces would move to GLACIER after 90 days but expire after 90 (environment dev).",
        ),
        (
            CORS % "https://*.*.org",
            "buckets.traces.cors.app.allowed_origins[0] has more than one * (environment dev).",
        ),
        ("transitions: { ICE: 1 }", '"ICE" cannot be a name in buckets.traces.transitions (environment dev).'),
        (CORS % "[]", "buckets.traces.cors.app.allowed_origins must not be empty (environment dev)."),
    ],
)
def test_what_s3_refuses_is_refused(tmp_path: Path, written: str, what: str) -> None:
    assert with_bucket(tmp_path, written).error("traces:").what == what


@pytest.mark.parametrize(
    "written",
    ["transitions: { STANDARD_IA: 30, GLACIER: 90 }, expiration_days: 91", CORS % '["https://{domain}", "http://*"]'],
)
def test_what_s3_takes_is_taken(tmp_path: Path, written: str) -> None:
    assert with_bucket(tmp_path, written).resolve().buckets["traces"]


def test_an_origin_in_the_domain_needs_one(tmp_path: Path) -> None:
    text = """\
system: lab
owner: teaching
region: us-east-1
network:
  nat: none
  vpc: { availability_zones: [us-east-1a], cidr: 10.0.0.0/16, subnets: {} }
buckets:
  uploads: { cors: { app: { allowed_origins: "https://{domain}", allowed_methods: [PUT] } } }
environments: { dev: {} }
"""
    path = tmp_path / "system.yaml"
    path.write_text(text)
    error = Edited(path, text).error("uploads:")
    assert error.what == ("buckets.uploads.cors.app.allowed_origins[0] holds {domain}, but the system has no domain.")


def test_load_balancers_write_to_one_bucket(tmp_path: Path) -> None:
    written = "load_balancer_logs: true }\n      logs: { load_balancer_logs: true"
    error = with_bucket(tmp_path, written).error("      logs:")
    assert error.what == "Load balancers already write their logs to the bucket traces (environment dev)."


def test_no_bucket_is_called_like_the_one_of_load_balancers(tmp_path: Path) -> None:
    named = ("      traces: {}\n", "      lb-logs: {}\n")
    error = edited(tmp_path, named).error("lb-logs:")
    assert error.what == "The load balancers' own bucket is called lb-logs (environment dev)."
    theirs = ("      traces: {}\n", "      lb-logs: { load_balancer_logs: true }\n")
    assert edited(tmp_path, theirs).resolve()
