"""Typed Python is written for each type, and a name that would clash is refused."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from generator.errors import SlipwayError
from generator.schema.generate import functions_file, service_file
from generator.schema.services import Types

STRING = {"type": "string"}


def service(resources: Mapping[str, Any] | None = None, data: Mapping[str, Any] | None = None) -> str:
    """The file of a service with these types."""
    schemas = {"resource": resources or {}, "data": data or {}, "ephemeral": {}}
    names = [tuple(name.removeprefix("aws_") for name in schemas[kind]) for kind in ("resource", "data")]
    return service_file("service", Types(resources=names[0], data_sources=names[1]), schemas, "a provider")


def test_required_arguments_come_first_and_computed_attributes_are_no_arguments() -> None:
    attributes = {
        "zone": {**STRING, "required": True},
        "alias": {**STRING, "optional": True},
        "arn": {**STRING, "computed": True},
        "id": {**STRING, "optional": True, "computed": True},
    }
    text = service({"aws_thing": {"attributes": attributes}})
    signature = text.split("def __init__(")[1].split(")")[0]
    assert [line.strip() for line in signature.splitlines() if ":" in line] == [
        "stack: Stack,",
        "label: str,",
        "zone: Str,",
        "alias: Str | None = None,",
        "**meta: Unpack[ResourceMeta],",
    ]
    assert "    arn = Attribute()\n" in text


@pytest.mark.parametrize(
    ("type_", "python"),
    [
        ("string", "Str"),
        ("number", "Num"),
        ("bool", "Bool"),
        (["list", "string"], "Seq[Str]"),
        (["set", ["map", "number"]], "Seq[Map[Num]]"),
        (["map", "bool"], "Map[Bool]"),
        (["object", {"a": "string"}], "Map[Any]"),
        ("dynamic", "Any"),
    ],
)
def test_types_of_the_schema_become_types_of_python(type_: Any, python: str) -> None:
    text = service({"aws_thing": {"attributes": {"x": {"type": type_, "required": True}}}})
    assert f"        x: {python},\n" in text


def test_nested_blocks_become_typed_dicts_the_innermost_first() -> None:
    inner = {"attributes": {"port": {"type": "number", "required": True}, "note": {**STRING, "optional": True}}}
    outer = {"attributes": {}, "block_types": {"rule": {"min_items": 0, "block": inner}}}
    block = {"attributes": {}, "block_types": {"config": {"min_items": 1, "block": outer}}}
    text = service({"aws_thing": block})
    classes = [text.index(f"class {name}(") for name in ("ThingConfigRuleBlock", "ThingConfigBlock", "Thing")]
    assert classes == sorted(classes)
    assert "    port: Required[Num]\n    note: Str\n" in text
    assert "    rule: Blocks[ThingConfigRuleBlock]\n" in text
    assert "        config: Blocks[ThingConfigBlock],\n" in text


def test_a_name_that_is_a_keyword_of_python_is_still_the_providers() -> None:
    attributes = {"lambda": {**STRING, "optional": True}}
    text = service({"aws_thing": {"attributes": attributes}})
    assert '    lambda_ = Attribute("lambda")\n' in text
    assert '            "lambda": lambda_,\n' in text


def test_a_keyword_in_a_nested_block_is_a_key() -> None:
    block = {"block": {"attributes": {"from": {**STRING, "required": True}}}}
    text = service({"aws_thing": {"attributes": {}, "block_types": {"rule": block}}})
    assert 'ThingRuleBlock = TypedDict("ThingRuleBlock", {"from": "Required[Str]"}, total=False)\n' in text


def test_generated_text_is_python() -> None:
    block = {"block": {"attributes": {"from": {**STRING, "required": True}}}}
    schema = {"attributes": {"lambda": {**STRING, "optional": True}}, "block_types": {"rule": block}}
    compile(service({"aws_thing": schema}, {"aws_thing": {"attributes": {}}}), "service.py", "exec")


@pytest.mark.parametrize("name", ["one", "splat", "single", "reference", "type_"])
def test_an_attribute_that_a_member_of_block_would_hide_is_an_error(name: str) -> None:
    with pytest.raises(SlipwayError, match=f"the attribute {name} of aws_thing"):
        service({"aws_thing": {"attributes": {name: STRING}}})


def test_two_types_of_one_name_are_an_error() -> None:
    with pytest.raises(SlipwayError, match="would be called ThingData"):
        service({"aws_thing_data": {"attributes": {}}}, {"aws_thing": {"attributes": {}}})


def test_functions_are_typed_and_builtins_get_an_underscore() -> None:
    signatures = {
        "max": {"return_type": "number", "variadic_parameter": {"name": "numbers", "type": "number"}},
        "lookup": {
            "parameters": [{"name": "map", "type": ["map", "string"]}, {"name": "key", "type": "string"}],
            "variadic_parameter": {"name": "default", "type": "dynamic"},
        },
        "timestamp": {"return_type": "string"},
        "core::max": {"return_type": "number"},
    }
    text = functions_file(signatures, "Terraform 1.11.4")
    assert text.startswith("# Generated by `tox run -e bindings` from the schema of Terraform 1.11.4; do not edit.\n")
    assert text.endswith(
        "def lookup(map: Map[Str], key: Str, /, *default: Any) -> Expr:\n"
        '    return call("lookup", map, key, *default)\n'
        '\n\ndef max_(*numbers: Num) -> Expr:\n    return call("max", *numbers)\n'
        '\n\ndef timestamp() -> Expr:\n    return call("timestamp")\n'
    )
