"""`slipway policy new`: a rule of one's own, with its two fixtures and its test."""

from __future__ import annotations

import re
from pathlib import Path

from generator.errors import Location, SlipwayError
from generator.files import replace_files

NAME = re.compile(r"[a-z][a-z0-9_]{1,48}")
RULE = '''"""Our own rules."""

from __future__ import annotations

from collections.abc import Iterator

from generator.policy.platform import Platform
from generator.policy.rule import rule
from generator.policy.verdict import Severity, Verdict, judge


@rule(
    "{id}",
    "A bucket has a name that begins with ours",
    severity=Severity.MEDIUM,
    rationale="Say what goes wrong without it: whoever reads this has never met the problem.",
    document="Say who asks for it, and where.",
    remediation="Say which argument to set, and to what.",
)
def {name}(platform: Platform) -> Iterator[Verdict]:
    for bucket in platform.plan.of_type("aws_s3_bucket"):
        name = bucket.get("bucket")
        # A value is UNKNOWN before the apply: then the verdict is undecided, which None says.
        truth = name.startswith("ours-") if isinstance(name, str) else None
        yield judge(truth, bucket, "It is called otherwise.", "bucket")
'''
FIXTURE = """resource "aws_s3_bucket" "this" {{
  bucket = "{name}"
}}
"""
TEST = '''"""{id} passes on one plan, fails on another, and notices the argument that tells them apart."""

from __future__ import annotations

from pathlib import Path

from generator.policy.rules import all_rules
from generator.policy.testing import Flip, judged, outcomes, plan_of
from generator.policy.verdict import Outcome

HERE = Path(__file__).parent
RULES = [rule for rule in all_rules(HERE) if rule.id == "{id}"]


def test_{name}(plan, pytestconfig) -> None:
    fixtures = (HERE / "fixtures/{name}").relative_to(pytestconfig.rootpath)
    good = dict(plan(fixtures / "good").items())
    bad = dict(plan(fixtures / "bad").items())
    assert outcomes(judged(plan_of(good), RULES)) == {{"{id}": {{Outcome.PASS}}}}
    assert outcomes(judged(plan_of(bad), RULES)) == {{"{id}": {{Outcome.FAIL}}}}
    flipped = Flip("aws_s3_bucket.this", set={{"bucket": "theirs"}}).of(good)
    assert outcomes(judged(plan_of(flipped), RULES)) == {{"{id}": {{Outcome.FAIL}}}}
'''


def new_rule(name: str, identity: str, directory: Path) -> list[Path]:
    """Write the rule *name* with the id *identity* into *directory*. Raises SlipwayError when it is there already."""
    if not NAME.fullmatch(name):
        raise SlipwayError(f"{name} is no name of a rule", cure="Lower-case letters, digits and underscores.")
    fixtures = directory / "fixtures" / name
    files = {
        directory / f"{name}.py": RULE.format(id=identity, name=name),
        directory / f"test_{name}.py": TEST.format(id=identity, name=name),
        fixtures / "good" / "main.tf": FIXTURE.format(name="ours-traces"),
        fixtures / "bad" / "main.tf": FIXTURE.format(name="theirs"),
    }
    for file in files:
        if file.exists():
            raise SlipwayError("is there already", where=Location(file), cure="Choose another name.")
    replace_files(files)
    return list(files)
