"""Databases are applied, changed without a word in the next plan, protected, restored and destroyed."""

from __future__ import annotations

import json
import os
import random
import shutil
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from generator.embedded_aws import EmbeddedAws
from generator.modules.rds import Rds
from generator.terraform.binary import find_terraform
from generator.terraform.child_environment import child_environment
from generator.terraform.driver import Terraform
from generator.terraform.provider_mirror import find_provider_mirror

MODULES = Path(__file__).resolve().parents[3] / "modules"
REGION = "us-west-2"
AROUND = """
terraform {
  required_providers {
    aws = {
      source = "hashicorp/aws"
    }
  }
}

provider "aws" {
  region      = "us-west-2"
  max_retries = 4
}

resource "aws_vpc" "this" {
  cidr_block = "10.0.0.0/16"
}

resource "aws_subnet" "this" {
  for_each = { us-west-2a = "10.0.10.0/24", us-west-2b = "10.0.11.0/24" }

  vpc_id            = aws_vpc.this.id
  availability_zone = each.key
  cidr_block        = each.value
}

resource "aws_security_group" "backend" {
  name   = "backend"
  vpc_id = aws_vpc.this.id
}
"""
PLACE = {
    "vpc_id": "${aws_vpc.this.id}",
    "subnet_ids": "${values(aws_subnet.this)[*].id}",
    "allowed_security_groups": {"backend": "${aws_security_group.backend.id}"},
}
EXAMPLE = {**Rds.example, **PLACE}


@pytest.fixture(scope="module")
def aws() -> Iterator[EmbeddedAws]:
    with EmbeddedAws.start() as server:
        yield server


@dataclass(frozen=True)
class Root:
    """A root module of databases, by the name of each call, in an account of its own."""

    aws: EmbeddedAws
    account: str
    directory: Path

    def terraform(self, calls: Mapping[str, Mapping[str, Any]]) -> Terraform:
        """Write *calls* (arguments by name) and return the driver. Outputs are those of each call."""
        written = {
            "module": {name: {"source": "./modules/rds", **arguments} for name, arguments in calls.items()},
            "output": {name: {"value": f"${{module.{name}}}"} for name in calls},
        }
        (self.directory / "calls.tf.json").write_text(json.dumps(written), encoding="utf-8")
        binary = find_terraform()
        source = find_provider_mirror(platform=binary.platform)
        environment = child_environment(os.environ, source, embedded=self.aws.environment(self.account))
        terraform = Terraform(self.directory, binary=binary, provider_source=source, environment=environment)
        terraform.init()
        return terraform

    def client(self, service: str) -> Any:
        return self.aws.client(service, REGION, self.account)

    def secret(self, arn: str) -> Any:
        return json.loads(self.client("secretsmanager").get_secret_value(SecretId=arn)["SecretString"])

    def state(self) -> str:
        return (self.directory / "terraform.tfstate").read_text(encoding="utf-8")


@pytest.fixture
def root(aws: EmbeddedAws, tmp_path: Path) -> Root:
    shutil.copytree(MODULES / "rds", tmp_path / "modules" / "rds")
    (tmp_path / "main.tf").write_text(AROUND, encoding="utf-8")
    return Root(aws, f"{random.SystemRandom().randrange(10**11, 10**12)}", tmp_path)


@pytest.mark.proves("upgrades that do not deadlock on groups")
@pytest.mark.slow
@pytest.mark.rehearsal(690)
def test_a_database_with_a_replica_is_upgraded_and_its_password_renewed(root: Root) -> None:
    own = {**EXAMPLE, "managed_password": False, "replicas": {"reports": {}}}
    terraform = root.terraform({"database": own})
    terraform.apply()
    assert not terraform.plan().has_changes
    arn = terraform.output()["database"].value["secret_arn"]
    first = root.secret(arn)
    assert (first["username"], len(first["password"])) == ("dbadmin", 40)

    upgraded = {
        **own,
        "engine_version": "16",
        "allow_major_version_upgrade": True,
        "apply_immediately": True,
        "allow_destroy": True,
        "password_version": 2,
    }
    terraform = root.terraform({"database": upgraded})
    terraform.apply()
    assert not terraform.plan().has_changes
    instances = root.client("rds").describe_db_instances()["DBInstances"]
    groups = {i["DBInstanceIdentifier"]: i["DBParameterGroups"][0]["DBParameterGroupName"] for i in instances}
    assert groups == {"example-test": "example-test-postgres16", "example-test-reports": "example-test-postgres16"}
    second = root.secret(arn)
    assert second["password"] != first["password"]
    assert first["password"] not in root.state()
    assert second["password"] not in root.state()

    snapshot = terraform.output()["database"].value["final_snapshot_identifier"]
    terraform.destroy()
    check_nothing_but_the_snapshot_is_left(root, snapshot)


@pytest.mark.slow
@pytest.mark.rehearsal(500)
def test_a_database_is_restored_from_a_snapshot_and_to_a_point_in_time(root: Root) -> None:
    mysql = {
        **EXAMPLE,
        "engine": "mysql",
        "engine_version": "8.0",
        "final_snapshot_suffix": "end",
        "allow_destroy": True,
    }
    terraform = root.terraform({"source": mysql})
    terraform.apply()
    assert not terraform.plan().has_changes
    source = terraform.output()["source"].value
    assert root.secret(source["secret_arn"])["username"] == "dbadmin"
    root.client("rds").create_db_snapshot(DBInstanceIdentifier="example-test", DBSnapshotIdentifier="before")

    restores = {"snapshot": {"snapshot_identifier": "before"}, "moment": {"source_resource_id": source["resource_id"]}}
    calls = {
        "source": mysql,
        **{
            name: {**mysql, "name": f"from-{name}", "restore": restore, "skip_final_snapshot": True}
            for name, restore in restores.items()
        },
    }
    terraform = root.terraform(calls)
    terraform.apply()
    assert not terraform.plan().has_changes
    outputs = {name: terraform.output()[name].value for name in calls}
    assert {output["username"] for output in outputs.values()} == {"dbadmin"}
    assert len({root.secret(output["secret_arn"])["password"] for output in outputs.values()}) == 3

    # A restore acts once: without it, nothing is made anew.
    calls = {name: {key: value for key, value in call.items() if key != "restore"} for name, call in calls.items()}
    terraform = root.terraform(calls)
    assert not terraform.plan().has_changes
    terraform.destroy()
    check_nothing_but_the_snapshot_is_left(root, "before", "example-test-final-end")


def check_nothing_but_the_snapshot_is_left(root: Root, *snapshots: str) -> None:
    rds = root.client("rds")
    assert rds.describe_db_instances()["DBInstances"] == []
    assert [s["DBSnapshotIdentifier"] for s in rds.describe_db_snapshots()["DBSnapshots"]] == list(snapshots)
    assert rds.describe_db_subnet_groups()["DBSubnetGroups"] == []
    assert rds.describe_db_parameter_groups()["DBParameterGroups"] == []
    assert root.client("secretsmanager").list_secrets()["SecretList"] == []
    assert root.client("logs").describe_log_groups()["logGroups"] == []
    assert root.client("iam").list_roles()["Roles"] == []
