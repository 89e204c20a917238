"""Recovery drills: what the README of an environment tells its operator to run brings back what was lost."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError

from generator.project import find_target
from generator.rehearsal.images import contents, push
from generator.release import Deployable, find_deployable
from tests.rehearsal.following import Operator
from tests.rehearsal.standing import brought_up, checks_of, copied

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("recovery"), pytest.mark.rehearsal(600)]

NAME = "sdt/dev"
INSTANCE = "sdt-dev-main"
MOMENT = "2026-01-31T12:00:00Z"
PLACEHOLDER = "dev-<commit>-<time>"


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return copied(tmp_path_factory.mktemp("project"))


@pytest.fixture(scope="module")
def operator(copy: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Operator]:
    with brought_up(NAME, copy) as standing:
        found = Operator(standing, copy, tmp_path_factory.mktemp("bin"))
        found.choose(site_frontend_repository_connected=True)
        yield found


def assert_as_promised(operator: Operator) -> None:
    """Every check of the environment holds, and Terraform has nothing to do."""
    assert [check for check in checks_of(operator.now()) if not check.passed] == []
    assert operator.planned() == []


def database(operator: Operator) -> dict[str, Any]:
    found = operator.standing.client("rds").describe_db_instances(DBInstanceIdentifier=INSTANCE)
    return dict(found["DBInstances"][0])


def database_variables(operator: Operator) -> dict[str, str]:
    """What the services are told of the database, but the secret, which is another one's."""
    ecs, outputs = operator.standing.client("ecs"), operator.standing.outputs
    service = ecs.describe_services(cluster=outputs["cluster"], services=[outputs["services"]["auth-service"]])
    definition = ecs.describe_task_definition(taskDefinition=service["services"][0]["taskDefinition"])
    containers = definition["taskDefinition"]["containerDefinitions"]
    told = {variable["name"]: variable["value"] for of in containers for variable in of["environment"]}
    return {name: told[name] for name in ("DB_HOST", "DB_PORT", "DB_NAME")}


def test_data_of_the_database_is_restored_to_a_moment(operator: Operator) -> None:
    before, told = database(operator), database_variables(operator)
    now = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    operator.follow("Restoring data of the database main", written={MOMENT: now})
    after = database(operator)
    assert after["DbiResourceId"] != before["DbiResourceId"]
    # With the override the module names none of its own: this is the backup's.
    assert (after["DBName"], after["MasterUsername"]) == (before["DBName"], before["MasterUsername"])
    assert after["Endpoint"] == before["Endpoint"]
    assert database_variables(operator) == told
    instances = operator.standing.client("rds").describe_db_instances()["DBInstances"]
    assert [instance["DBInstanceIdentifier"] for instance in instances] == [INSTANCE]
    assert_as_promised(operator)


def test_a_deleted_database_is_restored_from_its_newest_snapshot(operator: Operator) -> None:
    rds, before, told = operator.standing.client("rds"), database(operator), database_variables(operator)
    rds.create_db_snapshot(DBInstanceIdentifier=INSTANCE, DBSnapshotIdentifier=f"{INSTANCE}-by-hand")
    with pytest.raises(ClientError, match="protected"):
        rds.delete_db_instance(DBInstanceIdentifier=INSTANCE, SkipFinalSnapshot=True)
    rds.modify_db_instance(DBInstanceIdentifier=INSTANCE, DeletionProtection=False, ApplyImmediately=True)
    rds.delete_db_instance(DBInstanceIdentifier=INSTANCE, SkipFinalSnapshot=True)
    operator.follow("Restoring the instance of the database main")
    after = database(operator)
    assert after["DbiResourceId"] != before["DbiResourceId"]
    assert (after["DBName"], after["MasterUsername"]) == (before["DBName"], before["MasterUsername"])
    assert after["Endpoint"] == before["Endpoint"]
    assert database_variables(operator) == told
    assert_as_promised(operator)


def test_deleted_and_overwritten_objects_come_back(operator: Operator) -> None:
    s3, bucket = operator.standing.client("s3"), operator.standing.outputs["bucket_uploads"]
    wanted = {"work/one two.txt": b"first", "work/plain.txt": b"second", "other.txt": b"third"}
    for key, body in wanted.items():
        s3.put_object(Bucket=bucket, Key=key, Body=body)
    for key in wanted:
        s3.delete_object(Bucket=bucket, Key=key)
    assert s3.list_objects_v2(Bucket=bucket)["KeyCount"] == 0
    title = "Restoring objects of a bucket"
    # Deleted by its owner, and not to come back: the prefix leaves it out.
    operator.follow(title, only=0, written={"prefix=\n": "prefix=work/\n"})
    assert contents_of(s3, bucket) == {key: wanted[key] for key in wanted if key.startswith("work/")}
    operator.follow(title, only=0)
    assert contents_of(s3, bucket) == wanted
    s3.put_object(Bucket=bucket, Key="work/plain.txt", Body=b"ransom")
    operator.follow(title, only=1, written={"<key>": "work/plain.txt"})
    assert contents_of(s3, bucket) == wanted
    # Nothing to restore is no error.
    operator.follow(title, only=0)
    assert_as_promised(operator)


