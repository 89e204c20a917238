"""Pydantic's validation errors as sentences for the person who writes the manifest."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any, get_args

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from generator.systems.manifest.problems import Path, Problem, dotted, one_of, shown

_YAML_1_1_BOOLEANS = ("yes", "no", "on", "off", "y", "n")


def explain(error: ValidationError, model: type[BaseModel]) -> Iterator[Problem]:
    """One problem for each error of *error*, which validating *model* raised."""
    for detail in error.errors(include_url=False):
        yield _problem(detail, model)


def _problem(detail: ErrorDetails, model: type[BaseModel]) -> Problem:
    path, kind = _path(detail), detail["type"]
    if kind == "extra_forbidden":
        return _unknown_key(path, model)
    if kind == "missing":
        what = f"{_subject(path[:-1])} needs the key {path[-1]}."
        return Problem(path, what, f"Add {_description(path, model)}")
    context: Mapping[str, Any] = detail.get("ctx", {})
    if detail["loc"] and detail["loc"][-1] == "[key]":
        return Problem(
            path, f'"{path[-1]}" cannot be a name in {dotted(path[:-1])}.', str(context["cure"]), at_key=True
        )
    if kind in ("manifest", "unknown_placeholder"):
        return Problem(path, f"{dotted(path)} {detail['msg']}.", str(context["cure"]) or _description(path, model))
    what, cure = _SENTENCES.get(kind, _fallback)(detail, context)
    return Problem(path, f"{dotted(path)} {what}.", cure or _keys(path, kind, model) or _description(path, model))


def _path(detail: ErrorDetails) -> Path:
    return tuple(part for part in detail["loc"] if part != "[key]")


def _subject(path: Path) -> str:
    return dotted(path) if path else "The manifest"


def _unknown_key(path: Path, model: type[BaseModel]) -> Problem:
    parent = _model_at(model, path[:-1])
    known = _fields(parent) if parent is not None else {}
    return Problem(path, f'{_subject(path[:-1])} has no key "{path[-1]}".', one_of(str(path[-1]), known), at_key=True)


def _description(path: Path, model: type[BaseModel]) -> str:
    """What the innermost field around *path* is for."""
    for end in range(len(path), 0, -1):
        parent = _model_at(model, path[: end - 1])
        field = _fields(parent).get(str(path[end - 1])) if parent is not None else None
        if field:
            return f"{path[end - 1]}: {field}"
    return ""


def _keys(path: Path, kind: str, model: type[BaseModel]) -> str:
    """What a map that was written as something else would hold."""
    wanted = _model_at(model, path) if kind in ("model_type", "model_attributes_type") else None
    return f"Write it as a map with keys of {', '.join(_fields(wanted))}." if wanted is not None else ""


def _fields(model: type[BaseModel]) -> dict[str, str]:
    return {field.alias or name: field.description or "" for name, field in model.model_fields.items()}


def _model_at(model: type[BaseModel], path: Path) -> type[BaseModel] | None:
    """The model that describes the value at *path* below *model*."""
    annotation: Any = model
    for part in path:
        here = _model_in(annotation)
        if here is None:
            annotation = get_args(annotation)[-1] if _is_map(annotation) else None
            continue
        fields = {field.alias or name: field.annotation for name, field in here.model_fields.items()}
        annotation = fields.get(str(part))
    return _model_in(annotation)


def _model_in(annotation: Any) -> type[BaseModel] | None:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    if _is_map(annotation):
        return None
    return next((found for part in get_args(annotation) if (found := _model_in(part)) is not None), None)


def _is_map(annotation: Any) -> bool:
    return getattr(annotation, "__origin__", None) is dict


Sentence = Callable[[ErrorDetails, Mapping[str, Any]], tuple[str, str]]


def _wanted(kind: str, cure: str = "") -> Sentence:
    return lambda detail, _: (f"must be {kind}, not {shown(detail['input'])}", cure)


def _boolean(detail: ErrorDetails, _: Mapping[str, Any]) -> tuple[str, str]:
    value = detail["input"]
    trap = isinstance(value, str) and value.lower() in _YAML_1_1_BOOLEANS
    why = "Write true or false; YAML 1.2 reads yes, no, on and off as text." if trap else "Write true or false."
    return f"must be true or false, not {shown(value)}", why


def _text(detail: ErrorDetails, _: Mapping[str, Any]) -> tuple[str, str]:
    value = detail["input"]
    cure = "Put it between quotation marks." if isinstance(value, (bool, int, float)) else ""
    if isinstance(value, dict):
        cure = "Put it between quotation marks: without them, a brace begins a map."
    return f"must be text, not {shown(value)}", cure


def _whole_number(detail: ErrorDetails, _: Mapping[str, Any]) -> tuple[str, str]:
    value = detail["input"]
    quoted = isinstance(value, str) and value.strip().isdecimal()
    return f"must be a whole number, not {shown(value)}", "Remove the quotation marks." if quoted else ""


def _list(detail: ErrorDetails, _: Mapping[str, Any]) -> tuple[str, str]:
    value = detail["input"]
    one = isinstance(value, str) and value and not set(value) & set(",[]{}#&*!|>'\"%@`: \t\n")
    return f"must be a list, not {shown(value)}", f"Write it as [{value}]." if one else "Write it as [one, other]."


def _choice(detail: ErrorDetails, context: Mapping[str, Any]) -> tuple[str, str]:
    expected = str(context["expected"]).replace("'", "").replace(" or ", ", ")
    cure = one_of(detail["input"], expected.split(", ")) if isinstance(detail["input"], str) else ""
    one = "must be one of" if ", " in expected else "must be"
    return f"{one} {expected}, not {shown(detail['input'])}", cure


def _bound(word: str, key: str) -> Sentence:
    return lambda detail, context: (f"must be {word} {context[key]}, not {shown(detail['input'])}", "")


def _at_least_one(_: ErrorDetails, __: Mapping[str, Any]) -> tuple[str, str]:
    return "must not be empty", ""


def _fallback(detail: ErrorDetails, _: Mapping[str, Any]) -> tuple[str, str]:
    return f"is not valid: {detail['msg']}", ""


_SENTENCES: Mapping[str, Sentence] = {
    "bool_type": _boolean,
    "int_type": _whole_number,
    "int_from_float": _wanted("a whole number"),
    "string_type": _text,
    "dict_type": _wanted("a map"),
    "model_type": _wanted("a map"),
    "model_attributes_type": _wanted("a map"),
    "tuple_type": _list,
    "is_instance_of": _wanted("an IPv4 CIDR"),
    "literal_error": _choice,
    "greater_than_equal": _bound("at least", "ge"),
    "less_than_equal": _bound("at most", "le"),
    "string_too_short": _at_least_one,
    "too_short": _at_least_one,
}
