"""Checks of databases across fields."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.unit.systems.manifest.manifests import Edited, edited

DATABASE = 'version: "15", instance_class: db.t4g.micro'


def with_database(directory: Path, written: str, uses: str = "databases: [main]") -> Edited:
    used = ("uses: { code_runner: true }", f"uses: {{ code_runner: true, {uses} }}")
    return edited(directory, ("services:\n", f"databases:\n  main: {{ {written} }}\nservices:\n"), used)


def test_a_database_that_is_not_declared_is_refused_with_the_nearest(tmp_path: Path) -> None:
    error = with_database(tmp_path, DATABASE, "databases: [mian]").error("[mian]")
    assert error.what == 'api uses the database "mian", which is not declared.'
    assert error.cure == 'Did you mean "main"?'


def test_a_database_where_none_is_declared_is_refused_with_how_to_write_one(tmp_path: Path) -> None:
    used = ("uses: { code_runner: true }", "uses: { code_runner: true, databases: [main] }")
    error = edited(tmp_path, used).error("[main]")
    assert error.cure == 'Add databases: { main: { version: "17", instance_class: db.t4g.micro } }.'


def test_a_database_that_no_service_uses_is_refused(tmp_path: Path) -> None:
    error = with_database(tmp_path, DATABASE, "buckets: []").error("  main:")
    assert error.what == "Nobody reaches the database main: no service uses it."
    assert error.cure == "Add uses: { databases: [main] } to the service that connects to it."


@pytest.mark.parametrize(
    ("engine", "version", "taken"),
    [
        ("postgres", "15", True),
        ("postgres", "15.4", True),
        ("postgres", "15.4.1", False),
        ("mysql", "8.0", True),
        ("mysql", "8.0.35", True),
        ("mysql", "8", False),
        ("mysql", "5.7", False),
    ],
)
def test_a_version_belongs_to_its_engine(tmp_path: Path, engine: str, version: str, taken: bool) -> None:
    manifest = with_database(tmp_path, f'engine: {engine}, version: "{version}", instance_class: db.t4g.micro')
    if taken:
        assert manifest.resolve().databases["main"].version == version
    else:
        assert manifest.error("version:").what == f'{engine} has no version such as "{version}".'


def test_replicas_need_a_password_that_rds_does_not_manage(tmp_path: Path) -> None:
    error = with_database(tmp_path, f"{DATABASE}, replicas: {{ reader: {{}} }}").error("reader")
    assert error.what == "RDS makes no read replicas of main, whose password it manages."
    assert "managed_password: false" in error.cure
    taken = with_database(tmp_path, f"{DATABASE}, managed_password: false, replicas: {{ reader: {{}} }}").resolve()
    assert list(taken.databases["main"].replicas) == ["reader"]


def test_a_database_needs_private_subnets_in_two_zones(tmp_path: Path) -> None:
    text = """\
system: lab
owner: teaching
region: us-east-1
registries: { repositories: [api] }
network:
  vpc:
    availability_zones: [us-east-1a]
    cidr: 10.0.0.0/16
    subnets: { public: [10.0.1.0/24], private: [10.0.10.0/24] }
services:
  api: { image: { repository: api }, uses: { databases: [main] } }
databases:
  main: { version: "15", instance_class: db.t4g.micro }
environments: { dev: {} }
"""
    path = tmp_path / "system.yaml"
    path.write_text(text)
    error = Edited(path, text).error("  main:")
    assert error.what == "The database main needs private subnets in two availability zones."


def test_a_replica_that_is_called_like_a_database_is_refused(tmp_path: Path) -> None:
    written = f"{DATABASE}, managed_password: false, replicas: {{ reader: {{}} }} }}\n  %s: {{ {DATABASE}"
    error = with_database(tmp_path, written % "main-reader", "databases: [main, main-reader]").error("replicas:")
    assert error.what == "The replica reader of main has the same name as the database main-reader."
    assert with_database(tmp_path, written % "reader", "databases: [main, reader]").resolve()
