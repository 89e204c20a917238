"""Reading a YAML file: UTF-8, one document, no duplicate keys, every error with its line."""

from __future__ import annotations

import warnings
from dataclasses import dataclass, field
from pathlib import Path

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, ReusedAnchorWarning, YAMLError
from ruamel.yaml.nodes import MappingNode as YamlMap
from ruamel.yaml.nodes import Node as YamlNode
from ruamel.yaml.nodes import ScalarNode as YamlScalar
from ruamel.yaml.nodes import SequenceNode as YamlList
from ruamel.yaml.reader import ReaderError

from generator.errors import Location, ManifestError
from generator.systems.manifest.nodes import Entry, ListNode, MapNode, Node, Scalar, ScalarNode
from generator.systems.manifest.problems import ManifestErrors, printable

# An alias is read as a copy; without a bound, ten lines of aliases of aliases would fill the memory.
_MAX_NODES = 100_000
_MAX_DEPTH = 50
_TAG = "tag:yaml.org,2002:"
# What a YAML parser says names what it met, seldom what a person did.
_CURES = (
    ("'\\t'", "Indent with spaces: YAML takes no tabs."),
    ("could not find expected ':'", "Write a colon and a space behind each key."),
    (
        "mapping values are not allowed here",
        "Write a space behind each colon, here and in the line before, and quotation marks around text that holds one.",
    ),
    (
        "expected <block end>",
        "Indent the keys of one map alike, and what belongs to a key more than the key.",
    ),
    ("expected ',' or '}'", "Close the brace with }, and put commas between its keys."),
    ("expected ',' or ']'", "Close the bracket with ], and put commas between its items."),
    ("undefined alias", "Put quotation marks around text that begins with *."),
    ("unexpected end of stream", "Close the quotation marks."),
)


def read_yaml(path: Path) -> MapNode:
    """The file's top-level map.

    Raises ManifestError for a file that is absent, unreadable, not UTF-8, empty or malformed, and ManifestErrors for
    duplicate keys and other constructs that a manifest cannot hold.
    """
    root = _compose(path, _text(path))
    reader = _Reader(path)
    node = reader.node(root, reader.place(root), 0)
    if reader.errors:
        raise ManifestErrors(reader.errors)
    if not isinstance(node, MapNode):
        raise ManifestError(
            "The manifest is not a map.", where=node.where, cure="Begin with a key, as system: my-platform."
        )
    return node


def _text(path: Path) -> str:
    try:
        data = path.read_bytes()
    except FileNotFoundError:
        cure = "Write it there: docs/new-system.md begins with one."
        raise ManifestError("There is no such manifest.", where=Location(path), cure=cure) from None
    except OSError as error:
        raise ManifestError(f"The manifest cannot be read: {error.strerror}.", where=Location(path)) from None
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise ManifestError(
            "The manifest is not UTF-8 text.", where=Location(path, line), cure="Save the file as UTF-8."
        ) from None


def _compose(path: Path, text: str) -> YamlNode:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ReusedAnchorWarning)  # YAML 1.2 allows it: the latest anchor counts
        try:
            root: YamlNode | None = YAML(typ="safe", pure=True).compose(text)
        except ReaderError as error:
            line = text.count("\n", 0, error.position) + 1
            raise ManifestError(
                f"The manifest holds a character that YAML does not allow: U+{ord(text[error.position]):04X}.",
                where=Location(path, line),
                cure="Remove it: it may be invisible, from a copied text.",
            ) from None
        except MarkedYAMLError as error:
            raise _malformed(path, error) from None
        except (YAMLError, ValueError) as error:
            raise ManifestError(f"The manifest is not YAML: {error}.", where=Location(path)) from None
        except RecursionError:
            raise ManifestError("The manifest is nested too deeply.", where=Location(path)) from None
    if root is None:
        raise ManifestError("The manifest is empty.", where=Location(path), cure="Begin with system: my-platform.")
    return root


