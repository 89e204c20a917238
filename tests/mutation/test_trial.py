"""Mutants of a real module: what is noticed is killed, and what cannot be noticed survives."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from tests.mutation.mutants import Mutant, mutants
from tests.mutation.run import trial
from tests.mutation.trial import Trial

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("mutation")]
LOG_GROUP = "aws_cloudwatch_log_group.this"


@pytest.fixture(scope="module")
def court() -> Iterator[Trial]:
    with trial("bucket") as found:
        yield found
        found.check_baseline()


def mutant(project: Path, place: str, module: str = "bucket") -> Mutant:
    return next(m for m in mutants(project / "modules", module) if m.place == place)


def test_a_flipped_argument_is_noticed_by_a_test_or_case(court: Trial, project: Path) -> None:
    outcome = court.outcome(mutant(project, "aws_s3_bucket_public_access_block.this.block_public_acls"))
    assert "block_public_acls" in outcome.by or "test_bucket.py" in outcome.by
    assert not outcome.refused


def test_of_what_exists_before_the_mutant_makes_its_own(project: Path) -> None:
    with trial("web_hosting") as court:
        # In the state, the group has the name that it was applied with.
        assert LOG_GROUP in court.made_before
        assert court.outcome(mutant(project, f"{LOG_GROUP}.name", "web_hosting")).by
        court.check_baseline()


def test_what_exists_before_is_made_again_after_a_refused_mutant(project: Path) -> None:
    with trial("delivery") as court:
        found = mutant(project, "aws_iam_role.this.name", "delivery")
        assert court.outcome(replace(found, replacements=('"no name"',))).refused
        court.check_baseline()


def test_what_a_mutant_makes_unreadable_disturbs_no_other(project: Path) -> None:
    with trial("audit_trail") as court:
        # Its key denies everything to everybody, so that nobody can delete it.
        assert court.outcome(mutant(project, "aws_kms_key.this.policy.Statement.Effect", "audit_trail")).by
        court.check_baseline()


def test_a_change_of_no_consequence_survives(court: Trial, project: Path) -> None:
    source = (project / "modules/bucket/main.tf").read_text(encoding="utf-8")
    end = source.index("\n")
    outcome = court.outcome(Mutant("bucket", "main.tf", 1, 0, end, ("# Another comment.",), "none.none", "comment"))
    assert (outcome.by, outcome.same_plan) == ("", True)


def test_what_terraform_refuses_is_killed_by_that(court: Trial, project: Path) -> None:
    found = mutant(project, "aws_s3_bucket_public_access_block.this.block_public_acls")
    outcome = court.outcome(replace(found, replacements=('"neither"',)))
    assert outcome.refused
    assert outcome.by.startswith("terraform: ")


def test_what_the_provider_refuses_is_tried_with_a_value_that_it_names(court: Trial, project: Path) -> None:
    found = mutant(project, "aws_s3_bucket_ownership_controls.this.rule.object_ownership")
    assert found.replacements[0] == '"BucketOwnerEnforcedx"'
    outcome = court.outcome(found)
    assert outcome.by
    assert not outcome.refused


def test_what_only_a_wrong_call_shows_is_noticed_by_it(court: Trial, project: Path) -> None:
    source = (project / "modules/bucket/variables.tf").read_text(encoding="utf-8")
    start = source.index("condition")
    end = source.index("\n", start)
    anything = ("condition = var.name == var.name",)
    always = Mutant("bucket", "variables.tf", 1, start, end, anything, "var.name", "never refused")
    assert court.outcome(always).by.startswith(("wrong call ", "bucket/"))
