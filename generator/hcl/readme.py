"""The README of a module, from the same class as its .tf files."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from generator.hcl.expression import plain, source
from generator.hcl.module import Module, Variable
from generator.hcl.writer import BUILT_IN, module_call

REGISTRY = "https://registry.terraform.io/providers/hashicorp/aws/latest/docs"
LANGUAGE = "https://developer.hashicorp.com/terraform/language/resources"
PAGES = {"resource": "resources", "data": "data-sources", "ephemeral": "ephemeral-resources"}
SOURCE = "../../modules"
TITLE = "# The modules"
USE = """
They need Terraform 1.11 or newer and the AWS provider from 5.100 (below 7), and nothing else: no other provider, no
registry, no Slipway. [Using one module from your repository](use-one-module.md) shows how, step by step.

Resources that vary are keyed by what you name (zones, routes, repositories), so adding one replaces no other. Wrong
values are refused with a message before anything is made. What is dangerous has to be switched on by name.
"""


@dataclass(frozen=True)
class ShownExample:
    """An example of a module: what it shows, and the text of its ``main.tf``."""

    purpose: str
    text: str


def readme(
    module: Module, header: str, examples: Mapping[str, ShownExample], billed: Mapping[str, str] | None = None
) -> str:
    """Return the README: purpose, usage, inputs, outputs, resources, bill.

    *examples* by name; the first is the usage. *billed* says by what a type of resource is billed.
    """
    name = module.module_name()
    variables = module.variables().values()
    parts = [
        f"<!-- {header} -->\n# {name}\n",
        f"{module.purpose()}\n",
        _usage(module, examples),
        _inputs(variables),
        _table("## Outputs", ("Name", "What it is"), [(f"`{n}`", d) for n, d in module.output_descriptions.items()]),
        _resources(module),
        _bill(module, billed or {}),
    ]
    return "\n".join(parts)


def _usage(module: Module, examples: Mapping[str, ShownExample]) -> str:
    if not examples:
        return f"## Usage\n\n```hcl\n{example(module)}```\n"
    first = next(iter(examples.values()))
    links = "".join(f"- [{name}](examples/{name}): {shown.purpose}\n" for name, shown in examples.items())
    return f"## Usage\n\n```hcl\n{first.text}```\n\nWhole root modules, each applied in the tests:\n\n{links}"


def reference(modules: Mapping[str, Module], header: str, examples: Sequence[Sequence[str]]) -> str:
    """Return the page that lists every module, and *examples*: name, purpose, and what of it is rehearsed."""
    rows = [
        (f"[`{name}`](../modules/{name}/README.md)", module.purpose().split("\n\n")[0].replace("\n", " "))
        for name, module in modules.items()
    ]
    return f"<!-- {header} -->\n" + _table(TITLE, ("Module", "What it makes"), rows) + USE + _examples(examples)


def _examples(rows: Sequence[Sequence[str]]) -> str:
    return "\n" + _table("## The examples", ("Example", "What it shows", "Rehearsed"), rows)


def example(module: Module) -> str:
    """Return the call that the module's class gives as its example."""
    arguments = plain({"source": f"{SOURCE}/{module.module_name()}", **module.example})
    assert isinstance(arguments, Mapping)
    return module_call(module.module_name(), arguments)


def _inputs(variables: Iterable[Variable]) -> str:
    rows = [(f"`{v.name}`", _type(v), _default(v), v.description) for v in variables]
    return _table("## Inputs", ("Name", "Type", "Default", "What it is"), rows)


def _type(variable: Variable) -> str:
    line = " ".join(re.sub(r"\s*\n\s*", ", ", variable.type).split())
    return f"`{line.replace('({, ', '({ ').replace(', })', ' })')}`"


def _default(variable: Variable) -> str:
    if variable.required:
        return "required"
    return "`null`" if variable.default is None else f"`{' '.join(source(variable.default).split())}`"


def _resources(module: Module) -> str:
    chosen = sorted({(kind, type_) for kind, type_, _ in module.placements if kind in PAGES})
    lines = [f"- [`{t}`]({_page(kind, t)})" + _kind(kind) for kind, t in chosen]
    calls = sorted({name for kind, _, name in module.placements if kind == "module"})
    lines += [f"- the module [`{name}`](../{name}/README.md)" for name in calls]
    return "## Resources\n\n" + "\n".join(lines) + "\n"


def _page(kind: str, type_: str) -> str:
    if type_ in BUILT_IN:
        return f"{LANGUAGE}/{type_.replace('_', '-')}"
    return f"{REGISTRY}/{PAGES[kind]}/{type_.removeprefix('aws_')}"


def _bill(module: Module, billed: Mapping[str, str]) -> str:
    types = sorted({type_ for kind, type_, _ in module.placements if kind == "resource" and type_ in billed})
    called = sorted({name for kind, _, name in module.placements if kind == "module"})
    if not types and not called:
        return "## What is billed\n\nNothing.\n"
    also = "".join(f"\nAlso what the module [`{name}`](../{name}/README.md) is billed for.\n" for name in called)
    rows = [(f"`{type_}`", billed[type_]) for type_ in types]
    return _table("## What is billed", ("Resource", "By"), rows) + also if rows else f"## What is billed\n{also}"


def _kind(kind: str) -> str:
    return {"data": " (data source)", "ephemeral": " (ephemeral)"}.get(kind, "")


def _table(title: str, head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    lines = [" | ".join(head), " | ".join("---" for _ in head)]
    lines += [" | ".join(cell.replace("|", "\\|") for cell in row) for row in rows]
    return f"{title}\n\n" + "\n".join(f"| {line} |" for line in lines) + "\n"
