"""`slipway scan` and `slipway policy`: exit codes, and one clear error for what cannot be scanned."""

from __future__ import annotations

import io
import json
import sys
from pathlib import Path

import pytest

from generator.cli.main import run
from tests.unit.policy.plans import document, resource

BALANCER = resource("aws_lb.this", {"name": "x", "internal": True, "idle_timeout": 60, "tags_all": {}})
GOOD = resource("aws_eip.this", {"tags_all": {"System": "a", "Environment": "b", "Owner": "c"}})


def plan_file(folder: Path, *resources: dict[str, object]) -> str:
    file = folder / "plan.json"
    file.write_text(json.dumps(document(*resources)), encoding="utf-8")
    return str(file)


def scan(*arguments: str) -> int:
    return run(["scan", "--without-checkov", "-q", *arguments])


def test_what_passes_ends_with_0(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert scan(plan_file(tmp_path, GOOD)) == 0
    assert "1 pass" in capsys.readouterr().out


def test_what_fails_ends_with_1_and_says_why(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert scan(plan_file(tmp_path, BALANCER)) == 1
    out = capsys.readouterr().out
    assert "aws_lb.this" in out
    assert "PLT-048" in out
    assert "Set default_tags" in out


def test_a_plan_comes_through_a_pipe(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    piped = io.TextIOWrapper(io.BytesIO(json.dumps(document(BALANCER)).encode()))
    monkeypatch.setattr(sys, "stdin", piped)
    assert scan("-", "--json", "-") == 1
    report = json.loads(capsys.readouterr().out)
    assert report["findings"][0]["target"] == "standard input"


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("plan.json", "", "empty or truncated"),
        ("plan.json", '{"format_version": "1.2", "resource_cha', "truncated"),
        ("plan.json", '{"format_version": "0.2", "resource_changes": []}', "format 0.2"),
        ("plan.json", "{}", "format_version is missing"),
        ("main.tf", 'resource "a" {\n', "main.tf:1"),
    ],
)
def test_what_cannot_be_read_ends_with_2(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], name: str, content: str, message: str
) -> None:
    (tmp_path / name).write_text(content, encoding="utf-8")
    assert scan(str(tmp_path / name) if name.endswith("json") else str(tmp_path)) == 2
    error = capsys.readouterr().err
    assert message in error
    assert "Traceback" not in error


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("nowhere",), "no such file or directory"),
        (("nobody/prod",), "there is no system nobody"),
        (("seepp/prodd",), "prodd"),
    ],
)
def test_what_is_not_there_ends_with_2(
    capsys: pytest.CaptureFixture[str], arguments: tuple[str, ...], message: str
) -> None:
    assert scan(*arguments) == 2
    assert message in capsys.readouterr().err


