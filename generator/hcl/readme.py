"""The README of a module, from the same class as its .tf files."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from generator.hcl.expression import plain, source
from generator.hcl.module import Module, Variable
from generator.hcl.writer import module_call

REGISTRY = "https://registry.terraform.io/providers/hashicorp/aws/latest/docs"
PAGES = {"resource": "resources", "data": "data-sources", "ephemeral": "ephemeral-resources"}
SOURCE = "../../modules"


def readme(module: Module, header: str) -> str:
    """Return the README: purpose, an example that works, inputs, outputs, resources."""
    name = module.module_name()
    variables = module.variables().values()
    parts = [
        f"<!-- {header} -->\n# {name}\n",
        f"{module.purpose()}\n",
        f"## Example\n\n```hcl\n{example(module)}```\n",
        _inputs(variables),
        _table("## Outputs", ("Name", "What it is"), [(f"`{n}`", d) for n, d in module.output_descriptions.items()]),
        _resources(module),
    ]
    return "\n".join(parts)


def example(module: Module) -> str:
    """Return the call that the module's class gives as its example."""
    arguments = plain({"source": f"{SOURCE}/{module.module_name()}", **module.example})
    assert isinstance(arguments, Mapping)
    return module_call(module.module_name(), arguments)


def _inputs(variables: Sequence[Variable] | object) -> str:
    assert not isinstance(variables, str)
    rows = [(f"`{v.name}`", _type(v), _default(v), v.description) for v in variables]  # type: ignore[attr-defined]
    return _table("## Inputs", ("Name", "Type", "Default", "What it is"), rows)


def _type(variable: Variable) -> str:
    return f"`{' '.join(variable.type.split())}`"


def _default(variable: Variable) -> str:
    if variable.required:
        return "required"
    return "`null`" if variable.default is None else f"`{' '.join(source(variable.default).split())}`"


def _resources(module: Module) -> str:
    chosen = sorted({(kind, type_) for kind, type_, _ in module.placements if kind in PAGES})
    lines = [f"- [`{t}`]({REGISTRY}/{PAGES[kind]}/{t.removeprefix('aws_')})" + _kind(kind) for kind, t in chosen]
    calls = sorted({name for kind, _, name in module.placements if kind == "module"})
    lines += [f"- the module [`{name}`](../{name}/README.md)" for name in calls]
    return "## Resources\n\n" + "\n".join(lines) + "\n"


def _kind(kind: str) -> str:
    return {"data": " (data source)", "ephemeral": " (ephemeral)"}.get(kind, "")


def _table(title: str, head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    lines = [" | ".join(head), " | ".join("---" for _ in head)]
    lines += [" | ".join(cell.replace("|", "\\|") for cell in row) for row in rows]
    return f"{title}\n\n" + "\n".join(f"| {line} |" for line in lines) + "\n"
