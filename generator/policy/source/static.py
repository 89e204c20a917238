"""What HCL alone says of its resources, as a plan: what is written out is known, everything else is not."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from generator.policy.plan.model import Plan
from generator.policy.plan.resource import Resource
from generator.policy.plan.values import UNKNOWN, Unknown, is_known
from generator.policy.source.evaluate import Names, evaluate
from generator.policy.source.hcl import Block
from generator.policy.source.tree import Sources

# Terraform's own, which are no arguments of a resource.
META = ("count", "for_each", "depends_on", "provider")
META_BLOCKS = ("lifecycle", "connection", "provisioner")


def static_plan(sources: Sources) -> Plan:
    """The resources that the HCL describes: one for each block, or for each key that is written out."""
    resources, configuration = _module(sources, _Scope(sources, ""))
    return Plan(resources, configuration=configuration, files=sources)


@dataclass
class _Scope:
    """The names of one module; *given* is what its call passes."""

    sources: Sources
    path: str
    given: dict[str, Any] = field(default_factory=dict)
    _pending: set[str] = field(default_factory=set)

    def value(self, kind: str, name: str) -> Any:
        if kind == "each":
            return UNKNOWN
        if kind == "var":
            return self.given[name] if name in self.given else self._default(name)
        argument = self.sources.local_argument(self.path, name)
        if argument is None or name in self._pending:
            return UNKNOWN
        self._pending.add(name)
        try:
            return evaluate(argument.text, self.value)
        finally:
            self._pending.discard(name)

    def _default(self, name: str) -> Any:
        for block in self.sources.blocks(self.path, "variable"):
            if block.labels == (name,) and "default" in block.arguments:
                # Whoever plans may pass another value; a default is what HCL says.
                return evaluate(block.arguments["default"].text, _nothing)
        return UNKNOWN

    def with_each(self, key: str, value: Any) -> Names:
        def value_of(kind: str, name: str) -> Any:
            if kind == "each":
                return {"key": key, "value": value}.get(name, UNKNOWN)
            return self.value(kind, name)

        return value_of


def _nothing(_kind: str, _name: str) -> Any:
    return UNKNOWN


def _module(sources: Sources, scope: _Scope) -> tuple[list[Resource], dict[str, Any]]:
    resources = [r for block in sources.blocks(scope.path, "resource") for r in _instances(block, scope)]
    calls: dict[str, Any] = {}
    for call in sources.blocks(scope.path, "module"):
        (name,) = call.labels
        path = f"{scope.path}.module.{name}" if scope.path else f"module.{name}"
        given = {n: evaluate(a.text, scope.value) for n, a in call.arguments.items() if n not in (*META, "source")}
        if not sources.has(path):
            # Without its outputs nobody can say that a reference leads to nothing.
            continue
        inner, configuration = _module(sources, _Scope(sources, path, given))
        resources += inner
        expressions = {n: {"references": list(a.references)} for n, a in call.arguments.items()}
        calls[name] = {"expressions": expressions, "module": configuration}
    outputs = {
        block.labels[0]: {"expression": {"references": list(block.arguments["value"].references)}}
        for block in sources.blocks(scope.path, "output")
        if "value" in block.arguments
    }
    blocks = [_configured(block) for block in sources.blocks(scope.path, "resource") if len(block.labels) == 2]
    return resources, {"resources": blocks, "module_calls": calls, "outputs": outputs}


def _configured(block: Block) -> dict[str, Any]:
    found: dict[str, Any] = {"type": block.labels[0], "name": block.labels[1]}
    if "for_each" in block.arguments:
        found["for_each_expression"] = {"references": list(block.arguments["for_each"].references)}
    return found


def _instances(block: Block, scope: _Scope) -> Iterator[Resource]:
    if len(block.labels) != 2:
        return
    for key, names in _keys(block, scope):
        kind, name = block.labels
        shown = "" if key is None else f'["{key}"]'
        address = ".".join(part for part in (scope.path, f"{kind}.{name}{shown}") if part)
        values = _values(block, names)
        yield Resource(address, kind, name, scope.path, key, actions=("create",), after=values)


def _keys(block: Block, scope: _Scope) -> Iterator[tuple[str | None, Names]]:
    """The keys of the instances: one without a key where nobody can know them."""
    if "count" in block.arguments and evaluate(block.arguments["count"].text, scope.value) == 0:
        return
    each = block.arguments.get("for_each")
    value = UNKNOWN if each is None else evaluate(each.text, scope.value)
    if isinstance(value, dict):
        yield from ((key, scope.with_each(key, part)) for key, part in value.items())
    elif isinstance(value, list) and is_known(value):
        yield from ((str(part), scope.with_each(str(part), part)) for part in value)
    else:
        yield None, scope.value


def _values(block: Block, names: Names) -> dict[str, Any]:
    found: dict[str, Any] = {
        name: evaluate(argument.text, names) for name, argument in block.arguments.items() if name not in META
    }
    for inner in block.blocks:
        if inner.type == "dynamic":
            found[inner.labels[0]] = UNKNOWN
        elif inner.type not in META_BLOCKS and not isinstance(found.get(inner.type), Unknown):
            found.setdefault(inner.type, []).append(_values(inner, names))
    return found
