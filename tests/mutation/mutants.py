"""The mutants of a module: each is its emitted HCL with one argument deleted, flipped or changed.

Not mutated is what no plan shows: descriptions of variables and outputs, ``depends_on``, ``create_before_destroy``,
``nullable`` and ``sensitive``; the conditions of validations and preconditions, of which each has a wrong call of its
own; and arguments that Terraform or the provider require, where nothing but a deletion could be tried.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from generator.modules import all_modules
from generator.schema.prune import load
from tests.mutation.expressions import Edit, deleted, edits, is_literal
from tests.mutation.hcl import Attribute, Block, parse

Schema = Mapping[str, Any]
KINDS = {"resource": "resource", "data": "data", "ephemeral": "ephemeral"}
# What these say is no argument of the resource, or shows in no plan.
UNSEEN = frozenset({"depends_on", "provider", "providers", "source", "create_before_destroy"})
META = frozenset({"count", "for_each", "iterator"})
CHECKS = frozenset({"precondition", "postcondition", "validation"})


@dataclass(frozen=True)
class Mutant:
    """One change of one file of a module. *place* is the argument's address, *what* the change, in words.

    *replacements* are tried in their order until terraform plans one: the provider knows which values it takes.
    """

    module: str
    file: str
    line: int
    start: int
    end: int
    replacements: tuple[str, ...]
    place: str
    what: str

    @property
    def name(self) -> str:
        """What it is called wherever it must be recognised again: without its line, which moves."""
        return f"{self.module}/{self.file}: {self.place}: {self.what}"

    def text(self, source: str, replacement: str) -> str:
        """*source* with the change; every other line stays where it was."""
        lost = source[self.start : self.end].count("\n") - replacement.count("\n")
        return source[: self.start] + replacement + "\n" * lost + source[self.end :]


def mutants(modules: Path, module: str) -> list[Mutant]:
    """Every mutant of *module*, a folder of *modules*, in the order of files and lines."""
    found = [mutant for file in sorted((modules / module).glob("*.tf")) for mutant in _of_file(file, module)]
    names: dict[str, Iterator[int]] = {}
    unique = []
    for mutant in found:
        number = next(names.setdefault(mutant.name, itertools.count(1)))
        unique.append(mutant if number == 1 else _numbered(mutant, number))
    return unique


def _numbered(mutant: Mutant, number: int) -> Mutant:
    return Mutant(**{**vars(mutant), "what": f"{mutant.what} ({number})"})


def _of_file(file: Path, module: str) -> Iterator[Mutant]:
    source = file.read_text(encoding="utf-8")
    for block in parse(source):
        for place, edit in _OF_BLOCK.get(block.type, _nothing)(block, source):
            line = source.count("\n", 0, edit.start) + 1
            path = ".".join((place, *edit.path))
            yield Mutant(module, file.name, line, edit.start, edit.end, edit.replacements, path, edit.what)


Found = Iterator[tuple[str, Edit]]


def _nothing(_: Block, __: str) -> Found:
    return iter(())


def _resource(block: Block, source: str) -> Found:
    address = ".".join(block.labels if block.type == "resource" else (block.type, *block.labels))
    if block.labels[0] == "terraform_data":
        # Terraform's own, which no provider describes.
        return
    yield from _body(block, source, load()[KINDS[block.type]][block.labels[0]], address)


def _body(block: Block, source: str, schema: Schema, address: str) -> Found:
    for attribute in block.attributes:
        known = schema.get("attributes", {}).get(attribute.name, {})
        optional = bool(known.get("optional")) and attribute.name not in META
        yield from _argument(attribute, source, address, optional=optional)
    for inner in block.blocks:
        if inner.type == "lifecycle":
            yield from _lifecycle(inner, source, f"{address}.lifecycle")
        else:
            yield from _nested(inner, source, schema, address)


def _nested(block: Block, source: str, schema: Schema, address: str) -> Found:
    name = block.labels[0] if block.type == "dynamic" else block.type
    known = schema["block_types"].get(name)
    if known is None:
        # A meta-block such as `timeouts`, or a connection: nothing of it is planned.
        return
    place = f"{address}.{name}"
    if not known.get("min_items"):
        yield place, deleted(block.start, block.end, "the block is gone")
    if block.type != "dynamic":
        yield from _body(block, source, known["block"], place)
        return
    for attribute in block.attributes:
        yield from _argument(attribute, source, place, optional=False)
    for content in block.blocks:
        yield from _body(content, source, known["block"], place)


def _lifecycle(block: Block, source: str, address: str) -> Found:
    for attribute in block.attributes:
        if attribute.name not in UNSEEN:
            yield from _argument(attribute, source, address, optional=False)


def _module_call(block: Block, source: str) -> Found:
    path = next(a.value.text.strip('"') for a in block.attributes if a.name == "source")
    declared = all_modules()[Path(path).name].variables()
    for attribute in block.attributes:
        variable = declared.get(attribute.name)
        optional = variable is not None and not variable.required
        yield from _argument(attribute, source, f"module.{block.labels[0]}", optional=optional)


def _argument(attribute: Attribute, source: str, address: str, *, optional: bool) -> Found:
    if attribute.name in UNSEEN:
        return
    place = f"{address}.{attribute.name}"
    # An expectation that notices another literal notices none as well, and none is often the provider's own default.
    if optional and not is_literal(attribute.value):
        yield place, deleted(attribute.start, attribute.value.end, "the argument is gone")
    for edit in edits(attribute.value, source):
        yield place, edit


def _locals(block: Block, source: str) -> Found:
    for attribute in block.attributes:
        yield from _argument(attribute, source, "local", optional=False)


def _output(block: Block, source: str) -> Found:
    for attribute in block.attributes:
        if attribute.name == "value":
            yield from _argument(attribute, source, f"output.{block.labels[0]}", optional=False)


def _variable(block: Block, source: str) -> Found:
    """The default, and the defaults of optional attributes in the type."""
    place = f"var.{block.labels[0]}"
    for attribute in block.attributes:
        if attribute.name == "default":
            yield from _argument(attribute, source, place, optional=False)
        if attribute.name == "type":
            for node in attribute.value.walk():
                if node.kind == "item" and node.parts[1].text == "optional" and len(node.parts[1].parts) == 2:
                    for edit in edits(node.parts[1].parts[1], source):
                        yield f"{place}.{node.parts[0].text}", edit


_OF_BLOCK: Mapping[str, Callable[[Block, str], Found]] = {
    "resource": _resource,
    "data": _resource,
    "ephemeral": _resource,
    "module": _module_call,
    "locals": _locals,
    "output": _output,
    "variable": _variable,
}
