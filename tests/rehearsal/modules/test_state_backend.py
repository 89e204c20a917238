"""The state backend on the embedded AWS, used by Terraform's own backend: one writer at a time, every version kept."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from generator.rehearsal.terraform_runs import Tools
from generator.terraform.driver import Terraform
from generator.terraform.failure import TerraformRunError
from tests.rehearsal.embedded_aws.cloud import Cloud
from tests.rehearsal.modules.applied import applied

KEY = "example/terraform.tfstate"
LOCK = {"ID": "0", "Operation": "apply", "Who": "somebody else", "Version": "1.9.0", "Created": "2026-01-31T12:00:00Z"}


def user(cloud: Cloud, directory: Path, config: dict[str, Any]) -> Terraform:
    """A root module without AWS resources whose state is where *config* says."""
    directory.mkdir()
    backend = {**config, "key": KEY, "use_path_style": True}
    written = {
        "terraform": {"backend": {"s3": backend}},
        "variable": {"answer": {"type": "string", "default": "one"}},
        "resource": {"terraform_data": {"this": {"input": "${var.answer}"}}},
    }
    (directory / "main.tf.json").write_text(json.dumps(written), encoding="utf-8")
    tools = Tools.find()
    terraform = Terraform(
        directory,
        binary=tools.binary,
        provider_source=tools.provider,
        environment=tools.environment(cloud.aws, cloud.account),
    )
    terraform.init()
    return terraform


@pytest.mark.slow
@pytest.mark.rehearsal(100)
@pytest.mark.proves("locked state bucket")
def test_state_is_kept_in_versions_and_locked_by_file_and_by_table(cloud: Cloud, tmp_path: Path) -> None:
    inputs = {"name": cloud.name, "lock_table_name": cloud.name, "allow_destroy": True}
    with applied(cloud, tmp_path, "state_backend") as backend:
        backend.call(inputs)
        outputs = backend.init_and_apply()
        terraform = user(cloud, tmp_path / "user", outputs["backend_config"])
        s3, table = cloud.client("s3"), cloud.client("dynamodb")

        terraform.apply()
        terraform.apply(variables={"answer": "two"})
        versions = s3.list_object_versions(Bucket=cloud.name, Prefix=KEY)["Versions"]
        assert len([version for version in versions if version["Key"] == KEY]) == 2
        assert s3.head_object(Bucket=cloud.name, Key=KEY)["ServerSideEncryption"] == "AES256"

        s3.put_object(Bucket=cloud.name, Key=f"{KEY}.tflock", Body=json.dumps(LOCK).encode())
        with pytest.raises(TerraformRunError, match="state lock"):
            terraform.apply()
        s3.delete_object(Bucket=cloud.name, Key=f"{KEY}.tflock")

        lock_id = {"LockID": {"S": f"{cloud.name}/{KEY}"}}
        table.put_item(TableName=cloud.name, Item={**lock_id, "Info": {"S": json.dumps(LOCK)}})
        with pytest.raises(TerraformRunError, match="state lock"):
            terraform.apply()
        table.delete_item(TableName=cloud.name, Key=lock_id)
        terraform.destroy()
