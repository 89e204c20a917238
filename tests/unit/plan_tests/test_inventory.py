"""The inventory: everything that a plan makes, written below what a person wrote."""

from __future__ import annotations

from pathlib import Path

from ruamel.yaml import YAML

from generator.plan_tests.inventory import SENSITIVE, inventory, inventory_differences, write_inventory
from tests.unit.plan_tests.plans import plan_of, resource

PLAN = plan_of({"aws_vpc.this": {"cidr": "10.0.0.0/16", "ipam": None, "tags": {}, "tags_all": {"a": "b"}}})
WRITTEN = "# By hand: stays.\nvariables: {a: 1}   # this too\n\nexpect: {}\n"


def test_what_is_empty_is_left_out() -> None:
    assert inventory(PLAN) == {"counts": {"aws_vpc": 1}, "values": {"aws_vpc.this": {"cidr": "10.0.0.0/16"}}}


def test_a_sensitive_value_is_not_written() -> None:
    values = {"password": "hunter2", "env": {"KEY": "hunter3", "MODE": "x"}, "keys": [{"secret": "hunter4"}, {"n": 1}]}
    marks = {"password": True, "env": {"KEY": True}, "keys": [{"secret": True}]}
    plan = {"planned_values": {"root_module": {"resources": [resource("aws_db_instance.this", values, marks)]}}}
    assert inventory(plan)["values"] == {
        "aws_db_instance.this": {
            "env": {"KEY": SENSITIVE, "MODE": "x"},
            "keys": [{"secret": SENSITIVE}, {"n": 1}],
            "password": SENSITIVE,
        }
    }


def test_it_sees_what_is_more_less_and_other() -> None:
    kept = inventory(plan_of({"aws_vpc.this": {"cidr": "10.1.0.0/16"}, "aws_eip.this": {}}))
    assert sorted(inventory_differences(kept, plan_of({"aws_vpc.this": {"cidr": "10.0.0.0/16", "new": 1}}))) == [
        "counts.aws_eip: expected 1, found MISSING",
        "values.aws_eip.this: expected {}, found MISSING",
        "values.aws_vpc.this.cidr: expected '10.1.0.0/16', found '10.0.0.0/16'",
        "values.aws_vpc.this.new: expected MISSING, found 1",
    ]
    assert inventory_differences(inventory(PLAN), PLAN) == []


def test_what_a_person_wrote_stays_and_an_older_inventory_goes(tmp_path: Path) -> None:
    file = tmp_path / "case.yaml"
    file.write_text(f"{WRITTEN}\ninventory: {{}}\n", encoding="utf-8")
    write_inventory(file, plan_of({"aws_eip.this": {"domain": "vpc"}}))
    write_inventory(file, PLAN)
    text = file.read_text(encoding="utf-8")
    assert text.startswith(WRITTEN)
    assert "aws_eip" not in text
    assert text.count("\ninventory:") == 1
    write_inventory(file, PLAN)
    assert file.read_text(encoding="utf-8") == text


def test_every_value_is_read_as_it_was_written(tmp_path: Path) -> None:
    values = {
        "version": "1.10",
        "date": "2012-10-17",
        "word": "null",
        "yes": "yes",
        "lines": "a\n  b\n",
        "long": "word " * 100,
        "number": 0.5,
        "nested": [{"a": None, "b": [], "c": "#"}],
    }
    plan = plan_of({'aws_x.this["a: b"]': values})
    file = tmp_path / "case.yaml"
    file.write_text(WRITTEN, encoding="utf-8")
    write_inventory(file, plan)
    read = YAML(typ="safe", pure=True).load(file)
    assert inventory_differences(read["inventory"], plan) == []
