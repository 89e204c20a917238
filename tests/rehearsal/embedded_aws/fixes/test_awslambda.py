"""Lambda functions: what AWS refuses is refused, and what is given is read back."""

from __future__ import annotations

import json
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.rehearsal.embedded_aws.cloud import TRUST, Cloud, policy

CODE = "def handler(event, context):\n    return event\n"
INTERFACES = ["ec2:CreateNetworkInterface", "ec2:DescribeNetworkInterfaces", "ec2:DeleteNetworkInterface"]
ABSENT = "sha256:" + "0" * 64


def create(cloud: Cloud, uri: str, **options: Any) -> dict[str, Any]:
    role = options.pop("Role", None) or cloud.role()
    client = cloud.client("lambda")
    answer: dict[str, Any] = client.create_function(
        FunctionName=cloud.name, PackageType="Image", Code={"ImageUri": uri}, Role=role, **options
    )
    return answer


def subnet(cloud: Cloud) -> tuple[str, str, str]:
    """A new VPC, its subnet and a security group."""
    ec2 = cloud.client("ec2")
    vpc = ec2.create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
    subnet_id = ec2.create_subnet(VpcId=vpc, CidrBlock="10.0.1.0/24")["Subnet"]["SubnetId"]
    group = ec2.create_security_group(GroupName=cloud.name, Description="-", VpcId=vpc)["GroupId"]
    return vpc, subnet_id, group


def registry(cloud: Cloud, account: str | None = None, region: str | None = None) -> str:
    return f"{account or cloud.account}.dkr.ecr.{region or cloud.region}.amazonaws.com"


@pytest.mark.parametrize("reference", [f"@{ABSENT}", ":absent", ""])
def test_function_needs_an_image_that_was_pushed(either: Cloud, reference: str) -> None:
    either.image({"handler.py": CODE.encode()}, tag="one")
    with either.refused("InvalidParameterValueException", "does not exist"):
        create(either, f"{registry(either)}/{either.name}{reference}")


def test_function_needs_a_repository_that_exists(either: Cloud) -> None:
    with either.refused("InvalidParameterValueException", "does not exist"):
        create(either, f"{registry(either)}/{either.name}-absent@{ABSENT}")


@pytest.mark.parametrize("place", [{"account": "999999999999"}, {"region": "us-east-1"}])
def test_function_needs_an_image_of_its_own_account_and_region(either: Cloud, place: dict[str, str]) -> None:
    digest = either.image({"handler.py": CODE.encode()}).partition("@")[2]
    with either.refused("InvalidParameterValueException", "is not valid"):
        create(either, f"{registry(either, **place)}/{either.name}@{digest}")


def test_function_of_a_text_that_is_no_image_is_refused(either: Cloud) -> None:
    with either.refused("InvalidParameterValueException", "is not valid"):
        create(either, "busybox")


def test_function_is_not_created_from_an_index(cloud: Cloud) -> None:
    digest = cloud.image({"handler.py": CODE.encode()}).partition("@")[2]
    index = {
        "schemaVersion": 2,
        "mediaType": "application/vnd.oci.image.index.v1+json",
        "manifests": [{"digest": digest}],
    }
    cloud.client("ecr").put_image(repositoryName=cloud.name, imageTag="index", imageManifest=json.dumps(index))
    with pytest.raises(ClientError, match="layer media type for the source image"):
        create(cloud, f"{registry(cloud)}/{cloud.name}:index")


def test_update_needs_an_image_that_was_pushed_and_changes_nothing_without(either: Cloud) -> None:
    client = either.function(CODE)
    before = client.get_function(FunctionName=either.name)["Code"]
    with either.refused("InvalidParameterValueException", "does not exist"):
        client.update_function_code(FunctionName=either.name, ImageUri=f"{registry(either)}/{either.name}@{ABSENT}")
    if not either.plain:
        assert client.get_function(FunctionName=either.name)["Code"] == before


def test_role_that_lambda_cannot_assume_is_refused(either: Cloud) -> None:
    trust = json.loads(json.dumps(TRUST).replace("lambda.", "ec2."))
    uri = either.image({"handler.py": CODE.encode()})
    with either.refused("InvalidParameterValueException", "cannot be assumed by Lambda"):
        create(either, uri, Role=either.role(trust=trust))