def test_a_directory_without_configuration_ends_with_2(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert scan(str(tmp_path)) == 2
    assert "no Terraform configuration" in capsys.readouterr().err


def test_only_environments_can_be_rehearsed(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert scan(plan_file(tmp_path, GOOD), "--rehearse") == 2
    assert "only environments of a project can be rehearsed" in capsys.readouterr().err


def policy(folder: Path, rule: str = "PLT-048", environment: str = "") -> str:
    file = folder / "policy.yaml"
    file.write_text(
        f"exemptions:\n  - rule: {rule}\n    address: aws_lb.this\n    reason: It is here to be tried.\n"
        f"    owner: us\n    expires: 2999-12-31\n{environment}",
        encoding="utf-8",
    )
    return str(file)


def test_the_policy_beside_a_plan_is_read(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    policy(tmp_path)
    assert scan(plan_file(tmp_path, BALANCER)) == 0
    assert "1 accepted, of 1 rule\n" in capsys.readouterr().out


def test_an_unknown_rule_in_a_policy_ends_with_2(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    policy(tmp_path, "PLT-999")
    assert scan(plan_file(tmp_path, BALANCER)) == 2
    error = capsys.readouterr().err
    assert "there is no rule PLT-999" in error
    assert "policy.yaml:2" in error


def test_an_unknown_environment_ends_with_2(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    policy(tmp_path, environment="expectations:\n  prod:\n    aws_lb.this: { idle_timeout: 60 }\n")
    assert scan(plan_file(tmp_path, BALANCER), "--environment", "prd") == 2
    assert 'Did you mean "prod"?' in capsys.readouterr().err
    assert scan(plan_file(tmp_path, BALANCER), "--environment", "prod") == 0


RULE = """from generator.policy.rule import rule
from generator.policy.verdict import Severity, judge


@rule("TEAM-001", "t", severity=Severity.LOW, rationale="r", document="d", remediation="m")
def check(platform):
    for balancer in platform.plan.of_type("aws_lb"):
        {body}
"""


def test_a_rule_of_ones_own_is_tried(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    policy(tmp_path)
    rules = tmp_path / "rules"
    rules.mkdir()
    (rules / "own.py").write_text(RULE.format(body='yield judge(False, balancer, "Ours says no.")'), encoding="utf-8")
    assert scan(plan_file(tmp_path, BALANCER), "--rules", str(rules)) == 1
    assert "Ours says no." in capsys.readouterr().out


def test_a_rule_that_throws_is_an_error_and_repeats_nothing(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    policy(tmp_path)
    rules = tmp_path / "rules"
    rules.mkdir()
    (rules / "own.py").write_text(RULE.format(body='raise KeyError("planted-secret")'), encoding="utf-8")
    assert scan(plan_file(tmp_path, BALANCER), "--rules", str(rules)) == 1
    out = capsys.readouterr().out
    assert "The rule failed with KeyError at own.py:8" in out
    assert "planted-secret" not in out
    assert "1 error" in out


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("x = (\n", "own.py"),
        ("x = 1\n", "holds no rule"),
        (RULE.replace("TEAM-001", "PLT-001").format(body="yield"), "two rules"),
    ],
)
def test_rules_that_cannot_be_loaded_end_with_2(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], text: str, message: str
) -> None:
    rules = tmp_path / "rules"
    rules.mkdir()
    (rules / "own.py").write_text(text, encoding="utf-8")
    assert scan(plan_file(tmp_path, GOOD), "--rules", str(rules)) == 2
    assert message in capsys.readouterr().err


def test_outputs_are_written_side_by_side(tmp_path: Path) -> None:
    outputs = {name: tmp_path / name for name in ("r.sarif", "r.xml", "r.md", "r.json")}
    options = zip(("--sarif", "--junit", "--markdown", "--json"), map(str, outputs.values()), strict=True)
    assert scan(plan_file(tmp_path, BALANCER), *(word for option in options for word in option)) == 1
    assert json.loads(outputs["r.sarif"].read_text(encoding="utf-8"))["version"] == "2.1.0"
    assert outputs["r.xml"].read_text(encoding="utf-8").startswith("<?xml")
    assert outputs["r.md"].read_text(encoding="utf-8").startswith("## Policy: ")


def test_rules_are_listed_and_shown(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["policy", "list", "--severity", "critical", "--json", "-"]) == 0
    listed = json.loads(capsys.readouterr().out)
    assert {rule["severity"] for rule in listed} == {"critical"}
    assert run(["policy", "show", listed[0]["id"]]) == 0
    assert listed[0]["remediation"] in capsys.readouterr().out
    assert run(["policy", "show", "PLT-0O1"]) == 2
    assert "Did you mean" in capsys.readouterr().err


def test_a_new_rule_is_written_once(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    new = ["policy", "new", "our_buckets", "--id", "TEAM-001", "--rules", str(tmp_path / "rules")]
    assert run(new) == 0
    assert run(new) == 2
    assert run(["policy", "new", "other", "--id", "team", "--rules", str(tmp_path)]) == 2
    assert run(["policy", "new", "Other", "--id", "TEAM-002", "--rules", str(tmp_path)]) == 2
    capsys.readouterr()
    bucket = resource("aws_s3_bucket.this", {"bucket": "theirs", "tags_all": GOOD["change"]["after"]["tags_all"]})
    assert scan(plan_file(tmp_path, bucket), "--rules", str(tmp_path / "rules"), "--json", "-") == 1
    report = json.loads(capsys.readouterr().out)
    assert ("TEAM-001", "fail") in {(f["rule"], f["outcome"]) for f in report["findings"]}
