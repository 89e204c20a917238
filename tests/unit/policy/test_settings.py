"""policy.yaml: what is wrong in it is said with its line; what it accepts is accepted, and no more."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from generator.errors import SlipwayError
from generator.policy.exemptions import EXPIRED, UNUSED, exempt
from generator.policy.expectations import expected
from generator.policy.findings import Finding
from generator.policy.settings import PolicyError, load_settings
from generator.policy.targets import read_targets
from generator.policy.verdict import Outcome, Severity
from tests.unit.policy.plans import plan, resource

TODAY = date(2026, 6, 1)
ONE = """exemptions:
  - rule: PLT-027
    address: module.lb.aws_lb_listener.http
    reason: It has no name of its own.
    owner: demo
    expires: 2026-12-31
"""


def settings(folder: Path, text: str):  # type: ignore[no-untyped-def]
    file = folder / "policy.yaml"
    file.write_text(text, encoding="utf-8")
    return load_settings(file)


def finding(
    rule: str = "PLT-027", address: str = "module.lb.aws_lb_listener.http", outcome: Outcome = Outcome.FAIL
) -> Finding:
    return Finding("demo/prod", rule, "A title", Severity.HIGH, outcome, address)


def accepted(folder: Path, text: str, *findings: Finding, environment: str = "prod") -> list[Finding]:
    tried = frozenset({"PLT-027", "PLT-001", "CKV_AWS_2", "CKV_AWS_260"})
    return exempt(findings, settings(folder, text), "demo/prod", environment, tried, TODAY)


@pytest.mark.parametrize(
    ("text", "line", "message"),
    [
        (ONE.replace("PLT-027", "plt-27"), 2, "is no id of a rule"),
        (ONE.replace("It has no name of its own.", "because"), 4, "too short"),
        (ONE.replace("2026-12-31", "soon"), 6, "expires"),
        (ONE.replace("    owner: demo\n", ""), 2, "owner is missing"),
        (ONE + "    until: never\n", 7, "until is no field"),
        ("exemption: []\n", 1, "exemption is no field"),
        ("- a\n", 1, "map"),
        ("production: [\n", 2, ""),
    ],
)
def test_what_is_wrong_is_said_with_its_line(tmp_path: Path, text: str, line: int, message: str) -> None:
    with pytest.raises(SlipwayError) as caught:
        settings(tmp_path, text)
    assert message in str(caught.value)
    assert f"policy.yaml:{line}" in str(caught.value)
    assert caught.value.exit_code == 2


def test_a_failure_is_accepted_for_its_reason(tmp_path: Path) -> None:
    (found,) = accepted(tmp_path, ONE, finding())
    assert found.exemption == "It has no name of its own."
    assert not found.counts


@pytest.mark.parametrize(
    "other",
    [
        finding(address="module.lb.aws_lb_listener.http[0]"),
        finding(address="module.other.module.lb.aws_lb_listener.http"),
        finding(rule="PLT-001"),
    ],
)
def test_another_address_or_rule_is_not_accepted(tmp_path: Path, other: Finding) -> None:
    found = accepted(tmp_path, ONE, finding(), other)
    assert [f for f in found if f.counts] == [other]


def test_an_id_that_begins_alike_is_another(tmp_path: Path) -> None:
    text = ONE.replace("PLT-027", "CKV_AWS_260")
    found = accepted(tmp_path, text, finding("CKV_AWS_260"), finding("CKV_AWS_2"))
    assert [f.rule for f in found if f.counts] == ["CKV_AWS_2"]


def test_a_star_stands_for_anything_and_brackets_for_themselves(tmp_path: Path) -> None:
    text = ONE.replace("module.lb.aws_lb_listener.http", "'module.*.aws_lb_listener.http[\"a\"]'")
    found = accepted(tmp_path, text, finding(address='module.x.aws_lb_listener.http["a"]'))
    assert [f for f in found if f.counts] == []


def test_one_of_two_messages_of_an_address_is_accepted(tmp_path: Path) -> None:
    text = ONE + "    message: '* runs as root.'\n"
    root, open_ = (replace(finding(), message=f"main {what}.") for what in ("runs as root", "can write"))
    found = accepted(tmp_path, text, root, open_)
    assert [f for f in found if f.counts] == [open_]
    assert [f.message for f in found if f.exemption] == [root.message]
    assert {f.rule for f in accepted(tmp_path, text, open_) if f.counts} == {"PLT-027", UNUSED}


def test_an_exemption_of_a_message_is_needed_while_it_is_undecided(tmp_path: Path) -> None:
    (found,) = accepted(tmp_path, ONE + "    message: main runs as root.\n", finding(outcome=Outcome.UNDECIDED))
    assert (found.outcome, found.exemption) == (Outcome.UNDECIDED, "")


@pytest.mark.parametrize("text", ["", "# nothing yet\n", "- a\n"])
def test_a_policy_that_is_none_is_not_called_a_manifest(tmp_path: Path, text: str) -> None:
    with pytest.raises(PolicyError) as caught:
        settings(tmp_path, text)
    assert "policy" in caught.value.what
    assert "manifest" not in str(caught.value)
    assert "docs/policy.md" in str(caught.value)


def test_a_policy_that_is_not_there_is_said(tmp_path: Path) -> None:
    with pytest.raises(PolicyError, match=r"nope\.yaml: there is no such file"):
        load_settings(tmp_path / "nope.yaml")


def test_an_exemption_that_expired_fails_and_accepts_nothing(tmp_path: Path) -> None:
    found = accepted(tmp_path, ONE.replace("2026-12-31", "2026-05-31"), finding())
    assert {f.rule for f in found if f.counts} == {"PLT-027", EXPIRED}


def test_an_exemption_is_good_on_its_last_day(tmp_path: Path) -> None:
    assert not [f for f in accepted(tmp_path, ONE.replace("2026-12-31", "2026-06-01"), finding()) if f.counts]


def test_an_exemption_that_nothing_needs_fails_at_its_line(tmp_path: Path) -> None:
    (found,) = [f for f in accepted(tmp_path, ONE) if f.counts]
    assert found.rule == UNUSED
    assert found.where is not None
    assert found.where.line == 2


def test_of_a_rule_that_was_not_tried_nobody_says_it_is_not_needed(tmp_path: Path) -> None:
    assert accepted(tmp_path, ONE.replace("PLT-027", "CKV_AWS_18")) == []


def test_an_exemption_of_other_environments_is_none_here(tmp_path: Path) -> None:
    text = ONE + "    environments: [dev]\n"
    assert [f.rule for f in accepted(tmp_path, text, finding()) if f.counts] == ["PLT-027"]
    assert [f for f in accepted(tmp_path, text, finding(), environment="dev") if f.counts] == []


def test_an_exemption_is_for_the_account_when_it_says_so(tmp_path: Path) -> None:
    assert accepted(tmp_path, ONE, environment="account") == []
    text = ONE + "    environments: [account]\n"
    assert [f for f in accepted(tmp_path, text, finding(), environment="account") if f.counts] == []


def test_what_is_expected_is_compared(tmp_path: Path) -> None:
    text = """expectations:
  prod:
    aws_a.x: { size: 3, name: demo, later: 1, secret: x, on: true }
    aws_a.*: { count(): 2 }
    aws_a.nothing: { size: 1 }