@pytest.mark.parametrize("missing", INTERFACES)
def test_function_in_a_vpc_needs_each_network_interface_action(either: Cloud, missing: str) -> None:
    _, subnet_id, group = subnet(either)
    uri = either.image({"handler.py": CODE.encode()})
    role = either.role(policy("Allow", [action for action in INTERFACES if action != missing]))
    action = missing.removeprefix("ec2:")
    with either.refused("InvalidParameterValueException", f"does not have permissions to call {action} on EC2"):
        create(either, uri, Role=role, VpcConfig={"SubnetIds": [subnet_id], "SecurityGroupIds": [group]})


@pytest.mark.parametrize(
    "documents",
    [
        [policy("Allow", INTERFACES, "arn:aws:ec2:us-west-2:111122223333:network-interface/*")],
        [policy("Allow", INTERFACES), policy("Deny", "ec2:*")],
        [policy("Allow", INTERFACES, Condition={"StringEquals": {"ec2:Vpc": "x"}})],
    ],
)
def test_function_in_a_vpc_needs_the_actions_unconditionally_for_everything(
    cloud: Cloud, documents: list[dict[str, Any]]
) -> None:
    _, subnet_id, group = subnet(cloud)
    uri = cloud.image({"handler.py": CODE.encode()})
    with pytest.raises(ClientError, match="does not have permissions to call CreateNetworkInterface on EC2"):
        create(
            cloud,
            uri,
            Role=cloud.role(*documents),
            VpcConfig={"SubnetIds": [subnet_id], "SecurityGroupIds": [group]},
        )


def test_denial_of_the_programs_own_calls_does_not_hinder_lambda(cloud: Cloud) -> None:
    _, subnet_id, group = subnet(cloud)
    condition = {"ArnEquals": {"lambda:SourceFunctionArn": f"arn:aws:lambda:*:*:function:{cloud.name}"}}
    role = cloud.role(policy("Allow", INTERFACES), policy("Deny", INTERFACES, Condition=condition))
    uri = cloud.image({"handler.py": CODE.encode()})
    create(cloud, uri, Role=role, VpcConfig={"SubnetIds": [subnet_id], "SecurityGroupIds": [group]})


def test_attached_managed_policy_counts(cloud: Cloud) -> None:
    _, subnet_id, group = subnet(cloud)
    role = cloud.role()
    arn = "arn:aws:iam::aws:policy/service-role/AWSLambdaVPCAccessExecutionRole"
    cloud.client("iam").attach_role_policy(RoleName=role.rpartition("/")[2], PolicyArn=arn)
    uri = cloud.image({"handler.py": CODE.encode()})
    create(cloud, uri, Role=role, VpcConfig={"SubnetIds": [subnet_id], "SecurityGroupIds": [group]})


def test_moving_a_function_into_a_vpc_needs_the_actions(either: Cloud) -> None:
    _, subnet_id, group = subnet(either)
    client = either.function(CODE)
    with either.refused("InvalidParameterValueException", "does not have permissions"):
        client.update_function_configuration(
            FunctionName=either.name, VpcConfig={"SubnetIds": [subnet_id], "SecurityGroupIds": [group]}
        )


def test_vpc_of_a_function_is_that_of_its_subnets(either: Cloud) -> None:
    vpc, subnet_id, group = subnet(either)
    client = either.function(
        CODE,
        Role=either.role(policy("Allow", INTERFACES)),
        VpcConfig={"SubnetIds": [subnet_id], "SecurityGroupIds": [group]},
    )
    with either.fixed():
        assert client.get_function_configuration(FunctionName=either.name)["VpcConfig"]["VpcId"] == vpc


@pytest.mark.parametrize(("key", "value"), [("MemorySize", 10241), ("Timeout", 901)])
def test_size_over_the_limit_is_refused(either: Cloud, key: str, value: int) -> None:
    uri = either.image({"handler.py": CODE.encode()})
    with either.refused("ValidationException", "less than or equal to"):
        create(either, uri, **{key: value})


