"""Every type of resource that a module makes is known to be billed or free, so that no README keeps silent."""

from __future__ import annotations

from generator.modules.shared.billing import BILLED, FREE
from generator.schema.prune import type_names
from generator.schema.services import SERVICES


def test_every_type_in_use_is_either_billed_or_free() -> None:
    assert BILLED.keys() & FREE == set()
    assert type_names("resource", SERVICES) - BILLED.keys() - FREE == set()


def test_the_readme_says_what_is_billed(emitted: dict[str, str]) -> None:
    section = emitted["modules/vpc/README.md"].split("## What is billed\n")[1]
    assert f"| `aws_nat_gateway` | {BILLED['aws_nat_gateway']} |" in section
    assert "aws_subnet" not in section
    assert emitted["modules/ecs_cluster/README.md"].count("## What is billed") == 1
