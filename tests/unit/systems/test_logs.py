"""Logs in a root module: a group of each service, or one of several."""

from __future__ import annotations

from pathlib import Path

from tests.unit.systems.roots import block, emitted

BASE = """
system: example
owner: team
region: us-west-2
registries: { repositories: [web] }
network:
  vpc:
    availability_zones: [us-west-2a, us-west-2b]
    cidr: 10.0.0.0/16
    subnets: { public: [10.0.1.0/24, 10.0.2.0/24], private: [10.0.10.0/24, 10.0.11.0/24] }
logging: { retention: 7, group: "/ecs/{system}-{environment}" }
services:
  web:
    image: { repository: web, port: 8080 }
  worker:
    image: { repository: web, port: 8080 }
  audit:
    image: { repository: web, port: 8080 }
    logging: { group: /audit, retention: 365 }
environments: { test: {} }
"""


def test_a_log_of_several_services_is_made_once_by_the_cluster(tmp_path: Path) -> None:
    files = emitted(tmp_path, BASE)
    cluster = block(files, "cluster")
    assert '"/ecs/example-test" = { retention_days = 7 }' in cluster
    assert not any("audit" in line for line in cluster)
    for name in ("web", "worker"):
        lines = block(files, f"service_{name}")
        assert 'log_group_name = module.cluster.log_group_names["/ecs/example-test"]' in lines
        assert "log_retention_days = null" in lines


def test_a_log_of_one_service_is_its_own(tmp_path: Path) -> None:
    audit = block(emitted(tmp_path, BASE), "service_audit")
    assert 'log_group_name = "/audit"' in audit
    assert "log_retention_days = 365" in audit
