"""The trial of the facts: what it changes, what shares a plan, and that a survivor is called one."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.systems.emission import ABSENT, changed, emit
from tests.systems.facts.mutation import Argument, Mutant, Trial, Verdict, grouped
from tests.systems.facts.rows import Fact, manifest
from tests.systems.released import RootPlanner, pointers

BACKEND, FRONTEND = ("module", "service_backend", "cpu"), ("module", "service_frontend", "cpu")
NETWORK = ("module", "network", "cidr")


def fact(path: str, address: str = "module.service_backend.x.y", attribute: str = "cpu", **fields: Any) -> Fact:
    plan: dict[str, Any] = {} if "counts" in fields else {address: {attribute: 1}}
    return Fact(fact="it is so", document="S1 Page", path=path, seen="prod", mutant=2, plan=plan, **fields)


def together(one: tuple[Fact, Argument], other: tuple[Fact, Argument]) -> bool:
    return len(grouped([Mutant(one[0], {one[1]: 2}), Mutant(other[0], {other[1]: 2})])) == 1


def test_rows_of_different_services_share_a_plan() -> None:
    frontend = fact("services.frontend.cpu", "module.service_frontend.x.y")
    assert together((fact("services.backend.cpu"), BACKEND), (frontend, FRONTEND))


def test_rows_that_change_one_argument_do_not() -> None:
    other = fact("services.backend.memory", attribute="memory")
    assert not together((fact("services.backend.cpu"), BACKEND), (other, BACKEND))


def test_rows_that_read_one_attribute_do_not() -> None:
    other = fact("services.backend.memory")
    assert not together((fact("services.backend.cpu"), BACKEND), (other, ("module", "service_backend", "memory")))


def test_a_row_does_not_share_with_one_that_changes_what_it_reads() -> None:
    assert not together((fact("services.backend.cpu"), BACKEND), (fact("network.vpc.cidr", "module.a.b.c"), BACKEND))
    reader = fact("network.vpc.cidr", "module.service_backend.z.z")
    assert not together((fact("services.backend.cpu"), BACKEND), (reader, NETWORK))


def test_rows_at_one_place_of_the_manifest_do_not_share() -> None:
    other = fact("services.backend", "module.service_frontend.x.y")
    assert not together((fact("services.backend.cpu"), BACKEND), (other, FRONTEND))


def test_a_row_that_counts_resources_has_a_plan_of_its_own() -> None:
    counting = fact("network.vpc.cidr", counts={"aws_vpc": 1})
    assert not together((fact("services.backend.cpu"), BACKEND), (counting, NETWORK))


def test_values_are_changed_added_and_taken_away(tmp_path: Path) -> None:
    file = tmp_path / "system.yaml"
    file.write_text("# kept\na: { b: 1, c: 2 }\nd: 4\n", encoding="utf-8")
    assert changed(file, {"a.b": 5, "a.c": ABSENT, "e.f": [1]}) == "# kept\na: {b: 5}\nd: 4\ne:\n  f:\n  - 1\n"


@pytest.mark.parametrize(
    ("system", "root", "images"), [("seepp", "prod", 4), ("containrlab", "prod", 3), ("sdt", "dev", 4)]
)
def test_every_image_is_released(root_planner: RootPlanner, system: str, root: str, images: int) -> None:
    emitted = emit(manifest(system), root)
    assert len(emitted.released) == images
    assert emitted.released == tuple(pointers(emitted.manifest.resolve(root)))


@pytest.mark.xdist_group("facts-counselor")
def test_a_change_that_nothing_notices_survives(root_planner: RootPlanner, tmp_path: Path) -> None:
    trial = Trial("counselor", "account", root_planner, tmp_path)
    address = 'module.container_registry.aws_ecr_repository.this["counselor/backend"]'
    unseen = Fact(
        fact="images are scanned",
        document="S4 Page",
        path="registries.keep_images",
        seen="account",
        plan={address: {"image_tag_mutability": "IMMUTABLE"}},
        mutant=7,
    )
    (verdict,) = trial.judge([Mutant(unseen, trial.touched(trial.emit([unseen])))])
    assert verdict == Verdict("counselor", unseen)
    assert not verdict.killed
    assert str(verdict).endswith("(registries.keep_images = 7): SURVIVED")


def test_a_change_that_the_manifest_refuses_is_no_mutant(root_planner: RootPlanner, tmp_path: Path) -> None:
    trial = Trial("counselor", "account", root_planner, tmp_path)
    (verdict,) = trial.judge([Mutant(fact("registries.keep_images", also={"registries.keep_images": 0}), {})])
    assert "registries.keep_images" in verdict.refused
    assert not verdict.killed
