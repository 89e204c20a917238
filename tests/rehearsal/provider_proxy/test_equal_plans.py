"""A plan through the proxy is the plan without it."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from generator.modules import all_modules
from generator.terraform.provider_proxy import ProviderProxy, find_provider_binary
from tests.rehearsal.provider_proxy.planning import PROVIDER, REQUIRED, Bench, module_root, write_root

ALIASES = """
provider "aws" {{
  region = "us-west-2"
  default_tags {{
    tags = {{ Team = "{team}", Home = "yes" }}
  }}
}}
provider "aws" {{
  alias  = "replica"
  region = "us-east-1"
  default_tags {{
    tags = {{ Team = "{team}-replica" }}
  }}
}}
data "aws_region" "home" {{}}
data "aws_region" "replica" {{ provider = aws.replica }}
data "aws_availability_zones" "home" {{ state = "available" }}
data "aws_availability_zones" "replica" {{
  provider = aws.replica
  state    = "available"
}}
resource "aws_vpc" "home" {{
  cidr_block = "10.0.0.0/16"
  tags       = {{ Zones = join(",", data.aws_availability_zones.home.names) }}
}}
resource "aws_vpc" "replica" {{
  provider   = aws.replica
  cidr_block = "10.1.0.0/16"
  tags       = {{ Zones = join(",", data.aws_availability_zones.replica.names) }}
}}
output "regions" {{
  value = [data.aws_region.home.id, data.aws_region.replica.id]
}}
"""
FORMS = """
data "aws_caller_identity" "this" {}
ephemeral "aws_secretsmanager_random_password" "this" {
  password_length = 20
}
resource "aws_secretsmanager_secret" "this" { name = "x" }
resource "aws_secretsmanager_secret_version" "this" {
  secret_id                = aws_secretsmanager_secret.this.id
  secret_string_wo         = ephemeral.aws_secretsmanager_random_password.this.random_password
  secret_string_wo_version = 1
}
resource "aws_vpc" "this" {
  count      = 2
  cidr_block = "10.${count.index}.0.0/16"
}
output "account" { value = data.aws_caller_identity.this.account_id }
output "parsed" { value = provider::aws::arn_parse("arn:aws:s3:::bucket") }
check "account" {
  data "aws_iam_account_alias" "this" {}
  assert {
    condition     = data.aws_iam_account_alias.this.account_alias == "nobody"
    error_message = "a warning"
  }
}
"""
WRONG = {
    "provider": REQUIRED
    + 'provider "aws" {\n  region = "us-west-2"\n  retry_mode = "sometimes"\n}\ndata "aws_region" "this" {}',
    "argument": PROVIDER + 'resource "aws_vpc" "this" { cidr_block = "everything" }',
    "block": PROVIDER + 'resource "aws_vpc" "this" { colour = "red" }',
    "type": PROVIDER + 'resource "aws_flying_carpet" "this" {}',
    "read": PROVIDER + 'data "aws_vpc" "this" { id = "vpc-00000000000000000" }',
}


def test_all_modules_plan_equally(bench: Bench, proxy: ProviderProxy, tmp_path: Path) -> None:
    direct, through = bench.plan_both_ways(module_root(tmp_path, *all_modules()), proxy)
    assert direct.plan == through.plan
    assert direct.diagnostics == through.diagnostics
    assert len(direct.resources()) > 50


@pytest.mark.slow
@pytest.mark.parametrize("name", all_modules())
def test_each_module_plans_equally(bench: Bench, proxy: ProviderProxy, tmp_path: Path, name: str) -> None:
    direct, through = bench.plan_both_ways(module_root(tmp_path, name), proxy)
    assert direct.plan == through.plan
    assert direct.diagnostics == through.diagnostics
    assert direct.resources()


def test_two_aliases_keep_their_regions_and_tags(bench: Bench, proxy: ProviderProxy, tmp_path: Path) -> None:
    direct, through = bench.plan_both_ways(write_root(tmp_path / "root", REQUIRED + ALIASES.format(team="a")), proxy)
    assert direct.plan == through.plan
    assert through.plan["planned_values"]["outputs"]["regions"]["value"] == ["us-west-2", "us-east-1"]
    for turn in range(3):
        copy = write_root(tmp_path / str(turn), REQUIRED + ALIASES.format(team="a"))
        assert bench.plan(copy, proxy).plan == direct.plan


def test_functions_ephemeral_resources_and_checks_work_as_ever(
    bench: Bench, proxy: ProviderProxy, tmp_path: Path
) -> None:
    direct, through = bench.plan_both_ways(write_root(tmp_path / "root", PROVIDER + FORMS), proxy)
    assert direct.plan == through.plan
    assert direct.diagnostics == through.diagnostics
    assert through.plan["planned_values"]["outputs"]["parsed"]["value"]["resource"] == "bucket"


@pytest.mark.parametrize("name", WRONG)
def test_errors_are_the_same(bench: Bench, proxy: ProviderProxy, tmp_path: Path, name: str) -> None:
    direct, through = bench.plan_both_ways(write_root(tmp_path / "root", WRONG[name]), proxy)
    assert direct.diagnostics
    assert direct.diagnostics == through.diagnostics
    # What a first error left behind must not change the second.
    again = write_root(tmp_path / "again", WRONG[name])
    assert bench.plan(again, proxy).diagnostics == direct.diagnostics


def test_many_plans_of_different_roots_at_once_keep_apart(bench: Bench, tmp_path: Path) -> None:
    roots = {n: write_root(tmp_path / str(n), REQUIRED + ALIASES.format(team=f"team-{n % 3}")) for n in range(20)}
    binary = find_provider_binary(bench.tools.provider, bench.tools.binary)
    # Fewer processes than configurations: they are given up and taken over in the middle of it all.
    with (
        ProviderProxy.start(binary, environment=bench.environment, process_limit=4) as proxy,
        ThreadPoolExecutor(4) as threads,
    ):
        planned = dict(zip(roots, threads.map(lambda root: bench.plan(root, proxy), roots.values()), strict=True))
    for n, plan in planned.items():
        team = f"team-{n % 3}"
        resources = plan.resources()
        assert resources["aws_vpc.home"]["tags_all"] == {
            "Team": team,
            "Home": "yes",
            "Zones": resources["aws_vpc.home"]["tags"]["Zones"],
        }
        assert resources["aws_vpc.replica"]["tags_all"]["Team"] == f"{team}-replica"
        assert resources["aws_vpc.home"]["tags"]["Zones"].startswith("us-west-2a,")
        assert resources["aws_vpc.replica"]["tags"]["Zones"].startswith("us-east-1a,")


def test_what_is_in_the_state_alone_is_planned_to_be_destroyed(
    bench: Bench, proxy: ProviderProxy, tmp_path: Path
) -> None:
    root = write_root(tmp_path / "root", PROVIDER + 'resource "aws_cloudwatch_log_group" "this" { name = "log" }')
    terraform = bench.terraform(root, proxy)
    terraform.init()
    terraform.apply()
    write_root(root, PROVIDER)
    direct, through = bench.plan_both_ways(root, proxy)
    assert direct.plan["resource_changes"] == through.plan["resource_changes"]
    assert [change["change"]["actions"] for change in through.plan["resource_changes"]] == [["delete"]]
    assert bench.terraform(root.with_name("root-through-the-proxy"), proxy).destroy().counts.destroy == 1


def test_a_type_that_the_proxy_was_not_told_of_is_refused_by_name(bench: Bench, tmp_path: Path) -> None:
    binary = find_provider_binary(bench.tools.provider, bench.tools.binary)
    root = write_root(tmp_path / "root", PROVIDER)
    with ProviderProxy.start(binary, environment=bench.environment) as proxy:
        terraform = bench.terraform(root, proxy)
        write_root(root, PROVIDER + 'resource "aws_cloudwatch_log_group" "this" { name = "log" }')
        with pytest.raises(Exception, match=r'does not support resource type "aws_cloudwatch_log_group"'):
            terraform.plan()
        # Told of it, the same proxy answers.
        assert list(bench.plan(root, proxy, init=False).resources()) == ["aws_cloudwatch_log_group.this"]


def test_a_case_needs_no_copy_of_the_provider(bench: Bench, proxy: ProviderProxy, tmp_path: Path) -> None:
    nested = module_root(tmp_path, "vpc")
    assert bench.plan(nested, proxy).plan
    files = [file for file in (nested / ".terraform").rglob("*") if file.is_file()]
    assert sum(file.stat().st_size for file in files) < 2**20
    assert not (nested / ".terraform/providers").exists()
    # A root without modules needs no `terraform init` at all.
    log = write_root(tmp_path / "log", PROVIDER + 'resource "aws_cloudwatch_log_group" "this" { name = "log" }')
    assert bench.plan(log, proxy, init=False).plan
    assert not (log / ".terraform").exists()
