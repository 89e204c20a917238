"""What an argument points at: by value, by reference, through modules, and when nobody can know."""

from __future__ import annotations

from typing import Any

from generator.policy.plan import Links, Plan
from tests.unit.policy.plans import plan, resource

GROUP, LB = "aws_security_group", "aws_lb"


def block(address: str, **expressions: Any) -> dict[str, Any]:
    kind, name = address.split(".")
    return {"type": kind, "name": name, "expressions": expressions}


def refers(*references: str) -> dict[str, Any]:
    return {"references": list(references)}


def links(found: Plan, address: str, path: str = "security_groups") -> Links:
    return found.links(found.by_address[address], path, GROUP)


def addresses(found: Links) -> list[str]:
    return [r.address for r in found.resources]


def test_a_value_that_is_known_names_by_identity() -> None:
    found = plan(
        resource("aws_security_group.a", {"id": "sg-1"}),
        resource("aws_security_group.b", {"id": "sg-2"}),
        resource("aws_lb.this", {"security_groups": ["sg-2", "sg-9"]}),
    )
    named = links(found, "aws_lb.this")
    assert addresses(named) == ["aws_security_group.b"]
    assert named.exact
    assert named.outside == ("sg-9",)


def test_an_unknown_value_names_by_reference() -> None:
    found = plan(
        resource("aws_security_group.a", {}, {"id": True}),
        resource("aws_lb.this", {}, {"security_groups": True}),
        configuration={
            "resources": [
                block("aws_lb.this", security_groups=refers("aws_security_group.a.id", "aws_security_group.a"))
            ]
        },
    )
    assert addresses(links(found, "aws_lb.this")) == ["aws_security_group.a"]
    assert links(found, "aws_lb.this").exact


def test_the_same_key_is_chosen_of_several_instances() -> None:
    found = plan(
        resource('aws_security_group.a["x"]', {}, {"id": True}),
        resource('aws_security_group.a["y"]', {}, {"id": True}),
        resource('aws_lb.this["y"]', {}, {"group_id": True}),
        configuration={"resources": [block("aws_lb.this", group_id=refers("aws_security_group.a", "each.key"))]},
    )
    assert addresses(links(found, 'aws_lb.this["y"]', "group_id")) == ['aws_security_group.a["y"]']


def test_one_of_several_is_not_certain() -> None:
    found = plan(
        resource('aws_security_group.a["x"]', {}, {"id": True}),
        resource('aws_security_group.a["y"]', {}, {"id": True}),
        resource("aws_lb.this", {}, {"group_id": True}),
        configuration={"resources": [block("aws_lb.this", group_id=refers("aws_security_group.a", "var.which"))]},
    )
    named = links(found, "aws_lb.this", "group_id")
    assert len(named.resources) == 2
    assert not named.certain
    assert named.one is None


def test_a_variable_leads_through_the_call_to_another_modules_output() -> None:
    inner = {"resources": [block("aws_lb.this", security_groups=refers("var.groups"))]}
    network = {
        "outputs": {"group": {"expression": refers("aws_security_group.a.id", "aws_security_group.a")}},
        "resources": [],
    }
    found = plan(
        resource("module.network.aws_security_group.a", {}, {"id": True}),
        resource("module.lb.aws_lb.this", {}, {"security_groups": True}),
        configuration={
            "module_calls": {
                "network": {"module": network},
                "lb": {
                    "expressions": {"groups": refers("module.network.group", "module.network")},
                    "module": inner,
                },
            }
        },
    )
    assert addresses(links(found, "module.lb.aws_lb.this")) == ["module.network.aws_security_group.a"]


def test_an_instance_of_a_module_keeps_to_itself() -> None:
    own = refers("aws_security_group.a.id", "aws_security_group.a")
    instances = [
        {
            **resource(f"{kind}.{name}", {}, {mark: True}),
            "address": f'module.m["{k}"].{kind}.{name}',
            "module_address": f'module.m["{k}"]',
        }
        for k in ("one", "two.module.x")
        for kind, name, mark in (("aws_security_group", "a", "id"), ("aws_lb", "this", "security_groups"))
    ]
    found = plan(
        *instances,
        configuration={"module_calls": {"m": {"module": {"resources": [block("aws_lb.this", security_groups=own)]}}}},
    )
    for key in ("one", "two.module.x"):
        assert addresses(links(found, f'module.m["{key}"].aws_lb.this')) == [f'module.m["{key}"].aws_security_group.a']


def test_a_local_value_is_a_dead_end_that_is_told() -> None:
    found = plan(
        resource("aws_security_group.a", {}, {"id": True}),
        resource("aws_lb.this", {}, {"security_groups": True}),
        configuration={"resources": [block("aws_lb.this", security_groups=refers("local.groups"))]},
    )
    named = links(found, "aws_lb.this")
    assert named.resources == ()
    assert not named.complete


def test_a_dynamic_block_is_not_in_a_plan_and_that_is_told() -> None:
    found = plan(
        resource("aws_lb.this", {}, {"security_groups": True}), configuration={"resources": [block("aws_lb.this")]}
    )
    assert not links(found, "aws_lb.this").exact


def test_what_is_left_out_names_nothing_for_sure() -> None:
    found = plan(resource("aws_lb.this", {"security_groups": None}))
    assert links(found, "aws_lb.this") == Links()


def test_a_cycle_ends() -> None:
    module = {
        "outputs": {"a": {"expression": refers("var.a")}},
        "resources": [block("aws_lb.this", security_groups=refers("var.a"))],
    }
    found = plan(
        resource("module.m.aws_lb.this", {}, {"security_groups": True}),
        configuration={
            "module_calls": {"m": {"expressions": {"a": refers("module.m.a", "module.m")}, "module": module}}
        },
    )
    assert not links(found, "module.m.aws_lb.this").complete