@pytest.mark.parametrize(("key", "value"), [("MemorySize", 10240), ("MemorySize", 128), ("Timeout", 900)])
def test_size_at_the_limit_is_accepted_and_a_later_one_over_it_refused(cloud: Cloud, key: str, value: int) -> None:
    client = cloud.function(CODE, **{key: value})
    with pytest.raises(ClientError, match="less than or equal to"):
        client.update_function_configuration(FunctionName=cloud.name, **{key: 100_000})
    assert client.get_function_configuration(FunctionName=cloud.name)[key] == value


def test_function_without_an_image_configuration_has_none(either: Cloud) -> None:
    client = either.function(CODE)
    with either.fixed():
        assert "ImageConfigResponse" not in client.get_function_configuration(FunctionName=either.name)


@pytest.mark.parametrize(
    ("key", "given", "updated"),
    [
        (
            "DeadLetterConfig",
            {"TargetArn": "arn:aws:sqs:us-west-2:123456789012:one"},
            {"TargetArn": "arn:aws:sqs:us-west-2:123456789012:two"},
        ),
        (
            "LoggingConfig",
            {"LogFormat": "JSON", "ApplicationLogLevel": "INFO", "SystemLogLevel": "WARN", "LogGroup": "/one"},
            {"LogFormat": "Text", "LogGroup": "/two"},
        ),
        ("EphemeralStorage", {"Size": 1024}, {"Size": 2048}),
        ("TracingConfig", {"Mode": "Active"}, {"Mode": "PassThrough"}),
        ("Environment", {"Variables": {"A": "1"}}, {"Variables": {"B": "2"}}),
    ],
)
def test_setting_is_read_back_and_can_be_changed(either: Cloud, key: str, given: Any, updated: Any) -> None:
    client = either.function(CODE, **{key: given})
    created = client.get_function_configuration(FunctionName=either.name)
    client.update_function_configuration(FunctionName=either.name, **{key: updated})
    changed = client.get_function_configuration(FunctionName=either.name)
    if key == "Environment":  # moto keeps this one, and must go on to
        assert (created[key], changed[key]) == (given, updated)
        return
    with either.fixed():
        assert (created.get(key), changed.get(key)) == (given, updated)


def test_image_configuration_can_be_changed(either: Cloud) -> None:
    client = either.function(CODE, ImageConfig={"Command": ["a.b"]})
    client.update_function_configuration(FunctionName=either.name, ImageConfig={"Command": ["c.d"]})
    found = client.get_function_configuration(FunctionName=either.name)["ImageConfigResponse"]["ImageConfig"]
    with either.fixed():
        assert found["Command"] == ["c.d"]


def test_code_of_an_image_function_is_its_digest(either: Cloud) -> None:
    client = either.function(CODE)
    found = client.get_function(FunctionName=either.name)
    digest = found["Code"]["ImageUri"].partition("@")[2]
    with either.fixed():
        assert found["Configuration"]["CodeSha256"] == digest.removeprefix("sha256:")
        assert found["Code"]["ResolvedImageUri"] == f"{registry(either)}/{either.name}@{digest}"


def test_tag_resolves_to_the_digest(cloud: Cloud) -> None:
    digest = cloud.image({"handler.py": CODE.encode()}, tag="one").partition("@")[2]
    create(cloud, f"{registry(cloud)}/{cloud.name}:one")
    code = cloud.client("lambda").get_function(FunctionName=cloud.name)["Code"]
    assert code["ResolvedImageUri"] == f"{registry(cloud)}/{cloud.name}@{digest}"


def test_published_version_keeps_its_image(either: Cloud) -> None:
    client = either.function(CODE)
    old = client.get_function(FunctionName=either.name)["Code"]["ImageUri"]
    client.publish_version(FunctionName=either.name)
    new = either.image({"handler.py": b"# other\n"}, tag="two")
    client.update_function_code(FunctionName=either.name, ImageUri=new)
    with either.fixed():
        assert client.get_function(FunctionName=either.name, Qualifier="1")["Code"]["ImageUri"] == old
    assert client.get_function(FunctionName=either.name)["Code"]["ImageUri"] == new


def test_creation_can_publish_the_first_version(cloud: Cloud) -> None:
    uri = cloud.image({"handler.py": CODE.encode()})
    assert create(cloud, uri, Publish=True)["Version"] == "1"
    versions = cloud.client("lambda").list_versions_by_function(FunctionName=cloud.name)["Versions"]
    assert [version["Version"] for version in versions] == ["$LATEST", "1"]


