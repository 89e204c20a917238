"""What a request may hold: everything that comes from outside is checked here, and named where it is wrong."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from runner.errors import RequestError
from runner.languages import LANGUAGES, PROGRAM_NAME
from runner.limits import COMPILE_LIMITS, MEBIBYTE, RUN_LIMITS, lowered

if TYPE_CHECKING:
    from runner.contract import Request

MAX_CODE_BYTES = MEBIBYTE
MAX_STDIN_BYTES = MEBIBYTE
MAX_FILES = 32
MAX_ARGS = 32
MAX_ARGS_BYTES = 16 * 1024
ENCODINGS = ("utf-8", "base64")
KEYS = ("code", "stdin", "language", "files", "args", "limits", "encoding", "trace", "memcheck")
# No directories, nothing that a compiler could take for an option or a response file, nothing hidden.
FILE_NAME = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.+-]{0,63}")


def fields_of(value: object) -> dict[str, Any]:
    """The fields of a Request in its JSON form. RequestError names what is wrong with it."""
    if not isinstance(value, Mapping):
        raise RequestError(f'the request is {kind(value)}; it must be an object such as {{"code": "int main() {{}}"}}')
    unknown = sorted(str(key) for key in value if key not in KEYS)
    if unknown:
        raise RequestError(f"unknown key {unknown[0]!r}; the request has 'code' and, if wanted, {', '.join(KEYS[1:])}")
    if "code" not in value:
        raise RequestError("the request lacks 'code', the text of the program")
    given = {name: value[name] for name in KEYS if name != "limits" and value.get(name) is not None}
    if value["code"] is None:
        given["code"] = None
    if "args" in given:
        given["args"] = tuple(_of_kind("args", given["args"], list))
    stages = _of_kind("limits", value.get("limits") or {}, Mapping)
    for name in stages:
        if name not in ("compile", "run"):
            raise RequestError(f"'limits' has {name!r}; it has 'compile' and 'run'")
    for name, most in (("compile", COMPILE_LIMITS), ("run", RUN_LIMITS)):
        given[f"{name}_limits"] = lowered(most, _of_kind(f"limits.{name}", stages.get(name) or {}, Mapping), name)
    return given


def check(request: Request) -> None:
    """RequestError if a field of *request* is not what the runner accepts."""
    _check_text("code", request.code, MAX_CODE_BYTES)
    _check_text("stdin", request.stdin, MAX_STDIN_BYTES)
    _one_of("language", request.language, tuple(LANGUAGES))
    _one_of("encoding", request.encoding, ENCODINGS)
    _of_kind("trace", request.trace, bool)
    _of_kind("memcheck", request.memcheck, bool)
    _check_files(request)
    _check_args(request.args)


def _check_files(request: Request) -> None:
    files = _of_kind("files", request.files, Mapping)
    if len(files) > MAX_FILES:
        raise RequestError(f"there are {len(files)} files; at most {MAX_FILES} are accepted")
    room = MAX_CODE_BYTES
    for name, text in files.items():
        if not isinstance(name, str) or not FILE_NAME.fullmatch(name):
            raise RequestError(f"file name {name!r} is not a plain name of letters, digits and _ . + -")
        if name in (LANGUAGES[request.language].source, PROGRAM_NAME):
            raise RequestError(f"file name {name!r} is taken by the program itself")
        room -= _check_text(f"files.{name}", text, room)


def _check_args(args: object) -> None:
    words = _of_kind("args", args, tuple)
    if len(words) > MAX_ARGS:
        raise RequestError(f"there are {len(words)} args; at most {MAX_ARGS} are accepted")
    room = MAX_ARGS_BYTES
    for number, word in enumerate(words):
        room -= _check_text(f"args[{number}]", word, room)
        if "\0" in word:
            raise RequestError(f"'args[{number}]' has a NUL character, which no argument can hold")


def _check_text(name: str, value: object, longest: int) -> int:
    if not isinstance(value, str):
        raise RequestError(f"'{name}' is {kind(value)}; it must be a string")
    try:
        size = len(value.encode())
    except UnicodeEncodeError as error:
        raise RequestError(f"'{name}' has a lone surrogate at character {error.start}; it is not valid text") from None
    if size > longest:
        raise RequestError(f"'{name}' has {size} bytes; at most {longest} are accepted")
    return size


def _one_of(name: str, value: object, known: tuple[str, ...]) -> None:
    if value not in known:
        raise RequestError(f"'{name}' is {value!r}; it must be one of {', '.join(known)}")


def _of_kind(name: str, value: Any, wanted: type) -> Any:
    names = {list: "an array", tuple: "an array", Mapping: "an object", bool: "a boolean"}
    if not isinstance(value, wanted):
        raise RequestError(f"'{name}' is {kind(value)}; it must be {names[wanted]}")
    return value


def kind(value: object) -> str:
    """What *value* is called in JSON, with its article."""
    names = {dict: "an object", list: "an array", str: "a string", bool: "a boolean", type(None): "null"}
    return names.get(type(value), "a number" if isinstance(value, (int, float)) else f"a {type(value).__name__}")
