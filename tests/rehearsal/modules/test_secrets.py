"""Secrets on the embedded AWS: what operators wrote survives every later apply, and Terraform never learns it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from generator.modules.secrets import PLACEHOLDER
from tests.rehearsal.embedded_aws.cloud import Cloud
from tests.rehearsal.modules.applied import Applied, applied

KEY = """
resource "aws_kms_key" "this" {
  deletion_window_in_days = 7
}
"""
PARAMETER, SETTING, SECRET = "/example/test/api-key", "/example/test/ttl", "example/test/database"
ROTATE = "def handler(event, context):\n    return None\n"


def call(description: str, ttl: str, **more: Any) -> dict[str, Any]:
    return {
        "parameters": {"api-key": {"name": PARAMETER, "description": description}},
        "settings": {"ttl": {"name": SETTING, "value": ttl}},
        "secrets": {"database": {"name": SECRET, "description": description}},
        "allow_destroy": True,
        **more,
    }


def values(cloud: Cloud) -> dict[str, str]:
    ssm, secrets = cloud.client("ssm"), cloud.client("secretsmanager")
    found = {
        name: ssm.get_parameter(Name=name, WithDecryption=True)["Parameter"]["Value"] for name in (PARAMETER, SETTING)
    }
    return {**found, SECRET: secrets.get_secret_value(SecretId=SECRET)["SecretString"]}


def write(cloud: Cloud, value: str) -> None:
    """What an operator does with the console or the command line."""
    cloud.client("ssm").put_parameter(Name=PARAMETER, Value=f"{value} of a parameter", Overwrite=True)
    cloud.client("secretsmanager").put_secret_value(SecretId=SECRET, SecretString=f"{value} of a secret")


def check_ignorance(secrets: Applied) -> None:
    for file in secrets.directory.glob("*.tfstate*"):
        text = file.read_text(encoding="utf-8")
        assert PLACEHOLDER not in text
        assert "of a parameter" not in text
        assert "of a secret" not in text


@pytest.mark.slow
@pytest.mark.rehearsal(120)
@pytest.mark.proves(
    "write-only placeholders survive an operator's overwrite", "placeholders survive a changed description"
)
def test_an_operators_values_survive_and_settings_follow(cloud: Cloud, tmp_path: Path) -> None:
    with applied(cloud, tmp_path, "secrets", KEY) as secrets:
        secrets.call(call("Key of the mail service", "1800"))
        secrets.init_and_apply()
        assert values(cloud) == {PARAMETER: PLACEHOLDER, SETTING: "1800", SECRET: PLACEHOLDER}

        # Three values: by then AWS would have deleted a placeholder without a label of its own.
        for number in ("first", "second", "third"):
            write(cloud, f"the {number} value")
        written = {PARAMETER: "the third value of a parameter", SECRET: "the third value of a secret"}
        secrets.apply()
        assert values(cloud) == {**written, SETTING: "1800"}

        secrets.call(
            call(
                "Key of the other mail service",
                "2700",
                kms_key_arn="${aws_kms_key.this.arn}",
                tags={"Team": "platform"},
                allow_destroy=False,
            )
        )
        secrets.apply()
        assert values(cloud) == {**written, SETTING: "2700"}
        described = cloud.client("secretsmanager").describe_secret(SecretId=SECRET)
        assert described["Description"] == "Key of the other mail service"
        assert {"Key": "Team", "Value": "platform"} in described["Tags"]
        check_ignorance(secrets)

        secrets.call(call("Key of the mail service", "2700", kms_key_arn="${aws_kms_key.this.arn}"))
        secrets.apply()
        assert values(cloud) == {**written, SETTING: "2700"}
    assert cloud.client("ssm").describe_parameters()["Parameters"] == []
    assert cloud.client("secretsmanager").list_secrets()["SecretList"] == []


@pytest.mark.slow
@pytest.mark.rehearsal(60)
@pytest.mark.proves("rotation", "replication")
def test_a_function_rotates_a_secret_that_has_a_copy(cloud: Cloud, tmp_path: Path) -> None:
    cloud.function(ROTATE)
    function = cloud.client("lambda").get_function(FunctionName=cloud.name)["Configuration"]["FunctionArn"]
    with applied(cloud, tmp_path, "secrets") as secrets:
        database: dict[str, Any] = {
            "name": SECRET,
            "replicas": {"us-east-1": {}},
            "rotation": {"function_arn": function, "days": 30},
        }
        secrets.call({"secrets": {"database": database}, "allow_destroy": True})
        secrets.init_and_apply()
        found = cloud.client("secretsmanager").describe_secret(SecretId=SECRET)
        assert (found["RotationEnabled"], found["RotationLambdaARN"]) == (True, function)
        assert found["RotationRules"] == {"AutomaticallyAfterDays": 30}
        # The first rotation waits for its day: an operator comes first.
        client = cloud.client("secretsmanager")
        assert client.get_secret_value(SecretId=SECRET)["SecretString"] == PLACEHOLDER
        copy = cloud.client("secretsmanager", "us-east-1").describe_secret(SecretId=SECRET)
        assert copy["PrimaryRegion"] == cloud.region

        del database["rotation"]
        database["replicas"] = {"eu-west-1": {}}
        secrets.call({"secrets": {"database": database}, "allow_destroy": True})
        secrets.apply()
        found = client.describe_secret(SecretId=SECRET)
        assert not found.get("RotationEnabled")
        assert [copy["Region"] for copy in found["ReplicationStatus"]] == ["eu-west-1"]
        assert cloud.client("secretsmanager", "us-east-1").list_secrets()["SecretList"] == []
