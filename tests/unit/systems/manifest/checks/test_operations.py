"""Checks of pipelines and of what was promised for a recovery."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.unit.systems.manifest.manifests import Edited, edited


def with_live(directory: Path, line: str) -> Edited:
    """The small manifest whose environment `live` also says *line*."""
    return edited(directory, ("  live:\n", f"  live:\n    {line}\n"))


def test_an_environment_has_a_pipeline_of_its_own_or_the_systems(tmp_path: Path) -> None:
    base = ("environments:\n", "pipeline: { provider: github }\nenvironments:\n")
    manifest = edited(tmp_path, base, ("  live:\n", "  live:\n    pipeline: { branch: main }\n"))
    dev, live = manifest.resolve("dev").pipeline, manifest.resolve("live").pipeline
    assert dev is not None
    assert live is not None
    assert (dev.branch, dev.requires_approval, live.branch) == (None, False, "main")
    assert edited(tmp_path).resolve().pipeline is None


def test_what_requires_approval_comes_from_a_branch(tmp_path: Path) -> None:
    error = with_live(tmp_path, "pipeline: { requires_approval: true }").error("requires_approval")
    assert error.what == (
        "What requires approval is applied from one branch, and pipeline names none (environment live)."
    )
    assert error.cure == "Add branch: main."
    assert with_live(tmp_path, "pipeline: { branch: main, requires_approval: true }").resolve("live")


@pytest.mark.parametrize("branch", ["release/*", "'**'", "a b", "-x", "a..b", "/a", "a/", "${{x}}", '"a\'b"', "''"])
def test_a_branch_is_a_whole_name(tmp_path: Path, branch: str) -> None:
    error = with_live(tmp_path, f"pipeline: {{ branch: {branch if branch[0] in chr(34) + chr(39) else repr(branch)} }}")
    assert "pipeline.branch has the wrong form" in error.error("pipeline").what


@pytest.mark.parametrize("branch", ["main", "release/2.1", "feature_x-1"])
def test_names_of_branches_are_taken(tmp_path: Path, branch: str) -> None:
    pipeline = with_live(tmp_path, f"pipeline: {{ branch: {branch} }}").resolve("live").pipeline
    assert pipeline is not None
    assert pipeline.branch == branch


def test_another_provider_is_refused(tmp_path: Path) -> None:
    assert "pipeline.provider" in with_live(tmp_path, "pipeline: { provider: gitlab }").error("gitlab").what


def test_a_recovery_is_promised_in_durations(tmp_path: Path) -> None:
    recovery = with_live(tmp_path, "recovery: { rto: 30m, rpo: 1h }").resolve("live").recovery
    assert recovery is not None
    assert (recovery.rto, recovery.rpo) == (1800, 3600)
    assert edited(tmp_path).resolve().recovery is None


@pytest.mark.parametrize(
    "wrong", ["{ rpo: 1h }", "{ rto: 10 }", "{ rto: 721h }", "{ rto: soon }", "{ rto: 1h, rpo: 0 }"]
)
def test_a_promise_without_a_time_is_refused(tmp_path: Path, wrong: str) -> None:
    assert "recovery" in with_live(tmp_path, f"recovery: {wrong}").error("recovery").what
