"""Write what provider 6 knows of the types in use, so that a test can say whether the modules fit it.

The provider itself is not at hand in that version, but the prebuilt bindings of CDK Terrain are made from its schema:
their wheel holds a jsii assembly that names every resource, block and argument. It does not tell what provider 6 calls
deprecated.

    pip download --no-deps cdktn-provider-aws
    python -m generator.schema.newer_provider cdktn_provider_aws-*.whl
"""

from __future__ import annotations

import argparse
import io
import json
import re
import sys
import tarfile
import zipfile
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

from generator.errors import Location, SlipwayError
from generator.schema.prune import SECTIONS, type_names
from generator.schema.services import SERVICES

FILE = Path(__file__).with_name("provider_6.json")
PAGE = re.compile(
    r"hashicorp/aws/(?P<version>[\d.]+)/docs/(?P<kind>resources|data-sources|ephemeral-resources)"
    r"/(?P<type>\w+)#(?P<name>\w+) "
)
KINDS = {"resources": "resource", "data-sources": "data", "ephemeral-resources": "ephemeral"}

Assembly = Mapping[str, Mapping[str, Any]]


def main() -> int:
    """Exit code 0: written; 2: the file is not such a wheel."""
    parser = argparse.ArgumentParser(prog="python -m generator.schema.newer_provider", description=__doc__)
    parser.add_argument("wheel", type=Path, help="cdktn_provider_aws-*.whl")
    try:
        found = known(_assembly(parser.parse_args().wheel))
    except SlipwayError as error:
        print(f"error: {error}", file=sys.stderr)
        return error.exit_code
    FILE.write_text(_dump(found), encoding="utf-8")
    print(f"provider {found['version']}: {sum(len(found[kind]) for kind in SECTIONS)} types")
    return 0


@cache
def load() -> Mapping[str, Any]:
    """Return what was written: ``{"version": …, "resource"|"data"|"ephemeral": {type: {"arguments", "attributes"}}}``.

    *arguments* is a tree: nested blocks and objects by name, ``{}`` for everything else. *attributes* are named as in
    the assembly: in camel case (`camel_case`).
    """
    loaded: Mapping[str, Any] = json.loads(FILE.read_text(encoding="utf-8"))
    return loaded


def camel_case(name: str) -> str:
    """``cidr_block`` as the bindings name it: ``cidrBlock``."""
    first, *rest = name.split("_")
    return first + "".join(part[:1].upper() + part[1:] for part in rest)


def known(types: Assembly) -> dict[str, Any]:
    """Return what the assembly's *types* say of the types in use. Raises SlipwayError for one that is not there."""
    versions: set[str] = set()
    configs: dict[tuple[str, str], str] = {}
    for name, declared in types.items():
        # The arguments of a type; nested structs may end so too, but belong to no class.
        is_type = _class(name) != name and _class(name) in types
        if is_type and (page := _page(declared)) is not None:
            versions.add(page["version"])
            configs.setdefault((KINDS[page["kind"]], f"aws_{page['type']}"), name)
    found: dict[str, Any] = {"version": ", ".join(sorted(versions))}
    for kind in SECTIONS:
        found[kind] = {}
        for type_ in sorted(type_names(kind, SERVICES)):
            if (kind, type_) not in configs:
                raise SlipwayError(f"provider {found['version']} has no {kind} {type_}", cure="Choose another type.")
            config = configs[kind, type_]
            attributes = types[_class(config)].get("properties", ())
            names = {p["name"] for p in attributes if not p.get("static") and not p["name"].endswith("Input")}
            found[kind][type_] = {"arguments": _arguments(types, config), "attributes": sorted(names)}
    return found


def _class(config: str) -> str:
    """The class of a type whose arguments *config* are; an A tells it from the struct of a block ``config``."""
    return re.sub("ConfigA?$", "", config)


def _arguments(types: Assembly, struct: str) -> dict[str, Any]:
    """The arguments of a struct by their Terraform names; those of nested structs below them."""
    found = {}
    for declared in types[struct].get("properties", ()):
        page = _page({"properties": [declared]})
        if page is not None:
            nested = _struct(declared["type"])
            found[page["name"]] = _arguments(types, nested) if nested in types else {}
    return found


def _struct(type_: Mapping[str, Any]) -> str:
    """The struct that a property's type is, or a list or map of; empty when it is none."""
    if "fqn" in type_:
        return str(type_["fqn"])
    if "collection" in type_:
        return _struct(type_["collection"]["elementtype"])
    return next((name for t in type_.get("union", {}).get("types", ()) if "aws" in (name := _struct(t))), "")


def _page(declared: Mapping[str, Any]) -> re.Match[str] | None:
    """The page of the registry that the first documented property of a struct names."""
    return next((match for text in _texts(declared) if (match := PAGE.search(text))), None)


def _texts(declared: Mapping[str, Any]) -> Iterator[str]:
    for declared_property in declared.get("properties", ()):
        docs = declared_property.get("docs", {})
        yield f"{docs.get('summary', '')} {docs.get('remarks', '')}"


def _assembly(wheel: Path) -> Assembly:
    try:
        with zipfile.ZipFile(wheel) as archive:
            (name,) = (n for n in archive.namelist() if n.endswith(".jsii.tgz"))
            with tarfile.open(fileobj=io.BytesIO(archive.read(name))) as package:
                file = package.extractfile("package/.jsii")
                assert file is not None
                types: Assembly = json.load(file)["types"]
                return types
    except (OSError, zipfile.BadZipFile, ValueError, KeyError) as error:
        where = Location(wheel)
        raise SlipwayError(f"not a wheel of prebuilt bindings: {error}", where=where, cure=__doc__ or "") from error


def _dump(found: Mapping[str, Any]) -> str:
    """JSON with a line for each type, so that a change is readable."""
    sections = [f'"version": {json.dumps(found["version"])}']
    for kind in SECTIONS:
        lines = [f"{json.dumps(name)}: {json.dumps(types, sort_keys=True)}" for name, types in found[kind].items()]
        sections.append(f"{json.dumps(kind)}: {{\n" + ",\n".join(lines) + "\n}")
    return "{\n" + ",\n".join(sections) + "\n}\n"


if __name__ == "__main__":
    sys.exit(main())
