"""What a scan writes: right lines, no secret, and what GitHub takes."""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any
from urllib.parse import unquote
from xml.etree import ElementTree as Xml

import jsonschema
import pytest
from rich.console import Console
from tftest import TerraformPlanOutput

from generator.policy.findings import ScanReport
from generator.policy.planned import Planning
from generator.policy.reports.as_json import as_json
from generator.policy.reports.junit import as_junit
from generator.policy.reports.markdown import LIMIT, as_markdown
from generator.policy.reports.sarif import as_sarif
from generator.policy.reports.terminal import render
from generator.policy.rules import platform_rules
from generator.policy.scan import Scan
from generator.policy.targets import read_targets
from generator.policy.verdict import Outcome
from generator.terraform.progress import SilentReporter
from tests.policy.fixtures import FOLDER, ROOT
from tests.policy.sarif import GITHUB, STANDARD

pytestmark = pytest.mark.xdist_group("checkov")

PLANTED = "planted-secret"


@pytest.fixture(scope="module")
def plan_file(plan: Callable[..., TerraformPlanOutput], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The plan of the naive environment, with another secret that only a mark tells."""
    document = json.loads(json.dumps(dict(plan(FOLDER / "naive").items())))
    for resource in document["resource_changes"]:
        if resource["address"] == "aws_ecr_repository.api":
            resource["change"]["after"]["name"] = f"{PLANTED}-by-its-mark"
            resource["change"]["after_sensitive"] = {"name": True}
    file = tmp_path_factory.mktemp("policy") / "plan.json"
    file.write_text(json.dumps(document), encoding="utf-8")
    return file


@pytest.fixture(scope="module")
def report(plan_file: Path) -> ScanReport:
    targets = read_targets((str(plan_file),), ROOT, source=ROOT / FOLDER / "naive")
    planning = Planning(ROOT, lambda _: SilentReporter())
    return Scan(platform_rules(), planning, date(2026, 6, 1)).run(targets)


@pytest.fixture(scope="module")
def sarif(report: ScanReport) -> dict[str, Any]:
    return as_sarif(report, platform_rules(), ROOT)


def written(report: ScanReport) -> dict[str, str]:
    console = Console(record=True, width=400, file=io.StringIO())
    console.print(render(report, verbose=True))
    return {
        "terminal": console.export_text(),
        "json": json.dumps(as_json(report)),
        "sarif": json.dumps(as_sarif(report, platform_rules(), ROOT)),
        "junit": as_junit(report),
        "markdown": as_markdown(report),
    }


def test_the_planted_secrets_are_in_the_plan_and_in_no_output(plan_file: Path, report: ScanReport) -> None:
    assert plan_file.read_text(encoding="utf-8").count(PLANTED) >= 6
    for name, text in written(report).items():
        assert len(text) > 1000, name
        assert PLANTED not in text, name


def test_a_message_that_repeats_a_secret_is_redacted(plan_file: Path) -> None:
    from generator.policy.plan import read_plan
    from generator.policy.redaction import redacted, secrets_of

    plan = read_plan(plan_file)
    (finding, *_) = ScanReport(tuple(_findings(plan)), 1).failures
    leaking = replace(finding, message=f"It is {PLANTED}-in-a-task, and {PLANTED}-by-its-mark.")
    (safe,) = redacted([leaking], secrets_of(plan))
    assert safe.message == "It is (secret), and (secret)."


def _findings(plan: Any) -> list[Any]:
    from generator.policy.testing import judged

    return judged(plan, platform_rules())


def test_the_sarif_is_as_the_standard_and_github_have_it(sarif: dict[str, Any]) -> None:
    jsonschema.Draft4Validator(STANDARD).validate(sarif)
    jsonschema.validate(sarif, GITHUB)
    (run,) = sarif["runs"]
    rules = run["tool"]["driver"]["rules"]
    assert len(run["results"]) > 100
    assert all(rules[r["ruleIndex"]]["id"] == r["ruleId"] for r in run["results"])
    prints = [r["partialFingerprints"]["slipway/v1"] for r in run["results"]]
    assert len(set(prints)) == len(prints)


def test_what_is_accepted_opens_no_alert(report: ScanReport) -> None:
    first, *others = report.failures
    accepted = replace(report, findings=(first.exempted("It is here to be tried."), *others))
    (run,) = as_sarif(accepted, platform_rules(), ROOT)["runs"]
    shown = {(r["ruleId"], r["locations"][0]["logicalLocations"][0]["fullyQualifiedName"]) for r in run["results"]}
    assert (first.rule, first.address) not in shown
    assert shown == {(f.rule, f.address) for f in others} - {(first.rule, first.address)}


@pytest.mark.parametrize(
    ("part", "wrong"),
    [
        ((), {"version": "2.0.0"}),
        (("runs", 0), {"result": []}),
        (("runs", 0, "results", 0), {"level": "fatal"}),
        (("runs", 0, "results", 0), {"ruleIndex": -2}),
        (("runs", 0, "results", 0, "locations", 0, "physicalLocation", "region"), {"startLine": 0}),
    ],
)
def test_the_standard_refuses_what_is_wrong(
    sarif: dict[str, Any], part: tuple[str | int, ...], wrong: dict[str, Any]
) -> None:
    broken = json.loads(json.dumps(sarif))
    place = broken
    for step in part:
        place = place[step]
    place.update(wrong)
    assert not jsonschema.Draft4Validator(STANDARD).is_valid(broken)


def test_every_line_of_the_sarif_is_that_of_its_resource(sarif: dict[str, Any]) -> None:
    (run,) = sarif["runs"]
    for result in run["results"]:
        (location,) = result["locations"]
        address = location["logicalLocations"][0]["fullyQualifiedName"].split("[")[0]
        kind, name = address.split(".")
        place = location["physicalLocation"]
        lines = (ROOT / unquote(place["artifactLocation"]["uri"])).read_text(encoding="utf-8").splitlines()
        start = place["region"]["startLine"]
        # The nearest block above the line, or on it, is the resource's.
        header = next(line for line in reversed(lines[:start]) if line.startswith(("resource", "data")))
        assert header == f'resource "{kind}" "{name}" {{', result


def test_lines_are_those_of_arguments(report: ScanReport) -> None:
    lines = (ROOT / FOLDER / "naive/main.tf").read_text(encoding="utf-8").splitlines()
    found = {(f.rule, f.address): f.where for f in report.failures}
    place = found["PLT-028", "aws_lb_listener.https"]
    assert place is not None
    assert place.line is not None
    assert "ssl_policy" in lines[place.line - 1]
    place = found["PLT-031", "aws_lb_listener_rule.api"]
    assert place is not None
    assert place.line is not None
    assert "priority" in lines[place.line - 1]


def test_junit_counts_what_it_holds(report: ScanReport) -> None:
    (suite,) = Xml.fromstring(as_junit(report))
    assert int(suite.get("tests", 0)) == len(suite)
    assert int(suite.get("failures", 0)) == len(suite.findall("testcase/failure")) == len(report.of(Outcome.FAIL))
    assert int(suite.get("skipped", 0)) == len(suite.findall("testcase/skipped"))


def test_a_comment_has_its_sums_first_and_fits(report: ScanReport) -> None:
    text = as_markdown(report)
    assert text.startswith(f"## Policy: {len(report.failures)} failed")
    many = replace(
        report, findings=tuple(replace(f, address=f"{f.address}{n}") for f in report.findings for n in range(30))
    )
    long = as_markdown(many)
    assert len(long.encode("utf-16-le")) // 2 <= LIMIT
    assert long.count("<details>") == long.count("</details>")
    assert "more lines are in the report" in long


def test_a_name_cannot_break_out_of_a_comment(report: ScanReport) -> None:
    nasty = replace(report.failures[0], address="a`|<script>", message="| </details> @everyone <img src=x>")
    text = as_markdown(ScanReport((nasty,), 1))
    assert "<script>" not in text.replace("`a'\\|<script>`", "")
    assert "<img" not in text
    assert "@everyone" not in text
    assert text.count("</details>") == 0


def test_a_name_cannot_break_the_xml(report: ScanReport) -> None:
    nasty = replace(report.failures[0], address='a"<b>\x00\x1b', message="]]>&")
    (suite,) = Xml.fromstring(as_junit(ScanReport((nasty,), 1)))
    assert suite[0].get("classname") == 'a"<b>??'


def test_the_json_says_what_was_read(report: ScanReport) -> None:
    document = as_json(report)
    assert [stage["read"] for stage in document["stages"]] == ["HCL", "plan"]
    assert document["passed"] is False
    assert document["exempt_rules"] == report.exempt_rules
    assert document["summary"]["fail"] == len(report.of(Outcome.FAIL))
    assert {f["outcome"] for f in document["findings"]} >= {"fail", "pass"}
