"""Monitoring in a manifest: defaults, subscribers, and limits that no metric could pass."""

from __future__ import annotations

from pathlib import Path

import pytest

from generator.systems.manifest.monitoring import protocol
from tests.unit.systems.manifest.manifests import Edited, edited


def monitored(directory: Path, text: str) -> Edited:
    return edited(directory, ("code_runner:\n", f"monitoring: {text}\ncode_runner:\n"))


def test_there_is_none_unless_it_is_asked_for(tmp_path: Path) -> None:
    assert edited(tmp_path).resolve().monitoring is None


def test_every_limit_has_a_default(tmp_path: Path) -> None:
    found = monitored(tmp_path, "{}").resolve().monitoring
    assert found is not None
    assert (found.minutes, found.services.cpu_percentage, found.services.memory_percentage) == (5, 80, 80)
    assert (found.load_balancer.error_percentage, found.load_balancer.response_seconds) == (5, 1.0)
    assert (found.databases.cpu_percentage, found.databases.free_storage_percentage) == (80, 15)
    assert (found.databases.connections_percentage, found.code_runner.minimum_credits) == (80, None)
    assert found.dashboards == ("services", "load-balancers", "databases", "runner")


def test_a_limit_of_seconds_may_be_whole_or_not(tmp_path: Path) -> None:
    for written in ("2", "0.5"):
        found = monitored(tmp_path, f"{{ load_balancer: {{ response_seconds: {written} }} }}").resolve().monitoring
        assert found is not None
        assert found.load_balancer.response_seconds == float(written)


@pytest.mark.parametrize(
    ("endpoint", "found"),
    [
        ("ops@example.org", "email"),
        ("https://hooks.example.org/a", "https"),
        ("arn:aws:lambda:us-east-1:123456789012:function:page", "lambda"),
        ("arn:aws:sqs:us-east-1:123456789012:pages", "sqs"),
        ("http://hooks.example.org", None),
        ("arn:aws:sns:us-east-1:123456789012:pages", None),
        ("@ops", None),
    ],
)
def test_an_endpoint_tells_its_protocol(endpoint: str, found: str | None) -> None:
    assert protocol(endpoint) == found


def test_a_subscriber_whom_nothing_reaches_is_refused(tmp_path: Path) -> None:
    error = monitored(tmp_path, "{ subscribers: { team: ops } }").error("monitoring:")
    assert error.what == "monitoring has the subscriber team, whom nothing reaches: ops."
    assert error.cure == "Write a mail address, an https:// URL, or the ARN of a function or queue."


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("{ services: { cpu_percentage: 100 } }", "monitoring.services.cpu_percentage must be at most 99, not 100."),
        ("{ services: { cpu_percentage: 0 } }", "monitoring.services.cpu_percentage must be at least 1, not 0."),
        ("{ minutes: 61 }", "monitoring.minutes must be at most 60, not 61."),
        (
            "{ load_balancer: { response_seconds: 200 } }",
            "No answer takes 200 s: the load balancer hangs up after 200 s.",
        ),
        (
            "{ code_runner: { minimum_credits: 50 } }",
            "CPU credits do not exist with a code runner without a host.",
        ),
    ],
)
def test_a_limit_that_nothing_passes_is_refused(tmp_path: Path, text: str, what: str) -> None:
    assert monitored(tmp_path, text).error("monitoring:").what == what


def test_credits_need_a_burstable_host(tmp_path: Path) -> None:
    engine = """  timeout: 60
  engine: ec2
  host: { instance_type: m7i.large, acknowledge_privileged: true, acknowledge_internet_egress: true }
monitoring: { code_runner: { minimum_credits: 50 } }
"""
    internal = ("    idle_timeout: 200\n", "    idle_timeout: 200\n  internal: { idle_timeout: 70 }\n")
    error = edited(tmp_path, ("  timeout: 60\n", engine), internal).error("minimum_credits")
    assert error.what == "CPU credits do not exist with the type m7i.large."
    assert edited(tmp_path, ("  timeout: 60\n", engine.replace("m7i", "t3")), internal).resolve()


def test_a_database_of_unknown_memory_needs_its_connections(tmp_path: Path) -> None:
    database = 'databases: { main: { version: "15", instance_class: db.x2g.large } }\nmonitoring: {'
    used = ("uses: { code_runner: true }", "uses: { code_runner: true, databases: [main] }")
    error = edited(tmp_path, ("code_runner:\n", f"{database} }}\ncode_runner:\n"), used).error("x2g")
    assert error.what == "Nothing is known of the connections of db.x2g.large, which the database main has."
    said = f"{database} databases: {{ max_connections: 2000 }} }}\ncode_runner:\n"
    assert edited(tmp_path, ("code_runner:\n", said), used).resolve()


def test_a_key_for_logs_needs_monitoring(tmp_path: Path) -> None:
    logging = "logging: { customer_managed_key: true }\n"
    error = edited(tmp_path, ("code_runner:\n", f"{logging}code_runner:\n")).error("customer_managed_key")
    assert error.what == "There is no key for the logs: monitoring makes it."
    assert edited(tmp_path, ("code_runner:\n", f"{logging}monitoring: {{}}\ncode_runner:\n")).resolve()
