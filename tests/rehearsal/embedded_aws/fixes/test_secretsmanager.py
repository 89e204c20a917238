"""Secrets Manager: labels stay where they were put, copies have keys, and a trial leaves no version."""

from __future__ import annotations

import pytest

from tests.rehearsal.embedded_aws.cloud import Cloud

KEY = "arn:aws:kms:us-east-1:123456789012:key/11111111-2222-3333-4444-555555555555"
HANDLER = "def handler(event, context):\n    return None\n"


def secret(cloud: Cloud, **options: object) -> str:
    return str(cloud.client("secretsmanager").create_secret(Name=cloud.name, **options)["ARN"])


def put(cloud: Cloud, value: str, *labels: str) -> str:
    options = {"VersionStages": list(labels)} if labels else {}
    answer = cloud.client("secretsmanager").put_secret_value(SecretId=cloud.name, SecretString=value, **options)
    return str(answer["VersionId"])


def labels(cloud: Cloud) -> dict[str, set[str]]:
    found = cloud.client("secretsmanager").describe_secret(SecretId=cloud.name)["VersionIdsToStages"]
    return {version: set(stages) for version, stages in found.items() if stages}


@pytest.mark.parametrize("values", [1, 3])
def test_a_label_of_the_callers_stays_with_its_version(either: Cloud, values: int) -> None:
    secret(either)
    first = put(either, "set-me", "AWSCURRENT", "PLACEHOLDER")
    for number in range(values):
        put(either, f"value {number}")
    with either.fixed():
        own = {"AWSPREVIOUS"} if values == 1 else set()
        assert labels(either).get(first) == {"PLACEHOLDER", *own}
    current = either.client("secretsmanager").get_secret_value(SecretId=either.name)
    assert current["SecretString"] == f"value {values - 1}"


def test_a_label_given_to_a_new_version_leaves_the_old_one(either: Cloud) -> None:
    secret(either)
    first = put(either, "one", "AWSCURRENT", "CHECKED")
    second = put(either, "two", "AWSCURRENT", "CHECKED")
    third = put(either, "three")
    with either.fixed():
        assert labels(either) == {second: {"AWSPREVIOUS", "CHECKED"}, third: {"AWSCURRENT"}}
        assert first not in labels(either)


def test_a_copy_has_the_key_it_was_given(either: Cloud) -> None:
    secret(either, SecretString="value", AddReplicaRegions=[{"Region": "us-east-1", "KmsKeyId": KEY}])
    either.client("secretsmanager").replicate_secret_to_regions(
        SecretId=either.name, AddReplicaRegions=[{"Region": "eu-west-1"}]
    )
    copies = either.client("secretsmanager").describe_secret(SecretId=either.name)["ReplicationStatus"]
    with either.fixed():
        assert {copy["Region"]: copy["KmsKeyId"] for copy in copies} == {
            "us-east-1": KEY,
            "eu-west-1": "alias/aws/secretsmanager",
        }


def test_a_rotation_that_waits_leaves_the_versions_alone(either: Cloud) -> None:
    secret(either)
    version = put(either, "value")
    either.function(HANDLER)
    function = either.client("lambda").get_function(FunctionName=either.name)["Configuration"]["FunctionArn"]
    client = either.client("secretsmanager")
    # Plain moto has no container to run the function in.
    with either.fixed():
        client.rotate_secret(
            SecretId=either.name,
            RotationLambdaARN=function,
            RotationRules={"AutomaticallyAfterDays": 30},
            RotateImmediately=False,
        )
        found = client.describe_secret(SecretId=either.name)
        assert (found["RotationEnabled"], found["RotationLambdaARN"]) == (True, function)
        assert labels(either) == {version: {"AWSCURRENT"}}