def test_unchanged_function_is_not_published_again(either: Cloud) -> None:
    client = either.function(CODE)
    client.update_function_configuration(FunctionName=either.name, MemorySize=256)
    versions = [client.publish_version(FunctionName=either.name)["Version"] for _ in range(2)]
    with either.fixed():
        assert versions == ["1", "1"]
    client.update_function_configuration(FunctionName=either.name, MemorySize=512)
    assert client.publish_version(FunctionName=either.name)["MemorySize"] == 512


def test_same_image_given_again_is_not_published_again(either: Cloud) -> None:
    client = either.function(CODE)
    uri = client.get_function(FunctionName=either.name)["Code"]["ImageUri"]
    first = client.publish_version(FunctionName=either.name)["Version"]
    again = client.update_function_code(FunctionName=either.name, ImageUri=uri, Publish=True)["Version"]
    with either.fixed():
        assert (first, again) == ("1", "1")


def test_json_logs_have_levels_unless_given(cloud: Cloud) -> None:
    client = cloud.function(CODE, LoggingConfig={"LogFormat": "JSON", "SystemLogLevel": "WARN"})
    found = client.get_function_configuration(FunctionName=cloud.name)["LoggingConfig"]
    assert (found["ApplicationLogLevel"], found["SystemLogLevel"]) == ("INFO", "WARN")


def test_update_publishes_one_version(cloud: Cloud) -> None:
    client = cloud.function(CODE)
    uri = cloud.image({"handler.py": b"# other\n"}, tag="two")
    assert client.update_function_code(FunctionName=cloud.name, ImageUri=uri, Publish=True)["Version"] == "1"
    assert client.publish_version(FunctionName=cloud.name)["Version"] == "1"


def test_dry_run_of_an_update_changes_nothing(cloud: Cloud) -> None:
    client = cloud.function(CODE)
    before = client.get_function(FunctionName=cloud.name)["Code"]
    uri = cloud.image({"handler.py": b"# other\n"}, tag="two")
    client.update_function_code(FunctionName=cloud.name, ImageUri=uri, DryRun=True)
    assert client.get_function(FunctionName=cloud.name)["Code"] == before


def test_secret_can_rotate_with_an_image_function(either: Cloud) -> None:
    client = either.function(CODE)
    arn = client.get_function_configuration(FunctionName=either.name)["FunctionArn"]
    secrets = either.client("secretsmanager")
    secrets.create_secret(Name=either.name, SecretString="1")
    rules = {"AutomaticallyAfterDays": 30}
    with either.fixed():
        secrets.rotate_secret(SecretId=either.name, RotationLambdaARN=arn, RotationRules=rules, RotateImmediately=False)
        assert secrets.describe_secret(SecretId=either.name)["RotationLambdaARN"] == arn


def test_permission_of_an_alias_names_it(cloud: Cloud) -> None:
    client = cloud.function(CODE)
    client.publish_version(FunctionName=cloud.name)
    client.create_alias(FunctionName=cloud.name, Name="live", FunctionVersion="1")
    client.add_permission(
        FunctionName=cloud.name,
        Qualifier="live",
        StatementId="events",
        Action="lambda:InvokeFunction",
        Principal="events.amazonaws.com",
    )
    statement = json.loads(client.get_policy(FunctionName=cloud.name, Qualifier="live")["Policy"])["Statement"][0]
    assert statement["Resource"] == f"arn:aws:lambda:{cloud.region}:{cloud.account}:function:{cloud.name}:live"


def test_reserved_concurrency_is_read_back(cloud: Cloud) -> None:
    client = cloud.function(CODE)
    client.put_function_concurrency(FunctionName=cloud.name, ReservedConcurrentExecutions=10)
    assert client.get_function(FunctionName=cloud.name)["Concurrency"] == {"ReservedConcurrentExecutions": 10}


def test_plain_moto_does_not_run_image_functions(either: Cloud) -> None:
    client = either.function(CODE)
    with either.fixed():
        answer = client.invoke(FunctionName=either.name, Payload=b'{"a": 1}')
        assert json.loads(answer["Payload"].read()) == {"a": 1}
