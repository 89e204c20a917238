"""Checks of system names, and of what must differ between environments of one account."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.unit.systems.manifest.manifests import edited


@pytest.mark.parametrize("name", ["internal", "internal-lab", "aws-lab", "awslab", "amazon", "ssm"])
def test_a_system_name_that_aws_reserves_is_refused(tmp_path: Path, name: str) -> None:
    error = edited(tmp_path, ("system: lab", f"system: {name}")).error(f"system: {name}")
    assert error.what.startswith("AWS reserves names that begin with")


@pytest.mark.parametrize("name", ["internals", "lab-aws", "a"])
def test_other_system_names_are_taken(tmp_path: Path, name: str) -> None:
    assert edited(tmp_path, ("system: lab", f"system: {name}")).resolve().system == name


def test_networks_of_two_environments_that_overlap_are_refused(tmp_path: Path) -> None:
    manifest = edited(tmp_path)
    manifest.path.write_text(manifest.text.replace("10.1.", "10.0."))
    [error] = manifest.errors()
    assert error.what == "The network 10.0.0.0/16 of live overlaps 10.0.0.0/16 of dev."
    assert error.cure == "Give live a range of its own, such as 10.1.0.0/16."
    assert error.where is not None
    assert error.where.line == manifest.line("cidr: 10.1.0.0/16")


def test_the_last_network_there_is_has_a_neighbour_too(tmp_path: Path) -> None:
    manifest = edited(tmp_path)
    manifest.path.write_text(manifest.text.replace("10.1.", "255.255.").replace("10.0.", "255.255."))
    [error] = manifest.errors()
    assert error.cure.endswith("such as 255.254.0.0/16.")


def test_two_environments_cannot_share_a_function(tmp_path: Path) -> None:
    error = edited(tmp_path, ("  timeout: 60", "  timeout: 60\n  name: lab-runner")).error("name: lab-runner")
    assert error.what == 'dev and live would share the function "lab-runner".'


def test_two_environments_cannot_share_a_log_group(tmp_path: Path) -> None:
    error = edited(tmp_path, ("services:\n", "logging: { group: '/lab/{service}' }\nservices:\n")).error("/lab/")
    assert error.what == 'dev and live would share the log group "/lab/api".'


def test_a_shared_log_group_of_one_service_is_reported_at_the_service(tmp_path: Path) -> None:
    error = edited(tmp_path, ("cpu: 512", "logging: { group: /lab/api }\n    cpu: 512")).error("/lab/api")
    assert error.what == 'dev and live would share the log group "/lab/api".'


def test_two_environments_cannot_share_a_host(tmp_path: Path) -> None:
    manifest = edited(tmp_path, ('alias: "{domain}"', "alias: dev.example.org"))
    error = manifest.error("alias: dev.example.org")
    assert error.what == "services.web.http.alias[0]: dev.example.org already leads to dev."


@pytest.mark.parametrize(
    ("names", "path", "shared"),
    [
        ('prefix: "{system}"', "prefix", "lab"),
        ("cluster: hosts", "cluster", "hosts"),
        ("load_balancer: front", "load_balancer", "front"),
    ],
)
def test_environments_with_one_name_for_two_things_are_refused(
    tmp_path: Path, names: str, path: str, shared: str
) -> None:
    found = edited(tmp_path, ("services:\n", f"names: {{ {names} }}\nservices:\n"))
    errors = [error for error in found.errors() if "share the name" in error.what]
    assert [error.what for error in errors] == [f'dev and live would share the name "{shared}".']
    assert errors[0].where is not None
    assert errors[0].where.line == found.line(f"names: {{ {path}")


@pytest.mark.parametrize("names", ['prefix: "-{environment}"', f'prefix: "{"a" * 38}-{{environment}}"', "cluster: A"])
def test_a_name_that_aws_refuses_is_refused(tmp_path: Path, names: str) -> None:
    errors = edited(tmp_path, ("services:\n", f"names: {{ {names} }}\nservices:\n")).errors()
    assert any("cannot be a name" in error.what for error in errors)


EC2 = """\
  timeout: 60
  engine: ec2
  host:
    acknowledge_privileged: true
    cluster: "%s"
"""
INTERNAL = ("    idle_timeout: 200\n", "    idle_timeout: 200\n  internal: { idle_timeout: 70 }\n")


@pytest.mark.parametrize(
    ("cluster", "what"),
    [
        ("{system}-{environment}", 'The host of dev and the services of dev would share the cluster "lab-dev"'),
        ("{system}-hosts", 'The host of live and the host of dev would share the cluster "lab-hosts"'),
    ],
)
def test_the_cluster_of_a_host_is_its_own(tmp_path: Path, cluster: str, what: str) -> None:
    found = edited(tmp_path, ("  timeout: 60\n", EC2 % cluster), INTERNAL)
    assert found.errors()[0].what.startswith(what)
    assert edited(tmp_path, ("  timeout: 60\n", EC2 % "{system}-{environment}-hosts"), INTERNAL).resolve()
