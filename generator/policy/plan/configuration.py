"""The configuration inside a plan: which resources an expression may refer to, through variables and outputs."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Protocol

from generator.policy.plan.resource import Resource, without_keys

KEY = re.compile(r'\[(?:"((?:[^"\\]|\\.)*)"|(\d+))\]')
LITERALS = ("each", "count", "path", "terraform", "self")
# Data sources of which no value names a resource.
NAMELESS = ("aws_availability_zones", "aws_caller_identity", "aws_partition", "aws_region")


class References(Protocol):
    """What a plan leaves out, and its files know: local values, and arguments in dynamic blocks."""

    def local(self, module: str, name: str) -> tuple[str, ...] | None:
        """The references of a local value of *module*; None when that is not known."""

    def expression(self, module: str, block: str, path: str) -> tuple[str, ...] | None:
        """The references of the argument *path* of *block*; None when that is not known."""


class NoFiles:
    """Of a plan alone nobody knows the files."""

    def local(self, _module: str, _name: str) -> None:
        return

    def expression(self, _module: str, _block: str, _path: str) -> None:
        return


@dataclass
class Found:
    """What references lead to. *whole*: every resource came as a whole collection, or as one by its key. *beyond* are
    the references to what may name things that exist elsewhere."""

    resources: dict[str, Resource] = field(default_factory=dict)
    complete: bool = True
    whole: bool = True
    beyond: tuple[str, ...] = ()

    def add(self, other: Found) -> None:
        self.resources.update(other.resources)
        self.complete &= other.complete
        self.whole &= other.whole
        self.beyond += tuple(name for name in other.beyond if name not in self.beyond)


@dataclass
class Configuration:
    """*root* is the plan's ``configuration.root_module``; *instances* are resources by module address and block;
    *variables* the plan's values of the root's variables."""

    root: Mapping[str, Any]
    instances: Mapping[tuple[str, str], list[Resource]]
    variables: Mapping[str, Any] = field(default_factory=dict)
    files: References = field(default_factory=NoFiles)
    _seen: dict[tuple[str, str, object], Found] = field(default_factory=dict)

    @cached_property
    def _modules(self) -> dict[str, _Module]:
        found: dict[str, _Module] = {}

        def walk(path: str, module: Mapping[str, Any], call: Mapping[str, Any], parent: str) -> None:
            found[path] = _Module(module, call, parent)
            for name, inner in (module.get("module_calls") or {}).items():
                below = f"{path}.module.{name}" if path else f"module.{name}"
                walk(below, inner.get("module") or {}, inner, path)

        walk("", self.root, {}, "")
        return found

    @cached_property
    def _module_instances(self) -> dict[str, list[str]]:
        """Addresses of module instances that have resources, by address without keys."""
        found: dict[str, dict[str, None]] = {}
        for address, _ in self.instances:
            above = address
            while above:
                found.setdefault(without_keys(above), {})[above] = None
                above = _parent(above)
        return {path: list(addresses) for path, addresses in found.items()}

    def expression(self, resource: Resource, path: str) -> tuple[str, ...] | None:
        """The references of the argument at *path*; None when the plan holds none, as of a dynamic block's."""
        node = self._node(resource, path)
        if node is None:
            return self.files.expression(without_keys(resource.module), resource.block, path)
        return tuple(_references(node))

    def is_written(self, resource: Resource, path: str) -> bool | None:
        """Whether the argument at *path* is written down; None when only files would tell, and there are none."""
        if self._node(resource, path) is not None:
            return True
        found = self.files.expression(without_keys(resource.module), resource.block, path)
        if found is None and "." not in path and (without_keys(resource.module), resource.block) in self._blocks:
            # A plan leaves out dynamic blocks, and no plain argument.
            return False
        return None if found is None else bool(found)

    def _node(self, resource: Resource, path: str) -> dict[str, Any] | list[Any] | None:
        block = self._blocks.get((without_keys(resource.module), resource.block))
        node: Any = (block or {}).get("expressions") or {}
        for step in path.split("."):
            if isinstance(node, dict) and "references" in node:
                break
            if isinstance(node, dict):
                node = node.get(step)
            elif isinstance(node, list) and step.isdigit():
                node = node[int(step)] if int(step) < len(node) else (node[0] if len(node) == 1 else None)
            else:
                node = None
        return node if isinstance(node, dict | list) else None

    @cached_property
    def _blocks(self) -> dict[tuple[str, str], Mapping[str, Any]]:
        return {
            (path, f"{block.get('type')}.{block.get('name')}"): block
            for path, module in self._modules.items()
            for block in module.body.get("resources") or []
        }

    def find(self, resource: Resource, references: Iterable[str]) -> Found:
        """The resources that *references* of an argument of *resource* lead to."""
        found = Found()
        for reference in _longest(references):
            if reference.startswith("each.value"):
                block = self._blocks.get((without_keys(resource.module), resource.block)) or {}
                inner = tuple(_references(block.get("for_each_expression") or {}))
                found.add(self._all(inner, resource.module, resource.key))
                # One of the values, and nobody says which.
                found.whole = False
            else:
                found.add(self._one(reference, resource.module, resource.key))
        return found

    def _all(self, references: Iterable[str], module: str, key: object) -> Found:
        found = Found()
        for reference in _longest(references):
            found.add(self._one(reference, module, key))
        return found

    def _one(self, reference: str, module: str, key: object) -> Found:
        mark = (reference, module, key)
        if mark not in self._seen:
            # Until it is found, for a cycle, which terraform refuses but a forged plan may hold.
            self._seen[mark] = Found(complete=False)
            self._seen[mark] = self._resolve(reference, module, key)
        return self._seen[mark]

    def _resolve(self, reference: str, module: str, key: object) -> Found:
        head, _, rest = reference.partition(".")
        path = without_keys(module)
        if head in LITERALS:
            return Found()
        if head == "var":
            return self._variable(_name(rest), module)
        if head == "local":
            inner = self.files.local(path, _name(rest))
            return Found(complete=False) if inner is None else self._all(inner, module, key)
        if head == "module":
            return self._output(rest, module, key)
        if head == "data":
            block = ".".join(_words(rest)[:2])
            # What was read holds values that are known; what is read during the apply may hold anything.
            beyond = () if block.split(".")[0] in NAMELESS else (f"data.{block}",)
            return Found(complete=(module, f"data.{block}") not in self.instances, beyond=beyond)
        words = _words(reference)
        if len(words) < 2:
            return Found(complete=False)
        found = _chosen(self.instances.get((module, f"{words[0]}.{words[1]}"), []), reference, key)
        if words[-1].endswith("_security_group_id") and words[0] == "aws_vpc":
            # The group that AWS made with the network.
            found.beyond = (reference,)
        return found

    def _variable(self, name: str, module: str) -> Found:
        found = self._modules.get(without_keys(module))
        if not module or found is None:
            # A variable of the root has a value, and no reference.
            return Found(beyond=(f"var.{name}",) if self._may_name(name) else ())
        expression = (found.call.get("expressions") or {}).get(name)
        if expression is None:
            return Found()
        references = list(_references(expression))
        inner = self._all([r for r in references if not r.startswith("each.value")], _parent(module), _key_of(module))
        if any(r.startswith("each.value") for r in references):
            inner.add(self._all(_references(found.call.get("for_each_expression") or {}), _parent(module), None))
            inner.whole = False
        return inner

    def _may_name(self, variable: str) -> bool:
        """Whether a *variable* of the root may hold names: a number or a switch does not."""
        return variable not in self.variables or _has_text(self.variables[variable])

    def _output(self, rest: str, module: str, key: object) -> Found:
        words = _words(rest)
        below = f"{module}.module.{words[0]}" if module else f"module.{words[0]}"
        inner = self._modules.get(without_keys(below))
        if inner is None:
            return Found(complete=False)
        outputs = inner.body.get("outputs") or {}
        names = [words[1]] if len(words) > 1 and words[1] in outputs else list(outputs)
        wanted = KEY.match(rest[len(words[0]) :])
        addresses = [a for a in self._module_instances.get(without_keys(below), []) if _parent(a) == module]
        if wanted:
            addresses = [a for a in addresses if a == below + wanted.group()]
        elif key is not None and any(_key_of(a) == key for a in addresses):
            addresses = [a for a in addresses if _key_of(a) == key]
        found = Found(whole=len(names) == 1)
        for address in addresses:
            for name in names:
                expression = (outputs[name] or {}).get("expression") or {}
                found.add(self._all(_references(expression), address, None))
        index = KEY.search(rest)
        if index and not wanted:
            _narrow(found, _value(index))
        return found


