"""Checks of who calls whom, and of placeholders for services and databases."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.unit.systems.manifest.manifests import Edited, edited

DATABASE = (
    "services:\n",
    (
        'databases:\n  main: { version: "15", instance_class: db.t4g.micro }\n'
        "services:\n  store:\n    image: { repository: web }\n    uses:\n      databases:\n        - main\n"
    ),
)


def api_uses(directory: Path, uses: str, *changes: tuple[str, str]) -> Edited:
    return edited(directory, ("uses: { code_runner: true }", f"uses: {{ code_runner: true, {uses} }}"), *changes)


def test_a_service_may_call_another(tmp_path: Path) -> None:
    environment = api_uses(tmp_path, "services: [web]", ("MODE: fast", 'URL: "http://{service.web}"')).resolve()
    assert environment.callers("web") == ("api",)
    assert environment.callers("api") == ()


@pytest.mark.parametrize(
    ("uses", "what"),
    [
        ("services: [wbe]", 'api uses the service "wbe", which is not declared.'),
        ("services: [api]", "api uses itself."),
        ("services: [web, web]", 'api uses "web" twice.'),
        ("buckets: [traces, traces]", 'api uses "traces" twice.'),
        ("databases: [main, main]", 'api uses "main" twice.'),
    ],
)
def test_what_cannot_be_used_is_refused(tmp_path: Path, uses: str, what: str) -> None:
    manifest = api_uses(tmp_path, uses, DATABASE, ("  live:\n", "  live:\n    buckets: { traces: {} }\n"))
    assert manifest.error(uses.partition(":")[0] + ": [").what == what


def test_a_service_without_a_port_cannot_be_called(tmp_path: Path) -> None:
    worker = "  worker:\n    image: { repository: web }\ncode_runner:\n"
    error = api_uses(tmp_path, "services: [worker]", ("code_runner:\n", worker)).error("services: [worker]")
    assert error.what == "api uses the service worker, which has no port."
    assert error.cure == "Add the port to services.worker.image."


@pytest.mark.parametrize(
    ("uses", "value", "what"),
    [
        ("", "{service.wbe}", "no such service is declared"),
        ("", "{service.web}", "api may not call it"),
        ("", "{database.other.host}", "no such database is declared"),
        ("", "{database.main.host}", "api may not use that database"),
        ("databases: [main]", "{database.main}", "a database has nothing of that name"),
        ("databases: [main]", "{database.main.password}", "a database has nothing of that name"),
        ("databases: [main]", "{database.main.replica_hosts}", "that database has no replicas"),
    ],
)
def test_a_variable_cannot_name_what_the_service_does_not_reach(
    tmp_path: Path, uses: str, value: str, what: str
) -> None:
    error = api_uses(tmp_path, uses, DATABASE, ("MODE: fast", f'MODE: "{value}"')).error("MODE:")
    assert error.what == f"services.api.variables.MODE holds {value}, but {what}."


@pytest.mark.parametrize("fact", ["host", "port", "name", "secret"])
def test_a_variable_may_name_what_there_is_to_know_of_a_database(tmp_path: Path, fact: str) -> None:
    change = ("MODE: fast", f'MODE: "{{database.main.{fact}}}"')
    assert api_uses(tmp_path, "databases: [main]", DATABASE, change).resolve()
