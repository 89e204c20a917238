"""Planted secrets stay out of what is said, cut or whole, in whatever JSON they stand."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from generator.policy.findings import Finding
from generator.policy.planned import Planning
from generator.policy.redaction import redacted, secrets_of
from generator.policy.rules import platform_rules
from generator.policy.scan import Scan
from generator.policy.targets import read_targets
from generator.policy.verdict import Outcome, Severity
from generator.terraform.progress import SilentReporter
from tests.unit.policy.plans import document, plan, resource

PLANTED = "planted-secret"
LONG = f"{PLANTED}-that-is-long-enough-to-be-cut-in-the-middle-of-what-a-message-shows"


def task(**container: Any) -> dict[str, Any]:
    return resource("aws_ecs_task_definition.api", {"container_definitions": json.dumps([{"name": "c", **container}])})


def said(folder: Path, expectations: str, *resources: dict[str, Any]) -> list[Finding]:
    (folder / "plan.json").write_text(json.dumps(document(*resources)), encoding="utf-8")
    (folder / "policy.yaml").write_text(f"expectations:\n  prod:\n{expectations}", encoding="utf-8")
    targets = read_targets((str(folder / "plan.json"),), folder, environment="prod")
    planning = Planning(folder, lambda _: SilentReporter())
    return list(Scan(platform_rules(), planning, date(2026, 6, 1), checkov=False).run(targets).findings)


def test_a_secret_that_is_cut_is_not_shown(tmp_path: Path) -> None:
    variables = {"environment": [{"variables": {"DB_PASSWORD": LONG, "TABLE": "x"}}]}
    table = """    aws_lambda_function.f: { environment.0.variables: { TABLE: y } }
    aws_ecs_task_definition.api: { container_definitions: "[]" }
"""
    environment = [{"name": "DB_PASSWORD", "value": LONG + '"<'}]
    found = said(tmp_path, table, resource("aws_lambda_function.f", variables), task(environment=environment))
    compared = [f for f in found if f.rule == "EXPECT-001"]
    assert [f.outcome for f in compared] == [Outcome.FAIL, Outcome.FAIL]
    assert not [f for f in found if PLANTED in f.message]
    assert "(secret)" in compared[0].message


def test_a_secret_on_a_command_line_fails_and_is_not_shown(tmp_path: Path) -> None:
    table = '    aws_ecs_task_definition.api: { container_definitions: "[]" }\n'
    found = said(tmp_path, table, task(command=[f"--password={PLANTED}"]))
    (written,) = [f for f in found if f.rule == "PLT-050"]
    assert (written.outcome, written.message) == (Outcome.FAIL, "password is written down.")
    assert not [f for f in found if PLANTED in f.message]


@pytest.mark.parametrize("secret", ['with"quote', "with<angle>&", "gr\u00fc\u00dfe", "back\\slash"])
def test_a_secret_is_known_in_json_that_is_in_json(secret: str) -> None:
    secrets = secrets_of(plan(task(environment=[{"name": "TOKEN", "value": secret}])))
    for text in (json.dumps(secret), json.dumps(json.dumps(secret)), json.dumps(json.dumps({"a": secret}))):
        angled = text.replace("<", "\\\\u003c").replace(">", "\\\\u003e").replace("&", "\\\\u0026")
        for message in (text, angled if text.count("\\") > 1 else text):
            (safe,) = redacted([Finding("t", "A-001", "T", Severity.LOW, Outcome.FAIL, "a_b.c", message)], secrets)
            assert "(secret)" in safe.message


def test_a_parameter_whose_name_is_not_known_is_read_as_any(tmp_path: Path) -> None:
    (tmp_path / "main.tf").write_text(
        'variable "name" {\n  type = string\n}\n\n'
        'resource "aws_ssm_parameter" "this" {\n  name = var.name\n  type = "String"\n'
        '  value = "AKIAABCDEFGHIJKLMNOP"\n}\n'
    )
    planning = Planning(tmp_path, lambda _: SilentReporter())
    scan = Scan(platform_rules(), planning, date(2026, 6, 1), checkov=False)
    found = scan.run(read_targets((str(tmp_path),), tmp_path)).findings
    assert found
    assert not [f for f in found if "AKIAABCDEFGHIJKLMNOP" in f.message]
