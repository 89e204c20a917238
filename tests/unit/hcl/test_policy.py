"""IAM policies as expressions."""

from __future__ import annotations

from pathlib import Path

from generator.hcl.expression import Expr
from generator.hcl.policy import allow, assumed_by, deny, document
from generator.terraform.binary import TerraformBinary
from tests.unit.hcl.real_terraform import place, planned_outputs
from tests.unit.hcl.stacks import new_stack, written


def test_terraform_makes_the_policy_that_python_wrote(tmp_path: Path, binary: TerraformBinary) -> None:
    stack = new_stack()
    bucket = stack.local("bucket", "arn:aws:s3:::b")
    only_tls = {"Bool": {"aws:SecureTransport": "false"}}
    policy = document(
        allow("Read", ["s3:GetObject"], [f"{bucket}/*", "arn:aws:s3:::$${aws:username}"]),
        deny("PlainHttp", ("s3:*",), bucket, only_tls),
    )
    stack.output("policy", Expr(f"jsondecode({policy.code})"), "A policy.")
    stack.output("trust", Expr(f"jsondecode({assumed_by('ecs.amazonaws.com').code})"), "A trust policy.")
    stack.output(
        "narrow", Expr(f"jsondecode({assumed_by('ecs.amazonaws.com', only_tls).code})"), "A narrower trust policy."
    )
    files = {name: text for name, text in written(stack).items() if name != "versions.tf"}
    found = planned_outputs(place(tmp_path, files), binary)
    assert found["policy"] == {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Sid": "Read",
                "Effect": "Allow",
                "Action": ["s3:GetObject"],
                "Resource": ["arn:aws:s3:::b/*", "arn:aws:s3:::${aws:username}"],
            },
            {
                "Sid": "PlainHttp",
                "Effect": "Deny",
                "Action": ["s3:*"],
                "Resource": "arn:aws:s3:::b",
                "Condition": only_tls,
            },
        ],
    }
    trust = {
        "Sid": "AssumeRole",
        "Effect": "Allow",
        "Principal": {"Service": "ecs.amazonaws.com"},
        "Action": "sts:AssumeRole",
    }
    assert found["trust"] == {"Version": "2012-10-17", "Statement": [trust]}
    assert found["narrow"]["Statement"] == [{**trust, "Condition": only_tls}]
