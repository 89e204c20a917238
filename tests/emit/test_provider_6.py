"""What is emitted also fits provider 6: checked against its schema, since only 5.100 can be run here."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from generator.examples import built_examples
from generator.hcl.module_call import built
from generator.hcl.stack import Stack
from generator.hcl.writer import BUILT_IN
from generator.modules import all_modules
from generator.schema.newer_provider import camel_case, load
from generator.schema.prune import SECTIONS, type_names
from generator.schema.services import SERVICES

META = {"count", "for_each", "depends_on", "lifecycle", "provider", "dynamic", "//"}
REFERENCE = re.compile(
    r"\b(?:(?P<kind>data|ephemeral)\.)?(?P<type>aws_\w+)\.\w+(?:\[[^]]*\])?\.(?P<attribute>[a-z]\w*)"
)
ROOT_FILES = sorted(Path(__file__).resolve().parents[2].glob("envs/*/*/*.tf"))


@pytest.mark.parametrize("module", all_modules())
def test_provider_6_has_every_block_and_argument_in_use(module: str) -> None:
    stacks: list[Stack] = [built(all_modules()[module]), *built_examples(module)]
    assert [unknown for stack in stacks for unknown in unknown_arguments(stack)] == []


def test_provider_6_has_every_attribute_that_is_read(emitted: dict[str, str]) -> None:
    files = {name: text for name, text in emitted.items() if name.endswith(".tf")}
    assert [f"{read} in {name}" for name, text in files.items() for read in unknown_reads(text)] == []
    assert list(unknown_reads("data.aws_region.current.id, aws_lb.this[0].arn, aws_lb.this[0].arns")) == [
        "aws_lb.this[0].arns"
    ]


def test_what_is_known_of_provider_6_covers_the_types_in_use() -> None:
    assert {kind: set(load()[kind]) for kind in SECTIONS} == {kind: type_names(kind, SERVICES) for kind in SECTIONS}


def test_an_argument_that_provider_6_lacks_is_found() -> None:
    tree = load()["resource"]["aws_eip"]["arguments"]
    # `vpc` went with provider 6.
    assert list(unknown_in({"vpc": True, "domain": "vpc"}, tree, "aws_eip")) == ["aws_eip.vpc"]
    rule = {"dynamic": {"ingress": {"for_each": [], "content": {"fromport": 1, "to_port": 2}}}}
    tree = load()["resource"]["aws_security_group"]["arguments"]
    assert list(unknown_in(rule, tree, "aws_security_group")) == ["aws_security_group.ingress.fromport"]


def unknown_arguments(stack: Stack) -> Iterator[str]:
    """The arguments of *stack* that provider 6 does not know."""
    tf = stack.configuration()
    for kind in SECTIONS:
        for type_, instances in tf.get(kind, {}).items():
            if type_ in BUILT_IN:
                continue
            for arguments in instances.values():
                yield from unknown_in(arguments, load()[kind][type_]["arguments"], type_)


def unknown_in(arguments: Mapping[str, Any], tree: Mapping[str, Any], path: str) -> Iterator[str]:
    for name, value in arguments.items():
        if name == "dynamic":
            for block, made in value.items():
                for one in made if isinstance(made, list) else [made]:
                    yield from unknown_in({block: one["content"]}, tree, path)
        elif name not in META:
            if name not in tree:
                yield f"{path}.{name}"
            elif tree[name]:
                for inner in value if isinstance(value, list) else [value]:
                    if isinstance(inner, Mapping):
                        yield from unknown_in(inner, tree[name], f"{path}.{name}")


def unknown_reads(text: str) -> Iterator[str]:
    """The references in HCL to attributes that provider 6 does not know."""
    for found in REFERENCE.finditer(text):
        known = load()[found["kind"] or "resource"].get(found["type"], {"attributes": ()})
        if camel_case(found["attribute"]) not in known["attributes"]:
            yield found[0]
