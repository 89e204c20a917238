"""What is no plan is refused in a sentence, with its file."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from generator.errors import Location
from generator.policy.plan import UNKNOWN, parse_plan, read_plan
from generator.policy.plan.document import PlanError
from tests.unit.policy.plans import document, plan, resource

HERE = Location(Path("plan.json"))


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"", "empty or truncated"),
        (b'{"format_version": "1.2", "resource_changes": [', "truncated"),
        (b"resource {}", "not JSON"),
        (b'{"a": "\xc3\x28"}', "not UTF-8"),
        (b"PK\x03\x04rest", "Terraform's own format"),
        (b"[]", "format_version is missing"),
        (b'{"format_version": "0.1", "resource_changes": []}', "format 0.1"),
        (b'{"format_version": "2.0", "resource_changes": []}', "format 2.0"),
        (b'{"format_version": "1.0", "values": {}}', "neither resource_changes nor"),
        (b'{"format_version": "1.0", "resource_changes": {}}', "no list"),
        (b'{"format_version": "1.0", "resource_changes": [1]}', "resource_changes[0]"),
        (b'{"format_version": "1.0", "resource_changes": [{"address": "a.b"}]}', "type of resource_changes[0]"),
        (b'{"format_version": "1.0", "resource_changes": [], "errored": true}', "run that failed"),
        (b"[" * 100_000, "JSON"),
        (b'{"format_version": "1.0", "a": ' + b"1" * 5000 + b"}", "too long"),
        (b'{"format_version": "1.0", "planned_values": {"root_module": {"resources": [{}]}}}', "no whole plan"),
        *(
            (f'{{"format_version": "1.0", "resource_changes": [], {part}}}'.encode(), message)
            for part, message in (
                ('"planned_values": []', "planned_values is wrong"),
                ('"planned_values": {"root_module": []}', "planned_values.root_module is wrong"),
                ('"planned_values": {"root_module": {"resources": ["x"]}}', "root_module.resources is wrong"),
                ('"planned_values": {"root_module": {"child_modules": ["x"]}}', "child_modules is wrong"),
                ('"planned_values": {"root_module": {"resources": [{"values": "x"}]}}', "resources.values is wrong"),
                ('"configuration": "x"', "configuration is wrong"),
                ('"configuration": {"root_module": {"module_calls": []}}', "module_calls is wrong"),
                ('"configuration": {"root_module": {"module_calls": {"a": "x"}}}', "module_calls.a is wrong"),
                ('"configuration": {"root_module": {"module_calls": {"a": {"module": 1}}}}', "a.module is wrong"),
                ('"configuration": {"root_module": {"outputs": {"a": 1}}}', "outputs.a is wrong"),
                ('"configuration": {"root_module": {"resources": [1]}}', "root_module.resources is wrong"),
            )
        ),
    ],
)
def test_what_is_no_plan_is_refused(data: bytes, message: str) -> None:
    with pytest.raises(PlanError) as caught:
        parse_plan(data, HERE)
    assert message in str(caught.value) or "nests too deep" in str(caught.value)
    assert str(caught.value).startswith("plan.json")
    assert caught.value.exit_code == 2


def test_a_file_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(PlanError, match="cannot be read"):
        read_plan(tmp_path / "plan.json")


def test_the_place_of_an_error_is_told() -> None:
    with pytest.raises(PlanError, match=r"plan\.json:2:\d+: is not JSON"):
        parse_plan(b'{\n "format_version": nothing}', HERE)


def test_values_are_known_unknown_or_nothing() -> None:
    (found,) = plan(
        resource("a_b.c", {"x": 1, "list": [{"y": 2}], "part": {"k": "v"}}, {"z": True, "list": [{"w": True}]})
    )
    assert found.get("x") == 1
    assert found.get("z") is UNKNOWN
    assert found.get("list.0.y") == 2
    assert found.get("list.0.w") is UNKNOWN
    assert found.get("list") == [{"y": 2, "w": UNKNOWN}]
    assert found.get("part.k") == "v"
    assert found.get("nothing.at.all") is None
    assert found.get("list.7.y") is None
    assert found.blocks("list") == [{"y": 2, "w": UNKNOWN}]


def test_asking_for_the_truth_of_what_is_unknown_is_a_mistake() -> None:
    with pytest.raises(TypeError, match="known only after the apply"):
        bool(UNKNOWN)


def test_what_goes_is_not_there_and_is_deleted() -> None:
    gone = resource("a_b.gone", {}, actions=["delete"], before={"x": 1})
    replaced = resource("a_b.replaced", {"x": 2}, actions=["delete", "create"])
    found = plan(gone, replaced)
    assert [r.address for r in found] == ["a_b.replaced"]
    assert [r.address for r in found.deleted] == ["a_b.gone", "a_b.replaced"]
    assert found.deleted[0].get("x") == 1


def test_a_secret_is_marked() -> None:
    (found,) = plan(resource("a_b.c", {"x": "s", "l": [{"y": "s"}]}, after_sensitive={"l": [{"y": True}]}))
    assert not found.is_sensitive("x")
    assert found.is_sensitive("l.0.y")
    assert found.is_sensitive("l")


def test_a_large_plan_is_read_in_a_breath() -> None:
    resources: list[dict[str, Any]] = [resource(f"a_b.c{n}", {"x": "y" * 1000}) for n in range(5000)]
    assert len(parse_plan(json.dumps(document(*resources)).encode(), HERE).resources) == 5000
