"""The files of a new module, with everything that its guards ask for."""

from __future__ import annotations

import keyword
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from string import Template

from generator.errors import Location, SlipwayError
from generator.files import replace_files

TEMPLATES = Path(__file__).parent / "templates"
CAPABILITIES = Path("tests/plan/capabilities.yaml")
NAME = re.compile(r"[a-z][a-z0-9]*(_[a-z0-9]+)*")
LONGEST = 40  # characters
# Where each template goes; a name such as `queue` replaces NAME.
PLACES = {
    "module.txt": "generator/modules/NAME.py",
    "examples.txt": "generator/examples/NAME.py",
    "test.txt": "tests/plan/test_NAME.py",
    "wrong_values.txt": "tests/plan/wrong_values_NAME.py",
    "default.txt": "tests/plan/NAME/default.yaml",
}
# Classes that the files import or define themselves.
TAKEN_CLASSES = frozenset(
    {
        "Basic",
        "ClassVar",
        "CloudwatchLogGroup",
        "Complete",
        "Example",
        "Inputs",
        "Module",
        "Plan",
        "Planner",
        "WrongCall",
    }
)


def new_module(project: Path, name: str) -> list[Path]:
    """Write the files of the module *name* below *project*, and return them relative to it.

    An error leaves every file as it was. Raises SlipwayError for a name that cannot be used, for a module that exists,
    and when *project* is not a repository of modules.
    """
    capabilities = project / CAPABILITIES
    if not (project / "generator/modules").is_dir() or not capabilities.is_file():
        raise SlipwayError(
            f"this project has no generator/modules and {CAPABILITIES}",
            where=Location(project),
            cure="Modules are made in Slipway's own repository; name it with --project.",
        )
    _check_name(name)
    words = {"name": name, "class_name": class_name(name), "slug": name.replace("_", "-")}
    files = {Path(place.replace("NAME", name)): _filled(template, words) for template, place in PLACES.items()}
    for file in [Path("modules", name), *files]:
        if (project / file).exists():
            raise SlipwayError(
                "this exists already",
                where=Location(project / file),
                cure="Choose another name, or edit what is there.",
            )
    listed = capabilities.read_text(encoding="utf-8")
    files[CAPABILITIES] = f"{listed.rstrip()}\n\n{_filled('capabilities.txt', words)}"
    replace_files({project / file: text for file, text in files.items()})
    return list(files)


def class_name(name: str) -> str:
    """``audit_trail`` as a class: ``AuditTrail``."""
    return "".join(word.capitalize() for word in name.split("_"))


def _check_name(name: str) -> None:
    if problem := next(_problems(name), None):
        raise SlipwayError(f"{name!r} is no name for a module: {problem}", cure="A name is such as web_hosting.")


def _problems(name: str) -> Iterator[str]:
    if not NAME.fullmatch(name):
        yield "it must be lower-case letters and digits, words joined by one underscore, starting with a letter"
    if len(name) > LONGEST:
        yield f"it must have at most {LONGEST} characters"
    if keyword.iskeyword(name):
        yield "it is a word of Python's own"
    if class_name(name) in TAKEN_CLASSES:
        yield f"its class {class_name(name)} would hide another of that name"


def _filled(template: str, words: Mapping[str, str]) -> str:
    return Template((TEMPLATES / template).read_text(encoding="utf-8")).substitute(words)
