"""What statements let a role do."""

from __future__ import annotations

from typing import Any

import pytest

from generator.rehearsal.checks.permissions import may

READ = {"Effect": "Allow", "Action": ["s3:Get*"], "Resource": "arn:aws:s3:::logs/*"}
DENY = {"Effect": "Deny", "Action": "s3:GetObject", "Resource": "*"}
CONDITION = {"StringEquals": {"aws:SourceAccount": "111122223333"}}


@pytest.mark.parametrize(
    ("statements", "action", "resource", "expected"),
    [
        ([], "s3:GetObject", "arn:aws:s3:::logs/a", False),
        ([READ], "s3:GetObject", "arn:aws:s3:::logs/a", True),
        ([READ], "s3:PutObject", "arn:aws:s3:::logs/a", False),
        ([READ], "s3:GetObject", "arn:aws:s3:::other/a", False),
        ([READ, DENY], "s3:GetObject", "arn:aws:s3:::logs/a", False),
        ([READ, DENY], "s3:GetObjectTagging", "arn:aws:s3:::logs/a", True),
        # Somewhere the condition holds, and elsewhere the denial's does not.
        ([{**READ, "Condition": CONDITION}], "s3:GetObject", "arn:aws:s3:::logs/a", True),
        ([READ, {**DENY, "Condition": CONDITION}], "s3:GetObject", "arn:aws:s3:::logs/a", True),
        ([{**READ, "Resource": ["arn:aws:s3:::[a]/*"]}], "s3:GetObject", "arn:aws:s3:::a/b", False),
        ([{**READ, "Resource": ["arn:aws:s3:::[a]/*"]}], "s3:GetObject", "arn:aws:s3:::[a]/b", True),
    ],
)
def test_statements_are_tried_as_iam_tries_them(
    statements: list[dict[str, Any]], action: str, resource: str, expected: bool
) -> None:
    assert may(statements, action, resource) is expected