@dataclass(frozen=True)
class _Module:
    body: Mapping[str, Any]
    call: Mapping[str, Any]
    parent: str


def _has_text(value: Any) -> bool:
    if isinstance(value, Mapping):
        return any(_has_text(part) for part in value.values())
    return any(_has_text(part) for part in value) if isinstance(value, list) else isinstance(value, str)


def _references(node: Any) -> Iterator[str]:
    if isinstance(node, dict):
        if isinstance(node.get("references"), list):
            yield from (str(reference) for reference in node["references"])
        else:
            for part in node.values():
                yield from _references(part)
    elif isinstance(node, list):
        for part in node:
            yield from _references(part)


def _longest(references: Iterable[str]) -> list[str]:
    """Without the shorter forms that follow each reference: terraform names ``a.b.c``, ``a.b`` and so on."""
    kept: list[str] = []
    for reference in references:
        if any(longer.startswith((f"{reference}.", f"{reference}[")) for longer in kept[-1:]):
            continue
        if reference not in kept:
            kept.append(reference)
    return kept


def _chosen(instances: list[Resource], reference: str, key: object) -> Found:
    index = KEY.search(reference)
    if index:
        wanted = _value(index)
        chosen = [r for r in instances if r.key == wanted]
        return Found({r.address: r for r in chosen})
    same = [r for r in instances if key is not None and r.key == key]
    if same and len(instances) > 1:
        return Found({r.address: r for r in same})
    return Found({r.address: r for r in instances})


def _narrow(found: Found, key: object) -> None:
    """An output's map, of which one element is taken, holds resources by the same keys as a rule."""
    same = {address: r for address, r in found.resources.items() if r.key == key}
    if same:
        found.resources = same


def _words(reference: str) -> list[str]:
    return [_name(word) for word in without_keys(reference).split(".")]


def _name(word: str) -> str:
    return re.split(r"[.\[]", word, maxsplit=1)[0]


def _value(index: re.Match[str]) -> str | int:
    return int(index.group(2)) if index.group(2) is not None else index.group(1)


def _parent(module: str) -> str:
    """The address of the module that calls *module*."""
    plain = without_keys(module)
    if plain.count("module.") <= 1:
        return ""
    # A key may hold anything, "module." as well: the last call is found on the address without keys.
    depth = plain.count(".module.")
    position = -1
    quoted = False
    seen = 0
    for at, character in enumerate(module):
        if character == '"':
            quoted = not quoted
        if not quoted and module.startswith(".module.", at):
            seen += 1
            position = at
            if seen == depth:
                break
    return module[:position]


def _key_of(module: str) -> str | int | None:
    last = module[len(_parent(module)) :]
    index = KEY.search(last)
    return _value(index) if index else None
