"""Every example goes through its life on the embedded AWS, as the people who copy it will take it."""

from __future__ import annotations

from pathlib import Path

import pytest

from generator.examples import Example, all_examples
from generator.rehearsal.inventory import inventory, left_over
from generator.rehearsal.life import LIFTED, Life, Report
from generator.rehearsal.terraform_runs import Stage, Tools
from generator.terraform.failure import TerraformRunError
from generator.terraform.progress import SilentReporter
from tests.rehearsal.conftest import PROJECT
from tests.rehearsal.embedded_aws.cloud import Cloud

EXAMPLES = [example for examples in all_examples().values() for example in examples if not example.exception]


def name_of(example: type[Example]) -> str:
    return f"{example.module_name()}-{example.name()}"


@pytest.mark.slow
@pytest.mark.rehearsal(120)
@pytest.mark.parametrize("example", EXAMPLES, ids=name_of)
def test_it_applies_plans_empty_and_is_destroyed_with_nothing_left(
    example: type[Example], cloud: Cloud, tmp_path: Path
) -> None:
    regions = (cloud.region, *example.provider_aliases.values())
    before = everything(cloud, regions)
    directory = PROJECT / "modules" / example.module_name() / "examples" / example.name()
    terraform = Stage(cloud.aws, Tools.find(), PROJECT, tmp_path).terraform(directory, cloud.account, SilentReporter())
    life = Life(Report(name_of(example)), terraform)
    life.init()
    life.apply("apply")
    life.plan_is_empty()
    if example.protected:
        with pytest.raises(TerraformRunError, match=example.protected):
            terraform.destroy()
    if (directory / "variables.tf").exists():
        life.apply("lift protection", LIFTED)
        terraform.destroy(LIFTED)
    else:
        terraform.destroy()
    assert left_over(before, everything(cloud, regions)) == []


def everything(cloud: Cloud, regions: tuple[str, ...]) -> frozenset[str]:
    """What the account holds in *regions*."""

    def held(region: str) -> frozenset[str]:
        return inventory(lambda service: cloud.client(service, region))

    return frozenset().union(*map(held, regions))


def test_a_module_is_only_excepted_for_a_reason() -> None:
    for examples in all_examples().values():
        for example in examples:
            assert not example.exception or len(example.exception.split()) >= 5