def contents_of(s3: Any, bucket: str) -> dict[str, bytes]:
    found = s3.list_objects_v2(Bucket=bucket).get("Contents", [])
    return {of["Key"]: s3.get_object(Bucket=bucket, Key=of["Key"])["Body"].read() for of in found}


def test_a_deleted_bucket_is_made_again(operator: Operator) -> None:
    s3, bucket = operator.standing.client("s3"), operator.standing.outputs["bucket_static"]
    s3.put_object(Bucket=bucket, Key="index.html", Body=b"<!doctype html>")
    s3.delete_object(Bucket=bucket, Key="index.html")
    with pytest.raises(ClientError, match="BucketNotEmpty"):
        s3.delete_bucket(Bucket=bucket)
    found = s3.list_object_versions(Bucket=bucket)
    for version in [*found["Versions"], *found["DeleteMarkers"]]:
        s3.delete_object(Bucket=bucket, Key=version["Key"], VersionId=version["VersionId"])
    s3.delete_bucket(Bucket=bucket)
    operator.run("terraform apply")
    assert bucket in [of["Name"] for of in s3.list_buckets()["Buckets"]]
    assert_as_promised(operator)


def deployables(copy: Path) -> dict[str, Deployable]:
    environment = find_target(copy, NAME).environment
    names = ("code-runner", *environment.services)
    return {name: find_deployable(environment, name) for name in names}


def running(operator: Operator, copy: Path) -> dict[str, str]:
    """The digest that each service runs."""
    ecs, found = operator.standing.client("ecs"), {}
    for name, deployable in deployables(copy).items():
        service = ecs.describe_services(cluster=deployable.cluster, services=[deployable.service])["services"][0]
        definition = ecs.describe_task_definition(taskDefinition=service["taskDefinition"])["taskDefinition"]
        images = [container["image"] for container in definition["containerDefinitions"]]
        (found[name],) = [image.partition("@")[2] for image in images if deployable.repository in image]
    return found


def test_services_go_back_to_the_images_before(operator: Operator, copy: Path) -> None:
    before, ecr = running(operator, copy), operator.standing.client("ecr")
    second = {
        name: push(ecr, deployable, {**contents(deployable), "/var/task/second": b"broken"})
        for name, deployable in deployables(copy).items()
    }
    title, written = "Releasing and rolling back", {f"{n} {PLACEHOLDER}": f"{n} {second[n]}" for n in second}
    operator.follow(title, only=0, written=written)
    assert running(operator, copy) == second != before
    operator.follow(title, only=1)
    assert running(operator, copy) == before
    assert_as_promised(operator)


def lists(text: str) -> list[list[str]]:
    """The lists that several commands have printed as JSON, one after the other."""
    decoder, found = json.JSONDecoder(), []
    while text := text.lstrip():
        value, end = decoder.raw_decode(text)
        found.append(value)
        text = text[end:]
    return found


def test_the_environment_is_made_again(operator: Operator, copy: Path) -> None:
    before, ran = database(operator), running(operator, copy)
    operator.choose()
    operator.follow("Destroying")
    assert operator.run("terraform state list") == ""
    assert operator.standing.client("rds").describe_db_instances()["DBInstances"] == []
    assert operator.standing.client("ecs").list_clusters()["clusterArns"] == []

    # The database comes back as it was at the end: "as for an instance that is gone".
    (restoring,) = operator.commands("Restoring the instance of the database main")
    operator.run(restoring.partition("\nterraform apply")[0])
    assert INSTANCE in (operator.directory / "restore_override.tf").read_text()
    again = {}
    for (name, digest), tags in zip(ran.items(), lists(operator.follow("Making the environment again")), strict=True):
        (again[name],) = [tag for tag in tags if tag.endswith(digest.removeprefix("sha256:")[:12])]

    first = "First deployment"
    # Block 0 initialises with the bucket of the state; here the state is a file.
    operator.follow(first, only=1)
    (operator.directory / "restore_override.tf").unlink()
    operator.follow(first, only=2, written={f"{n} {PLACEHOLDER}": f"{n} {again[n]}" for n in again})
    operator.follow(first, only=3)
    operator.follow("Connecting sites", written={"<owner>/<name>": "example/frontend", "<token>": "a-token"})

    after = database(operator)
    assert after["DbiResourceId"] != before["DbiResourceId"]
    assert (after["DBName"], after["MasterUsername"]) == (before["DBName"], before["MasterUsername"])
    assert running(operator, copy) == ran
    assert_as_promised(operator)
