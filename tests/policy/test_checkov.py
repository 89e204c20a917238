"""checkov in process: mapped to addresses and lines, skipped exactly, and never silent."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from generator.policy import checkov_process
from generator.policy.checkov_findings import from_directory, from_plan, reasons, without_doubles
from generator.policy.findings import Finding
from generator.policy.planned import Planning
from generator.policy.scan import Scan
from generator.policy.source import Sources
from generator.policy.targets import read_targets
from generator.policy.verdict import Outcome
from generator.terraform.progress import SilentReporter
from tests.unit.policy.plans import document, plan, resource

pytestmark = pytest.mark.xdist_group("checkov")

BUCKET = 'resource "aws_s3_bucket" "this" {\n  bucket = "a"\n}\n'
SKIPPED = (
    'resource "aws_s3_bucket" "this" {\n  #checkov:skip=CKV_AWS_18:Nothing here is worth a log.\n  bucket = "a"\n}\n'
)


def directory(folder: Path, **files: str) -> Path:
    for name, text in files.items():
        file = folder / name.replace("__", "/")
        file.parent.mkdir(parents=True, exist_ok=True)
        file.with_suffix(".tf").write_text(text, encoding="utf-8")
    return folder


def scanned(folder: Path) -> list[Finding]:
    return from_directory(checkov_process.scan_directory(folder), "t", Sources(folder).locate)


def test_a_finding_has_its_address_and_line(tmp_path: Path) -> None:
    directory(tmp_path, main='module "a" {\n  source = "./inner"\n}\n', inner__main=f"\n\n{BUCKET}")
    (found,) = (f for f in scanned(tmp_path) if f.rule == "CKV_AWS_18")
    assert found.outcome is Outcome.FAIL
    assert found.address == "module.a.aws_s3_bucket.this"
    assert found.where is not None
    assert (found.where.file, found.where.line) == (tmp_path / "inner/main.tf", 3)


def test_a_comment_skips_its_own_block_alone(tmp_path: Path) -> None:
    calls = "".join(f'module "{name}" {{\n  source = "./{name}"\n}}\n' for name in "ab")
    directory(tmp_path, main=calls, a__main=SKIPPED, b__main=BUCKET)
    # checkov's own enrichment of a plan skips module b too: it knows blocks by type and name.
    skips = reasons(checkov_process.scan_directory(tmp_path))
    planned = document(
        *(resource(f"module.{name}.aws_s3_bucket.this", {"bucket": name}, {"id": True}) for name in "ab")
    )
    planned["planned_values"] = {
        "root_module": {
            "child_modules": [
                {
                    "address": f"module.{name}",
                    "resources": [
                        {
                            "address": f"module.{name}.aws_s3_bucket.this",
                            "mode": "managed",
                            "type": "aws_s3_bucket",
                            "name": "this",
                            "values": {"bucket": name},
                        }
                    ],
                }
                for name in "ab"
            ]
        }
    }
    records = checkov_process.scan_plan(planned)
    found = [f for f in from_plan(records, plan(), "t", lambda *_: None, skips) if f.rule == "CKV_AWS_18"]
    assert {f.address: bool(f.exemption) for f in found} == {
        "module.a.aws_s3_bucket.this": True,
        "module.b.aws_s3_bucket.this": False,
    }


@pytest.mark.parametrize("planned", [False, True])
def test_a_comment_in_a_folder_that_nothing_calls_skips_nothing(tmp_path: Path, planned: bool) -> None:
    directory(tmp_path, main=BUCKET, examples__main=SKIPPED + BUCKET.replace('"this"', '"other"'))
    file = tmp_path / "plan.json"
    bucket = {"address": "aws_s3_bucket.this", "mode": "managed", "type": "aws_s3_bucket", "name": "this"}
    found = document(resource("aws_s3_bucket.this", {"bucket": "a"}))
    found["planned_values"] = {"root_module": {"resources": [{**bucket, "values": {"bucket": "a"}}]}}
    file.write_text(json.dumps(found), encoding="utf-8")
    name = str(file if planned else tmp_path)
    targets = read_targets((name,), tmp_path, source=tmp_path if planned else None)
    report = Scan((), Planning(tmp_path, lambda _: SilentReporter()), date(2026, 6, 1)).run(targets)
    logs = [f for f in report.findings if f.rule == "CKV_AWS_18"]
    assert [(f.address, f.counts, f.where and f.where.file) for f in logs] == [
        ("aws_s3_bucket.this", True, tmp_path / "main.tf")
    ]


def test_an_id_that_begins_alike_is_not_skipped(tmp_path: Path) -> None:
    text = BUCKET.replace("{\n", "{\n  #checkov:skip=CKV_AWS_180:Another check, whose id begins alike.\n", 1)
    directory(tmp_path, main=text)
    assert not [f for f in scanned(tmp_path) if f.rule == "CKV_AWS_18" and f.exemption]


def test_what_it_passed_without_the_value_is_undecided() -> None:
    record = checkov_process.Record("CKV_AWS_336", "Read-only", "passed", "a_b.c", ("container_definitions",))
    unknown = plan(resource("a_b.c", {}, {"container_definitions": True}))
    (found,) = from_plan([record], unknown, "t", lambda *_: None, {})
    assert found.outcome is Outcome.UNDECIDED
    known = plan(resource("a_b.c", {"container_definitions": "[]"}))
    (found,) = from_plan([record], known, "t", lambda *_: None, {})
    assert found.outcome is Outcome.PASS


def test_what_it_failed_without_the_value_is_undecided_unless_it_was_left_out() -> None:
    record = checkov_process.Record("CKV_AWS_145", "With a key", "failed", "a_b.c", ("kms_key_id",))
    change = resource("a_b.c", {}, {"kms_key_id": True})
    block = {"type": "a_b", "name": "c", "expressions": {"kms_key_id": {"references": ["a_key.this.arn"]}}}
    (found,) = from_plan([record], plan(change, configuration={"resources": [block]}), "t", lambda *_: None, {})
    assert found.outcome is Outcome.UNDECIDED
    left_out = plan(change, configuration={"resources": [{**block, "expressions": {}}]})
    (found,) = from_plan([record], left_out, "t", lambda *_: None, {})
    assert found.outcome is Outcome.FAIL


def test_what_fails_in_hcl_did_not_pass_in_the_plan() -> None:
    hcl = [finding("CKV_AWS_115", Outcome.FAIL), finding("CKV_AWS_226", Outcome.FAIL)]
    planned = [finding("CKV_AWS_115", Outcome.PASS), finding("CKV_AWS_226", Outcome.PASS)]
    both = without_doubles(hcl, planned)
    # The default of the second is a good one, which only the plan knows.
    assert [(f.rule, f.outcome) for f in both] == [("CKV_AWS_115", Outcome.FAIL), ("CKV_AWS_226", Outcome.PASS)]


def test_a_check_that_throws_is_an_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    directory(tmp_path, main='resource "aws_db_instance" "this" {\n}\n')
    checkov_process.check_ids()  # imports it with its settings, which are those of the process
    from checkov.terraform.checks.resource.aws.RDSPubliclyAccessible import check

    def throw(*_: Any) -> None:
        raise TypeError("a broken check")

    monkeypatch.setattr(check, "scan_resource_conf", throw)
    found = [f for f in scanned(tmp_path) if f.outcome is Outcome.ERROR]
    assert [(f.rule, f.address) for f in found] == [(check.id, "aws_db_instance.this")]
    assert found[0].counts


def test_a_graph_check_that_throws_is_an_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    directory(tmp_path, main=BUCKET)
    checkov_process.check_ids()
    from checkov.common.graph.checks_infra.base_check import BaseGraphCheck

    def throw(*_: Any, **__: Any) -> None:
        raise TypeError("a broken check")

    monkeypatch.setattr(BaseGraphCheck, "run", throw)
    assert [f for f in scanned(tmp_path) if f.outcome is Outcome.ERROR and f.rule.startswith("CKV2_")]


def test_it_is_the_way_back_after_a_scan(tmp_path: Path) -> None:
    checkov_process.check_ids()
    from checkov.common.checks.base_check import BaseCheck

    before = BaseCheck.log_check_error
    directory(tmp_path, main=BUCKET)
    scanned(tmp_path)
    assert BaseCheck.log_check_error is before


def finding(rule: str, outcome: Outcome) -> Finding:
    from generator.policy.verdict import Severity

    return Finding("t", rule, "A title", Severity.MEDIUM, outcome, "a_b.c", source="checkov")
