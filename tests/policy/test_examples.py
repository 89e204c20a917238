"""checkov finds nothing in any example that is not accepted inside its block, with a reason."""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from pathlib import Path

import pytest
from tftest import TerraformPlanOutput

from generator.examples import all_examples
from tests.policy.page import PAGE, page
from tests.policy.scans import Scan, scan_hcl, scan_plan

EXAMPLES = [f"modules/{m}/examples/{e.name()}" for m, examples in all_examples().items() for e in examples]

# One process reads checkov's own files once, and scans everything.
pytestmark = pytest.mark.xdist_group("checkov")


@pytest.fixture(scope="module")
def scans(pytestconfig: pytest.Config) -> dict[str, Scan]:
    """The scan of each example's HCL, with the modules it calls."""
    return {example: scan_hcl(pytestconfig.rootpath / example) for example in EXAMPLES}


@pytest.mark.parametrize("example", EXAMPLES)
def test_nothing_fails_in_the_hcl(scans: dict[str, Scan], example: str) -> None:
    assert scans[example].passed > 0
    assert sorted(scans[example].failed) == []


@pytest.mark.parametrize("example", EXAMPLES)
def test_every_skip_has_a_reason(scans: dict[str, Scan], example: str) -> None:
    assert [found for found in scans[example].skipped if len(found.reason.split()) < 4] == []


@pytest.mark.parametrize("example", EXAMPLES)
def test_nothing_fails_in_the_plan_but_what_the_hcl_skips(
    plan: Callable[..., TerraformPlanOutput], scans: dict[str, Scan], example: str
) -> None:
    # Comments do not reach a plan, so neither do skips.
    accepted = {(found.check, found.address) for found in scans[example].skipped}
    found = scan_plan(dict(plan(example).items()))
    assert found.passed > 0
    assert sorted(f for f in found.failed if (f.check, f.address) not in accepted) == []


@pytest.mark.parametrize("example", ["modules/code_runner/examples/basic", "modules/ecs_service/examples/basic"])
def test_a_plan_is_read_as_checkov_reads_it_with_lines(
    plan: Callable[..., TerraformPlanOutput], example: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    document = dict(plan(example).items())
    without_lines = scan_plan(document)
    cfn_yaml = import_module("checkov.cloudformation.parser.cfn_yaml")
    assert cfn_yaml.MAX_IAC_FILE_SIZE == 0
    monkeypatch.setattr(cfn_yaml, "MAX_IAC_FILE_SIZE", 50_000_000)
    assert scan_plan(document) == without_lines


def test_a_finding_is_found(tmp_path: Path) -> None:
    text = 'resource "aws_lb" "this" {\n  drop_invalid_header_fields = false\n}\n'
    (tmp_path / "main.tf").write_text(text, encoding="utf-8")
    assert "CKV_AWS_131" in {found.check for found in scan_hcl(tmp_path).failed}


def test_the_page_of_totals_is_true(scans: dict[str, Scan], pytestconfig: pytest.Config) -> None:
    assert (pytestconfig.rootpath / PAGE).read_text(encoding="utf-8") == page(scans), (
        "write it: python -m tests.policy.page"
    )