def _malformed(path: Path, error: MarkedYAMLError) -> ManifestError:
    mark = error.problem_mark or error.context_mark
    where = Location(path, mark.line + 1, mark.column + 1) if mark is not None else Location(path)
    context, begun = error.context or "", error.context_mark
    if context and begun is not None and mark is not None and begun.line != mark.line:
        context += f" from line {begun.line + 1} on"
    problem = (error.problem or "unreadable").removeprefix("but ")
    detail = f"{problem} ({context})" if context else problem
    cure = next((cure for part, cure in _CURES if part in problem), "Correct it there, or in the line before.")
    return ManifestError(f"The manifest is not valid YAML: {printable(detail)}.", where=where, cure=cure)


@dataclass
class _Reader:
    """Turns composed YAML into located nodes and collects what a manifest cannot hold."""

    file: Path
    errors: list[ManifestError] = field(default_factory=list)
    count: int = 0

    def place(self, node: YamlNode) -> Location:
        mark = node.start_mark
        return Location(self.file, mark.line + 1, mark.column + 1)

    def node(self, node: YamlNode, where: Location, depth: int) -> Node:
        self.count += 1
        if self.count > _MAX_NODES or depth > _MAX_DEPTH:
            raise ManifestError("The manifest is nested too deeply or repeats aliases without end.", where=where)
        if isinstance(node, YamlMap):
            return self._map(node, where, depth)
        if isinstance(node, YamlList):
            return ListNode(where, tuple(self.node(item, self.place(item), depth + 1) for item in node.value))
        return self._scalar(node)

    def _map(self, node: YamlMap, where: Location, depth: int) -> MapNode:
        entries: dict[str, Entry] = {}
        for key, value in node.value:
            at = self.place(key)
            name = self._key(key)
            if name is None:
                continue
            if name in entries:
                first = entries[name].where.line
                self._refuse(at, f'The key "{name}" is already written in line {first}.', "Remove one of the two.")
                continue
            entries[name] = Entry(at, self.node(value, self.place(value), depth + 1))
        return MapNode(where, entries)

    def _key(self, key: YamlNode) -> str | None:
        if not isinstance(key, YamlScalar):
            self._refuse(self.place(key), "A key must be a single word, not a list or a map.", "Write one word.")
        elif key.tag == f"{_TAG}merge":
            self._refuse(
                self.place(key),
                "Merge keys (<<) are not read.",
                "Write the keys out, or use overrides in environments.",
            )
        else:
            return str(key.value)
        return None

    def _scalar(self, node: YamlNode) -> ScalarNode:
        text, where = str(node.value), self.place(node)
        kind = str(node.tag).removeprefix(_TAG)
        if kind.startswith("!"):
            self._refuse(where, f"The tag {node.tag} is not read.", "Write the value alone.")
        if any("\ud800" <= char <= "\udfff" for char in text):
            self._refuse(
                where, f"The text {text} holds half of a character.", "Write \\U and the character's whole number."
            )
        return ScalarNode(where, _value(kind, text), text)

    def _refuse(self, where: Location, what: str, cure: str = "") -> None:
        self.errors.append(ManifestError(printable(what), where=where, cure=cure))


def _value(kind: str, text: str) -> Scalar:
    if kind == "null":
        return None
    if kind == "bool":
        return text.lower() in ("true", "yes", "on", "y")  # the words beyond true only under %YAML 1.1
    try:
        if kind == "int":
            return _integer(text.replace("_", ""))
        if kind == "float":
            return float(text.replace("_", "").lower().replace(".inf", "inf").replace(".nan", "nan"))
    except ValueError:
        return text
    return text


def _integer(digits: str) -> int:
    # YAML 1.2: only 0o, 0x and 0b change the base; 010 is ten.
    return int(digits, 0 if digits.lstrip("+-")[:2].lower() in ("0o", "0x", "0b") else 10)
