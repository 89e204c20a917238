"""Write a stack as idiomatic HCL: files by concern, formatted as `terraform fmt` would, the same bytes each time."""

from __future__ import annotations

import textwrap
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from generator.hcl import template
from generator.hcl.expression import Expr, key, source
from generator.hcl.layout import INDENT, WIDTH, assignments, indent
from generator.hcl.stack import Address, Placement, Stack

META_FIRST = ("source", "version", "for_each", "count", "provider", "providers")
NAMES_FIRST = ("name", "name_prefix", "family", "bucket", "description")
META_LAST = ("lifecycle", "depends_on", "//")
VARIABLE_ORDER = ("description", "type", "default", "nullable", "sensitive", "ephemeral")
OUTPUT_ORDER = ("description", "value", "sensitive", "depends_on")

Json = dict[str, Any]
Schema = Mapping[str, Any]
# Terraform's own resources, which no provider describes; none of their arguments is a block.
BUILT_IN: Mapping[str, Schema] = {"terraform_data": {}}


def write(stack: Stack, schemas: Mapping[str, Mapping[str, Schema]], header: str) -> dict[str, str]:
    """Return the text of each .tf file of *stack* by file name.

    *schemas* is ``{"resource"|"data"|"ephemeral"|"provider": {type: block schema}}`` as the provider gives it; it tells
    nested blocks from arguments. *header* becomes the first line of each file.
    """
    files: dict[str, list[str]] = {}
    for name, text in _blocks(stack, stack.configuration(), schemas):
        files.setdefault(name, []).append(text)
    return {f"{name}.tf": "\n".join([f"# {header}\n", *blocks]) for name, blocks in files.items()}


def block(header: str, body: str, why: str = "") -> str:
    """Write one block with its comment; *body* is unindented text."""
    text = indent(body, INDENT) if body else ""
    return comment(why) + (f"{header} {{\n{text}}}\n" if text else f"{header} {{}}\n")


def comment(text: str) -> str:
    """Write *text* as comment lines; a blank line separates paragraphs."""
    paragraphs = [textwrap.wrap(p, WIDTH) for p in text.split("\n\n")] if text else []
    return "#\n".join("".join(f"# {line}\n" for line in lines) for lines in paragraphs)


def module_call(label: str, arguments: Mapping[str, Any]) -> str:
    """Write a ``module`` block; also used for the examples of READMEs."""
    return block(f'module "{label}"', _body(arguments, {}))


def _blocks(stack: Stack, tf: Json, schemas: Mapping[str, Mapping[str, Schema]]) -> Iterator[tuple[str, str]]:
    """Yield (file, block text), in the order in which each file shows them."""
    yield from _terraform(tf["terraform"])
    for name, arguments in sorted(tf.get("variable", {}).items(), key=lambda item: "default" in item[1]):
        yield stack.placements["variable", "", name].file, block(f'variable "{name}"', _variable(arguments))
    for name, instances in tf.get("provider", {}).items():
        for arguments in instances:
            yield "providers", block(f'provider "{name}"', _body(arguments, schemas["provider"][name]))
    yield from _placed(stack.placements, tf, schemas)
    for move in tf.get("moved", []):
        yield "moved", block("moved", assignments([(k, v) for k, v in move.items()], ""))


def _terraform(settings: Json) -> Iterator[tuple[str, str]]:
    providers = [(name, _map(_bare(p, "configuration_aliases"))) for name, p in settings["required_providers"].items()]
    body = assignments([("required_version", source(settings["required_version"]))], "")
    body += "\n" + block("required_providers", assignments(providers, ""))
    yield "versions", block("terraform", body)
    for name, arguments in settings.get("backend", {}).items():
        yield "backend", block("terraform", block(f'backend "{name}"', _body(arguments, {})))


def _placed(
    placements: Mapping[Address, Placement], tf: Json, schemas: Mapping[str, Mapping[str, Schema]]
) -> Iterator[tuple[str, str]]:
    local_files: dict[str, list[tuple[str, str, str]]] = {}
    for (kind, _, name), place in placements.items():
        if kind == "local":
            local_files.setdefault(place.file, []).append((name, _value(tf["locals"][name]), place.why))
    for file, entries in local_files.items():
        yield file, block("locals", _locals(entries))
    writers: Mapping[str, Callable[[Json], str]] = {"output": _output, "module": lambda a: _body(a, {})}
    for (kind, type_, name), place in placements.items():
        if kind in ("local", "variable"):
            continue
        if kind in writers:
            file = "outputs" if kind == "output" else place.file
            yield file, block(f'{kind} "{name}"', writers[kind](tf[kind][name]), place.why)
        else:
            schema = BUILT_IN[type_] if type_ in BUILT_IN else schemas[kind][type_]
            body = _skips(place.skip) + _body(tf[kind][type_][name], schema)
            yield place.file, block(f'{kind} "{type_}" "{name}"', body, place.why)


def _skips(skip: Mapping[str, str]) -> str:
    # checkov honours a skip only inside the block.
    return "".join(f"#checkov:skip={check}:{reason}\n" for check, reason in skip.items())


def _locals(entries: Sequence[tuple[str, str, str]]) -> str:
    groups: list[tuple[str, list[tuple[str, str]]]] = []
    for name, value, why in entries:
        if why or not groups:
            groups.append((why, []))
        groups[-1][1].append((name, value))
    return "\n".join(comment(why) + assignments(pairs, "") for why, pairs in groups)


