"""Calls of modules, checked in Python: unknown and missing inputs and outputs are errors with a line."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from tempfile import TemporaryDirectory
from typing import Any

from generator.hcl.constructs import App, TerraformHclModule, Testing
from generator.hcl.expression import Expr, Referenced, ReferencedObject, plain
from generator.hcl.module import Module
from generator.hcl.stack import Stack, addresses


def scratch_app() -> App:
    """Return a construct tree for one stack, so that a second of the same name is no clash; CDKTN never writes it."""
    return Testing.app(outdir=_output_directory().name)


@cache
def _output_directory() -> TemporaryDirectory[str]:
    """One a process, removed at its end; an app that is given none makes one that stays."""
    return TemporaryDirectory(prefix="slipway-cdktn-")


def built(module: type[Module]) -> Module:
    """Return *module* with its resources and outputs declared: once a process, for construction is what costs."""
    return _built(module)  # type: ignore[arg-type]  # mypy looks for __hash__ of the instances


@cache
def _built(module: type[Module]) -> Module:
    return module(scratch_app())


class ModuleCall(ReferencedObject):
    """``module.<label>``; its attributes are the module's outputs."""

    def __init__(self, label: str, module: type[Module], *, repeated: bool) -> None:
        self._label, self._module, self._repeated = label, module, repeated

    def reference(self) -> Expr:
        return Expr(f"module.{self._label}")

    def __getattr__(self, output: str) -> Expr:
        if output.startswith("_") or output not in built(self._module).output_descriptions:
            raise AttributeError(f"module {self._module.module_name()} has no output {output}")
        if self._repeated:
            raise TypeError(f"module.{self._label} has for_each: use [...] before .{output}")
        return Expr(f"module.{self._label}.{output}")

    def __getitem__(self, key: object) -> Expr:
        if not self._repeated:
            raise TypeError(f"module.{self._label} is called once: it has no for_each")
        return self.reference()[key]


def call_module(
    stack: Stack,
    label: str,
    module: type[Module],
    inputs: Mapping[str, Any],
    *,
    for_each: object = None,
    providers: Mapping[str, Expr] | None = None,
    depends_on: Sequence[Referenced] = (),
    why: str = "",
) -> ModuleCall:
    """Declare a call of *module* in *stack*. Raises TypeError when the inputs are not the module's."""
    module.check_call(inputs)
    stack.place(("module", "", label), why)
    stack.calls[label] = (module, inputs)
    TerraformHclModule(
        stack.scope("module"),
        label,
        source=f"{stack.modules_path}/{module.module_name()}",
        variables=plain(inputs),  # type: ignore[arg-type]
        skip_asset_creation_from_local_modules=True,
    )
    if for_each is not None:
        stack.override("module", label, "for_each", plain(for_each))
    if providers:
        stack.override("module", label, "providers", {name: provider.code for name, provider in providers.items()})
    if depends_on:
        stack.override("module", label, "depends_on", addresses(depends_on))
    return ModuleCall(label, module, repeated=for_each is not None)
