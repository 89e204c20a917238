"""The modules of a root directory, found by following their sources on disk."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

from generator.errors import Location
from generator.policy.plan.resource import without_keys
from generator.policy.source.hcl import Argument, Block, HclError, read_file

DEPTH = 20


@dataclass
class _Module:
    directory: Path
    blocks: dict[tuple[str, ...], Block] = field(default_factory=dict)
    locals: dict[str, Argument] = field(default_factory=dict)


@dataclass
class Sources:
    """The HCL of the root module in *directory* and of the local modules below it."""

    directory: Path
    _modules: dict[str, _Module | None] = field(default_factory=dict)
    _read: dict[Path, _Module] = field(default_factory=dict)

    def check(self) -> None:
        """Read every module. Raises HclError for the first file that is no HCL."""
        self._walk("", 0)

    def _walk(self, path: str, depth: int) -> None:
        module = self._module(path)
        if module is None:
            return
        if depth > DEPTH:
            raise HclError(f"modules nest deeper than {DEPTH}: one calls itself", where=Location(module.directory))
        for key in module.blocks:
            if key[0] == "module":
                self._walk(f"{path}.module.{key[1]}" if path else f"module.{key[1]}", depth + 1)

    def unread(self) -> list[Path]:
        """The files of Terraform's JSON beside the HCL that was read: nothing here reads them."""
        return sorted(file for directory in self._read for file in directory.glob("*.tf.json"))

    def missing(self) -> Iterator[tuple[str, Location]]:
        """The calls of modules that are not on disk: their addresses, and where they stand."""
        for path, module in sorted(self._modules.items()):
            for key, block in (module.blocks if module else {}).items():
                address = f"{path}.module.{key[1]}" if path and key[0] == "module" else ".".join(key)
                if key[0] == "module" and self._module(address) is None:
                    yield address, Location(block.file, block.lines[0])

    def expression(self, module: str, block: str, path: str) -> tuple[str, ...] | None:
        """The references of the argument *path* of ``type.name`` *block*; None when its file is not known."""
        found = self._block(module, block)
        if found is None:
            return None
        return tuple(_references(found, path.split(".")))

    def local(self, module: str, name: str) -> tuple[str, ...] | None:
        """The references of a local value; None when its module is not on disk."""
        found = self._module(without_keys(module))
        if found is None or name not in found.locals:
            return None
        return found.locals[name].references

    def local_argument(self, module: str, name: str) -> Argument | None:
        """The local value *name* of a module as it is written."""
        found = self._module(module)
        return found.locals.get(name) if found else None

    def has(self, module: str) -> bool:
        """Whether the module is on disk."""
        return self._module(module) is not None

    def blocks(self, module: str, kind: str) -> list[Block]:
        """The blocks of a *kind* in a module: its resources, variables, outputs or calls."""
        found = self._module(module)
        return [block for block in found.blocks.values() if block.type == kind] if found else []

    def locate(self, address: str, attribute: str = "") -> Location | None:
        """Where the block of the resource *address* stands: the line of its *attribute*, or its first."""
        parts = split_address(address)
        found = self._block(*parts) if parts else None
        if found is None:
            return None
        return Location(found.file, _line(found, [step for step in attribute.split(".") if step]))

    def holds(self, file: Path, address: str) -> bool:
        """Whether the block *address* of this root, or of a module it calls, stands beside *file*: below a root there
        may be others, such as examples, with blocks of the same name."""
        parts = split_address(address)
        module = self._module(parts[0]) if parts else None
        if module is not None and (parts and (parts[0] or self._block(*parts))):
            return file.parent.resolve() == module.directory.resolve()
        # What is no resource, such as a provider, has no address that tells its module.
        return file.parent.resolve() in {directory.resolve() for directory in self._read}

    def _block(self, module: str, block: str) -> Block | None:
        found = self._module(without_keys(module))
        if found is None:
            return None
        words = tuple(block.split("."))
        return found.blocks.get(("data", *words[1:]) if words[0] == "data" else ("resource", *words))

    def _module(self, path: str) -> _Module | None:
        if path not in self._modules:
            self._modules[path] = self._found(path)
        return self._modules[path]

    def _found(self, path: str) -> _Module | None:
        if not path:
            return self._load(self.directory)
        parent, _, name = path.rpartition("module.")
        above = self._module(parent.rstrip("."))
        call = above.blocks.get(("module", name)) if above else None
        source = call.arguments.get("source") if call else None
        text = source.literal if source else None
        if above is None or text is None:
            return None
        directory = above.directory / text if text.startswith(("./", "../")) else self._installed.get(_dotted(path))
        return self._load(directory) if directory is not None and directory.is_dir() else None

    @cached_property
    def _installed(self) -> dict[str, Path]:
        """Modules of a registry, where `terraform init` has put them."""
        manifest = self.directory / ".terraform/modules/modules.json"
        try:
            entries = json.loads(manifest.read_text(encoding="utf-8"))["Modules"]
            return {str(entry["Key"]): self.directory / str(entry["Dir"]) for entry in entries}
        except (OSError, ValueError, KeyError, TypeError):
            # Nothing installed, or nothing that can be read: then its lines are not known, and no more.
            return {}

    def _load(self, directory: Path) -> _Module:
        directory = _plain(directory)
        if directory not in self._read:
            module = _Module(directory)
            for file in sorted(directory.glob("*.tf")):
                for block in read_file(file) if file.is_file() else ():
                    module.blocks.setdefault((block.type, *block.labels), block)
                    if block.type == "locals":
                        module.locals.update(block.arguments)
            self._read[directory] = module
        return self._read[directory]