def _variable(arguments: Json) -> str:
    arguments = _bare(arguments, "type")
    body = assignments([(n, _value(arguments[n])) for n in VARIABLE_ORDER if n in arguments], "")
    for validation in arguments.get("validation", []):
        body += "\n" + block("validation", _condition(validation))
    return body


def _output(arguments: Json) -> str:
    arguments = _bare(arguments, "depends_on")
    return assignments([(n, _value(arguments[n])) for n in OUTPUT_ORDER if n in arguments], "")


def _condition(arguments: Json) -> str:
    return assignments([(n, _value(arguments[n])) for n in ("condition", "error_message")], "")


def _body(arguments: Mapping[str, Any], schema: Schema) -> str:
    """Write the inside of a block: meta-arguments, arguments, nested blocks, lifecycle, depends_on."""
    arguments = _bare(arguments, "provider", "depends_on")
    if "providers" in arguments:
        arguments["providers"] = {Expr(k): Expr(v) for k, v in arguments["providers"].items()}
    first = [n for n in META_FIRST if n in arguments]
    sections = [
        assignments([(n, _argument(n, arguments[n])) for n in first], ""),
        _content({n: v for n, v in arguments.items() if n not in first and n not in META_LAST}, schema),
    ]
    if "lifecycle" in arguments:
        sections.append(block("lifecycle", _lifecycle(arguments["lifecycle"])))
    if "depends_on" in arguments:
        sections.append(assignments([("depends_on", _value(arguments["depends_on"]))], ""))
    return "\n".join(s for s in sections if s)


def _content(arguments: Mapping[str, Any], schema: Schema) -> str:
    """Write arguments and nested blocks; inside a nested block ``provider`` or ``count`` are arguments like others."""
    types = schema.get("block_types", {})
    rest = [n for n in arguments if n not in types and n not in ("tags", "dynamic")]
    rest.sort(key=lambda n: NAMES_FIRST.index(n) if n in NAMES_FIRST else len(NAMES_FIRST))
    rest += ["tags"] if "tags" in arguments and "tags" not in types else []
    sections = [
        assignments([(n, _value(arguments[n])) for n in rest], ""),
        *(block(n, _content(i, types[n]["block"])) for n in arguments if n in types for i in _items(arguments[n])),
        *(_dynamic(n, d, types[n]["block"]) for n, found in arguments.get("dynamic", {}).items() for d in found),
    ]
    return "\n".join(s for s in sections if s)


def _argument(name: str, value: object) -> str:
    if name == "providers" and isinstance(value, Mapping):
        return "{\n" + assignments([(k.code, v.code) for k, v in value.items()], INDENT) + "}"
    return _value(value)


def _dynamic(name: str, dynamic: Json, schema: Schema) -> str:
    head = [("for_each", _value(dynamic["for_each"]))]
    if "iterator" in dynamic:
        head.append(("iterator", dynamic["iterator"]))
    return block(
        f'dynamic "{name}"', assignments(head, "") + "\n" + block("content", _content(dynamic["content"], schema))
    )


def _lifecycle(arguments: Json) -> str:
    conditions = ("precondition", "postcondition")
    bare = _bare(arguments, "ignore_changes", "replace_triggered_by")
    if arguments.get("ignore_changes") == ["all"]:
        bare["ignore_changes"] = Expr("all")
    sections = [assignments([(n, _value(v)) for n, v in bare.items() if n not in conditions], "")]
    sections += [block(n, _condition(item)) for n in conditions for item in arguments.get(n, [])]
    return "\n".join(s for s in sections if s)


def _bare(arguments: Mapping[str, Any], *names: str) -> Json:
    """Return *arguments* with the text of *names* as code: Terraform takes references there, not strings."""
    found = dict(arguments)
    for name in names:
        if name in found:
            value = found[name]
            found[name] = [Expr(v) for v in value] if isinstance(value, list) else Expr(value)
    return found


def _items(value: object) -> Sequence[Any]:
    return value if isinstance(value, list) else [value]


def _value(value: object) -> str:
    """Write the value of an argument: heredocs for text of several lines, a line for each entry of a map."""
    if isinstance(value, str) and template.only_expression(value) is None and _reads_as_heredoc(value):
        body = indent(template.formatted(value).rstrip("\n"), INDENT)
        text = f"<<-EOT\n{body}\nEOT"
        return text if value.endswith("\n") else f"chomp({text}\n)"
    if isinstance(value, Mapping) and value:
        return _map(value)
    return source(value)


def _map(value: Mapping[Any, Any]) -> str:
    return "{\n" + assignments([(key(k), source(v)) for k, v in value.items()], INDENT) + "}"


def _reads_as_heredoc(text: str) -> bool:
    """Is *text* several plain lines that survive the rules of ``<<-``?"""
    lines = text.removesuffix("\n").split("\n")
    return (
        len(lines) > 1
        and bool(lines[0])
        and bool(lines[-1])
        and "EOT" not in text
        and all(not line or (line.isprintable() and not line[0].isspace()) for line in lines)
        and not any("\n" in part.text for part in template.split(text) if part.is_expression)
    )