"""
    found = plan(
        resource(
            "aws_a.x",
            {"size": 4, "name": "demo", "secret": "x", "on": 1},
            {"later": True},
            after_sensitive={"secret": True},
        ),
        resource("aws_a.y", {}),
    )
    results = list(expected(found, settings(tmp_path, text), "demo/prod", "prod"))
    by_path = {(f.address, f.attribute): f.outcome for f in results}
    assert by_path == {
        ("aws_a.x", "size"): Outcome.FAIL,
        ("aws_a.x", "name"): Outcome.PASS,
        ("aws_a.x", "later"): Outcome.UNDECIDED,
        ("aws_a.x", "secret"): Outcome.FAIL,
        ("aws_a.x", "on"): Outcome.FAIL,
        ("aws_a.*", "count()"): Outcome.PASS,
        ("aws_a.nothing", "size"): Outcome.FAIL,
    }
    assert next(f.message for f in results if f.attribute == "size") == "size is 4, and 3 is expected."
    assert list(expected(found, settings(tmp_path, text), "demo/dev", "dev")) == []


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("expectations:\n  prd:\n    aws_lb.this: { idle_timeout: 60 }\n", 3),
        (ONE + "    environments: [prd]\n", 2),
        ("production: [prd]\n", None),
    ],
)
def test_an_environment_that_does_not_exist_is_said(tmp_path: Path, text: str, line: int | None) -> None:
    (tmp_path / "envs/lab/prod").mkdir(parents=True)
    (tmp_path / "envs/lab/prod/main.tf").write_text("")
    (tmp_path / "envs/lab/system.yaml").write_text("")
    (tmp_path / "envs/lab/policy.yaml").write_text(text)
    with pytest.raises(SlipwayError) as caught:
        read_targets(("lab/prod",), tmp_path)
    assert "there is no environment prd" in str(caught.value)
    assert 'Did you mean "prod"?' in str(caught.value)
    assert caught.value.where is not None
    assert caught.value.where.line == line
