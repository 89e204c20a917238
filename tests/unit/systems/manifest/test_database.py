"""Databases in a manifest: defaults, and what one value alone can get wrong."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.unit.systems.manifest.manifests import Edited, edited

SMALLEST = 'version: "15", instance_class: db.t4g.micro'


def with_database(directory: Path, written: str) -> Edited:
    used = ("uses: { code_runner: true }", "uses: { code_runner: true, databases: [main] }")
    return edited(directory, ("services:\n", f"databases:\n  main: {{ {written} }}\nservices:\n"), used)


def test_defaults_are_postgres_backed_up_for_a_week(tmp_path: Path) -> None:
    database = with_database(tmp_path, SMALLEST).resolve().databases["main"]
    assert (database.engine, database.port, database.name, database.storage) == ("postgres", 5432, "app", 20)
    assert (database.backup_retention, database.multi_az, database.managed_password) == (7, False, True)
    assert database.replicas == {}


def test_mysql_has_a_port_of_its_own(tmp_path: Path) -> None:
    written = 'engine: mysql, version: "8.0", instance_class: db.t4g.micro'
    assert with_database(tmp_path, written).resolve().databases["main"].port == 3306


def test_replicas_may_be_named_without_saying_more(tmp_path: Path) -> None:
    written = f"{SMALLEST}, managed_password: false, replicas: {{ one: , two: {{ instance_class: db.r5.large }} }}"
    replicas = with_database(tmp_path, written).resolve().databases["main"].replicas
    assert {name: replica.instance_class for name, replica in replicas.items()} == {"one": None, "two": "db.r5.large"}


@pytest.mark.parametrize(
    ("written", "what"),
    [
        ("version: 15, instance_class: db.t4g.micro", "must be text, not 15"),
        ("version: fifteen, instance_class: db.t4g.micro", 'has the wrong form: "fifteen"'),
        ('version: "15", instance_class: t4g.micro', 'has the wrong form: "t4g.micro"'),
        ('version: "15"', "databases.main needs the key instance_class"),
        (f"{SMALLEST}, engine: oracle", 'must be one of postgres, mysql, not "oracle"'),
        (f"{SMALLEST}, storage: 19", "must be at least 20, not 19"),
        (f"{SMALLEST}, storage: 65537", "must be at most 65536, not 65537"),
        (f"{SMALLEST}, name: my-app", 'has the wrong form: "my-app"'),
        (f"{SMALLEST}, backup_retention: 0", "must be at least 1, not 0"),
        (f"{SMALLEST}, backup_retention: 36", "must be at most 35, not 36"),
        (f"{SMALLEST}, multi_az: yes", 'must be true or false, not "yes"'),
        (f"{SMALLEST}, replicas: {{ A: {{}} }}", '"A" cannot be a name in databases.main.replicas'),
        (f"{SMALLEST}, replicas: {{ a: {{ instance_class: big }} }}", 'has the wrong form: "big"'),
    ],
)
def test_a_wrong_value_is_refused(tmp_path: Path, written: str, what: str) -> None:
    assert what in with_database(tmp_path, written).error("  main:").what