def split_address(address: str) -> tuple[str, str] | None:
    """The module of *address* and its block, both without keys: ``module.a.b_c.d[0]`` is ``module.a``, ``b_c.d``."""
    words = without_keys(address).split(".")
    module: list[str] = []
    while len(words) > 2 and words[0] == "module":
        module += words[:2]
        words = words[2:]
    return (".".join(module), ".".join(words)) if len(words) >= 2 else None


def _references(block: Block, path: list[str]) -> Iterator[str]:
    head, rest = path[0], [step for step in path[1:] if not step.isdigit()]
    argument = block.arguments.get(head)
    if argument is not None:
        yield from argument.references
        return
    for inner in block.blocks:
        if inner.type == head:
            yield from _inside(inner, rest)
        elif inner.type == "dynamic" and inner.labels == (head,):
            content = next((b for b in inner.blocks if b.type == "content"), None)
            each = inner.arguments.get("for_each")
            iterator = inner.arguments.get("iterator")
            name = iterator.text if iterator else head
            found = list(_inside(content, rest)) if content else []
            yield from (r for r in found if not r.startswith(f"{name}."))
            if each is not None and (any(r.startswith(f"{name}.") for r in found) or _mentions(content, rest, name)):
                yield from each.references


def _inside(block: Block | None, rest: list[str]) -> Iterator[str]:
    if block is None:
        return
    if rest:
        yield from _references(block, rest)
        return
    for argument in block.arguments.values():
        yield from argument.references
    for inner in block.blocks:
        yield from _inside(inner, [])


def _mentions(block: Block | None, rest: list[str], name: str) -> bool:
    """A name without an underscore, such as ``rule.value``, looks like no reference."""
    argument = block.arguments.get(rest[0]) if block and rest else None
    return argument is not None and f"{name}." in argument.text


def _line(block: Block, path: list[str]) -> int:
    if not path:
        return block.lines[0]
    name, rest = path[0], path[1:]
    if name in block.arguments:
        return block.arguments[name].line
    alike = [b for b in block.blocks if b.type == name or (b.type == "dynamic" and b.labels == (name,))]
    if not alike:
        return block.lines[0]
    index, rest = (int(rest[0]), rest[1:]) if rest and rest[0].isdigit() else (0, rest)
    inner = _nth(alike, index)
    content = next((b for b in inner.blocks if b.type == "content"), inner) if inner.type == "dynamic" else inner
    deeper = _line(content, rest)
    return inner.lines[0] if deeper == content.lines[0] else deeper


def _nth(alike: list[Block], index: int) -> Block:
    """The block that makes the element *index*: from the first dynamic one on, that one may have made any number."""
    for number, block in enumerate(alike):
        if number == index or block.type == "dynamic":
            return block
    return alike[-1]


def _dotted(path: str) -> str:
    return ".".join(path.split(".")[1::2])


def _plain(directory: Path) -> Path:
    """Without ``..``, and without following links: files are shown as they are named."""
    parts: list[str] = []
    for part in directory.parts:
        if part == ".." and parts and parts[-1] not in ("..", "/"):
            parts.pop()
        else:
            parts.append(part)
    return Path(*parts) if parts else Path()
