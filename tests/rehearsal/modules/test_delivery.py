"""Deploy roles on the embedded AWS: assumed by the jobs they name, and by no others."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.rehearsal.embedded_aws.cloud import Cloud
from tests.rehearsal.embedded_aws.fixes.test_sts import assume, token
from tests.rehearsal.modules.applied import applied

ISSUER = "token.actions.githubusercontent.com"
SUPPORTING = """
resource "aws_ecr_repository" "web" {
  name = "example/web"
}

resource "aws_ssm_parameter" "image" {
  name           = "/example/test/images/web"
  type           = "String"
  insecure_value = "none"
}

resource "aws_iam_role" "task" {
  name = "example-test-web-task"
  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Principal = { Service = "ecs-tasks.amazonaws.com" }
      Action    = "sts:AssumeRole"
    }]
  })
}
"""
WORKFLOW = {
    "repositories": ["example/web", "example@1234/api@5678"],
    "branches": ["main"],
    "environments": ["test"],
    "image_repository_arns": ["${aws_ecr_repository.web.arn}"],
    "image_parameter_arns": ["${aws_ssm_parameter.image.arn}"],
    "task_families": ["example-test-web"],
    "task_role_arns": ["${aws_iam_role.task.arn}"],
}


def github(subject: str) -> str:
    return token(iss=f"https://{ISSUER}", aud="sts.amazonaws.com", sub=subject)


@pytest.mark.slow
@pytest.mark.rehearsal(60)
def test_the_named_jobs_assume_a_role_and_no_others(cloud: Cloud, tmp_path: Path) -> None:
    with applied(cloud, tmp_path, "delivery", SUPPORTING) as delivery:
        delivery.call({"name": "example", "roles": {"test": WORKFLOW}})
        role = delivery.init_and_apply()["role_arns"]["test"]
        for subject in ("example/web:ref:refs/heads/main", "example@1234/api@5678:environment:test"):
            answer = assume(cloud, role, github(f"repo:{subject}"))
            assert "/example-test-deploy/" in answer["AssumedRoleUser"]["Arn"]
        for subject in ("example/web:pull_request", "example/web:ref:refs/heads/main2", "example/api:environment:test"):
            with cloud.refused("AccessDenied"):
                assume(cloud, role, github(f"repo:{subject}"))
        policy = cloud.client("iam").get_role_policy(RoleName="example-test-deploy", PolicyName="deploy")
        by_sid = {s["Sid"]: s["Resource"] for s in policy["PolicyDocument"]["Statement"]}
        assert by_sid["PushImages"] == [f"arn:aws:ecr:{cloud.region}:{cloud.account}:repository/example/web"]
        assert by_sid["PassTaskRoles"] == [f"arn:aws:iam::{cloud.account}:role/example-test-web-task"]
        assert "UpdateFunctions" not in by_sid
    assert cloud.client("iam").list_open_id_connect_providers()["OpenIDConnectProviderList"] == []


@pytest.mark.slow
@pytest.mark.rehearsal(60)
def test_a_provider_that_the_account_has_stays(cloud: Cloud, tmp_path: Path) -> None:
    iam = cloud.client("iam")
    provider = iam.create_open_id_connect_provider(Url=f"https://{ISSUER}", ClientIDList=["sts.amazonaws.com"])
    arn = provider["OpenIDConnectProviderArn"]
    with applied(cloud, tmp_path, "delivery", SUPPORTING) as delivery:
        delivery.call({"name": "example", "provider_arn": arn, "roles": {"test": WORKFLOW}})
        outputs = delivery.init_and_apply()
        assert outputs["provider_arn"] == arn
        assume(cloud, outputs["role_arns"]["test"], github("repo:example/web:environment:test"))
    assert [p["Arn"] for p in iam.list_open_id_connect_providers()["OpenIDConnectProviderList"]] == [arn]
    assert json.dumps(iam.list_roles()["Roles"], default=str).count("example-test") == 0
