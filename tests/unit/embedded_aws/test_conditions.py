"""Conditions of IAM policies."""

from __future__ import annotations

from typing import Any

import pytest

from generator.embedded_aws.fixes.iam import condition_holds

ARN = "arn:aws:lambda:us-west-2:111122223333:function:runner"


@pytest.mark.parametrize(
    ("condition", "context", "holds"),
    [
        ({}, {}, True),
        ({"StringEquals": {"aws:RequestTag/A": "1"}}, {"aws:RequestTag/A": "1"}, True),
        ({"StringEquals": {"AWS:requesttag/a": "1"}}, {"aws:RequestTag/A": "1"}, True),
        ({"StringEquals": {"a": ["1", "2"]}}, {"a": "2"}, True),
        ({"StringEquals": {"a": "1"}}, {"a": "2"}, False),
        ({"StringEquals": {"a": "1"}}, {}, False),
        ({"StringEquals": {"a": "x"}}, {"a": "X"}, False),
        ({"StringEqualsIgnoreCase": {"a": "x"}}, {"a": "X"}, True),
        ({"StringNotEquals": {"a": ["1", "2"]}}, {"a": "3"}, True),
        ({"StringNotEquals": {"a": ["1", "2"]}}, {"a": "2"}, False),
        ({"StringNotEquals": {"a": "1"}}, {}, False),
        ({"StringLike": {"a": "run*"}}, {"a": "runner"}, True),
        ({"StringLike": {"a": "[r]*"}}, {"a": "runner"}, False),
        ({"StringNotLike": {"a": "run*"}}, {"a": "other"}, True),
        ({"ForAnyValue:StringLike": {"a": "r*"}}, {"a": "runner"}, True),
        ({"StringEqualsIfExists": {"a": "1"}}, {}, True),
        ({"StringEqualsIfExists": {"a": "1"}}, {"a": "2"}, False),
        ({"ArnLike": {"lambda:SourceFunctionArn": "arn:aws:lambda:*:*:function:*"}}, {}, False),
        (
            {"ArnEquals": {"lambda:SourceFunctionArn": "arn:aws:lambda:*:*:function:runner"}},
            {"lambda:SourceFunctionArn": ARN},
            True,
        ),
        ({"Null": {"a": "true"}}, {}, True),
        ({"Null": {"a": "false"}}, {}, False),
        ({"Null": {"a": False}}, {"a": "1"}, True),
        ({"Bool": {"aws:SecureTransport": "false"}}, {}, False),
        ({"Bool": {"aws:SecureTransport": "true"}}, {}, True),
        ({"Bool": {"aws:SecureTransport": True}}, {}, True),
        ({"StringEquals": {"a": "1", "b": "2"}}, {"a": "1"}, False),
        ({"StringEquals": {"a": "1"}, "StringLike": {"b": "*"}}, {"a": "1", "b": "2"}, True),
        ({"IpAddress": {"aws:SourceIp": "10.0.0.0/8"}}, {"aws:SourceIp": "10.0.0.1"}, False),
    ],
)
def test_condition(condition: dict[str, dict[str, Any]], context: dict[str, str], holds: bool) -> None:
    assert condition_holds(condition, context) is holds
