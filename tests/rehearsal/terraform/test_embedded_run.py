"""A committed environment, with a real backend and two provider blocks, applied as it is to the embedded AWS."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from generator.embedded_aws.process import EmbeddedAws
from generator.terraform.binary import TerraformBinary
from generator.terraform.child_environment import child_environment
from generator.terraform.configuration import read_blocks
from generator.terraform.driver import Terraform
from generator.terraform.events import ChangeCounts, Event, OperationEvent
from generator.terraform.failure import TerraformInterruptedError, TerraformRunError
from generator.terraform.override import embedded_aws_override
from generator.terraform.plan_summary import summarise
from generator.terraform.progress import Reporter
from generator.terraform.provider_mirror import ProviderSource
from generator.terraform.workspace import Workspace
from tests.unit.terraform.processes import running_in

ENVIRONMENT = """
terraform {
  required_version = ">= 1.11"
  backend "s3" {
    bucket       = "demo-state"
    key          = "test.tfstate"
    region       = "us-west-2"
    use_lockfile = true
  }
  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = ">= 5.100.0, < 7.0.0"
    }
  }
}
provider "aws" {
  region              = "us-west-2"
  allowed_account_ids = [var.account]
  default_tags {
    tags = { System = "demo" }
  }
}
provider "aws" {
  alias  = "global"
  region = "us-east-1"
}
variable "account" {}
module "store" {
  source = "../../modules/store"
}
resource "aws_ssm_parameter" "global" {
  provider = aws.global
  name     = "/demo/global"
  type     = "String"
  value    = module.store.bucket
}
data "aws_caller_identity" "this" {}
output "account" { value = data.aws_caller_identity.this.account_id }
output "region" { value = aws_ssm_parameter.global.arn }
"""
STORE = """
resource "aws_s3_bucket" "this" { bucket_prefix = "demo-" }
resource "aws_iam_user" "this" { name = "demo" }
output "bucket" { value = aws_s3_bucket.this.bucket }
"""


@pytest.fixture
def project(tmp_path: Path) -> Path:
    root = tmp_path / "project"
    for name, text in (("envs/test", ENVIRONMENT), ("modules/store", STORE)):
        (root / name).mkdir(parents=True)
        (root / name / "main.tf").write_text(text)
    return root


def terraform_for(
    project: Path,
    into: Path,
    variables: dict[str, str],
    binary: TerraformBinary,
    source: ProviderSource,
    reporter: Reporter | None = None,
) -> Terraform:
    environment = project / "envs/test"
    workspace = Workspace.copy(environment, project, into, embedded_aws_override(read_blocks(environment)))
    return Terraform(
        workspace.directory,
        binary=binary,
        provider_source=source,
        environment=child_environment(os.environ, source, embedded=variables),
        reporter=reporter,
        shown_dir=Path("envs/test"),
    )


def test_the_environment_is_applied_and_destroyed_as_it_is_committed(
    project: Path, tmp_path: Path, aws: EmbeddedAws, binary: TerraformBinary, provider_source: ProviderSource
) -> None:
    account = "111122220001"
    copy = tmp_path / "copy"
    terraform = terraform_for(project, copy, aws.environment(account), binary, provider_source)
    variables = {"account": account}
    terraform.init()
    plan = terraform.plan(out=tmp_path / "plan", variables=variables)
    shown = terraform.show_plan(tmp_path / "plan")
    for name in ("aws", "aws.global"):
        settings = shown["configuration"]["provider_config"][name]["expressions"]
        assert settings["s3_use_path_style"] == {"constant_value": True}
        assert settings["max_retries"] == {"constant_value": 4}
        assert "region" in settings
    assert summarise(shown).totals == {"create": 3}

    assert terraform.apply(plan=plan.file).counts == ChangeCounts(add=3)
    outputs = terraform.output()
    assert outputs["account"].value == account
    assert ":us-east-1:" in outputs["region"].value
    [bucket] = aws.client("s3", "us-west-2", account).list_buckets()["Buckets"]
    tags = aws.client("s3", "us-west-2", account).get_bucket_tagging(Bucket=bucket["Name"])["TagSet"]
    assert tags == [{"Key": "System", "Value": "demo"}]

    replan = terraform.plan(variables=variables)
    assert (replan.has_changes, replan.changes) == (False, ())

    parameters = aws.client("ssm", "us-east-1", account)
    parameters.put_parameter(Name="/demo/global", Value="changed by hand", Type="String", Overwrite=True)
    repair = terraform.plan(variables=variables)
    assert [(change.address, change.action) for change in repair.changes] == [("aws_ssm_parameter.global", "update")]
    assert "aws_ssm_parameter.global" in [change.address for change in repair.drift]

    assert terraform.destroy(variables).counts == ChangeCounts(destroy=3)
    assert aws.client("s3", "us-west-2", account).list_buckets()["Buckets"] == []


def test_the_provider_is_linked_into_the_copy(
    project: Path, tmp_path: Path, aws: EmbeddedAws, binary: TerraformBinary, provider_source: ProviderSource
) -> None:
    copy = tmp_path / "copy"
    terraform_for(project, copy, aws.environment("111122220002"), binary, provider_source).init()
    shared = provider_source.cache or provider_source.plugin_dir
    assert shared is not None
    [provider] = (copy / "envs/test/.terraform/providers").glob("*/hashicorp/aws/*/*/terraform-provider-aws_*")
    assert provider.resolve().is_relative_to(shared.resolve())
    own = sum(file.lstat().st_size for file in copy.rglob("*") if file.is_file() and file.resolve() == file)
    assert own < 1_000_000


def test_a_wrong_account_is_refused_as_on_aws(
    project: Path, tmp_path: Path, aws: EmbeddedAws, binary: TerraformBinary, provider_source: ProviderSource
) -> None:
    terraform = terraform_for(project, tmp_path / "copy", aws.environment("111122220003"), binary, provider_source)
    terraform.init()
    with pytest.raises(TerraformRunError, match="AWS account ID not allowed") as caught:
        terraform.plan(variables={"account": "999999999999"})
    assert caught.value.where is not None
    assert caught.value.where.file == Path("envs/test/main.tf")


def test_an_embedded_aws_that_is_gone_is_explained(
    project: Path, tmp_path: Path, aws: EmbeddedAws, binary: TerraformBinary, provider_source: ProviderSource
) -> None:
    account = "111122220004"
    gone = {**aws.environment(account), "AWS_ENDPOINT_URL": "http://127.0.0.1:9"}
    terraform = terraform_for(project, tmp_path / "copy", gone, binary, provider_source)
    terraform.init()
    with pytest.raises(TerraformRunError) as caught:
        terraform.plan(variables={"account": account})
    assert "embedded AWS still runs" in caught.value.cure


class WhileWorking:
    """Calls *action* when terraform says that it still works on *address*, ten seconds after it began."""

    def __init__(self, address: str) -> None:
        self._address = address
        self.action: Callable[[], None] | None = None

    def begin(self, command: str) -> None:
        """Nothing."""

    def event(self, event: Event) -> None:
        """Look for the progress."""
        if isinstance(event, OperationEvent) and (event.address, event.phase) == (self._address, "progress"):
            assert self.action is not None
            self.action()

    def end(self, succeeded: bool) -> None:
        """Nothing."""


def test_an_apply_interrupted_while_the_provider_works_can_be_taken_up_again(
    project: Path, tmp_path: Path, aws: EmbeddedAws, binary: TerraformBinary, provider_source: ProviderSource
) -> None:
    # After creating a queue the provider waits for 25 seconds. (A creation cut off while AWS still answers is in no
    # state: that is Terraform's own limit.)
    queue = 'resource "aws_sqs_queue" "this" { name = "demo" }\n'
    with (project / "envs/test/main.tf").open("a") as file:
        file.write(queue)
    account = "111122220005"
    variables, copy = {"account": account}, tmp_path / "copy"
    reporter = WhileWorking("aws_sqs_queue.this")
    terraform = terraform_for(project, copy, aws.environment(account), binary, provider_source, reporter)
    reporter.action = terraform.interrupt
    terraform.init()
    with pytest.raises(TerraformInterruptedError):
        terraform.apply(variables=variables)
    assert running_in(copy) == []
    assert not list(copy.rglob("*.lock.info"))

    again = terraform_for(project, copy, aws.environment(account), binary, provider_source)
    again.init()
    again.destroy(variables)
    assert aws.client("sqs", "us-west-2", account).list_queues().get("QueueUrls", []) == []
