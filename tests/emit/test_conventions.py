"""What every emitted file keeps to, whatever it is about."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from generator.hcl.module import Module
from generator.hcl.module_call import built
from generator.modules import all_modules
from generator.synthesis import MARK

PROJECT = Path(__file__).resolve().parents[2]
MODULES = all_modules()
MOST_LINES = 400
MOST_VARIABLES = 40
VARIABLE = re.compile(r'^variable "(?P<name>\w+)" \{\n(?P<body>.*?)^\}', re.MULTILINE | re.DOTALL)
OUTPUT = re.compile(r'^output "(?P<name>\w+)" \{\n(?P<body>.*?)^\}', re.MULTILINE | re.DOTALL)
FORBIDDEN_PROVIDERS = ("null_resource", "random_", "time_", "archive_", "external", "local_file")


@pytest.fixture(params=list(MODULES.values()), ids=list(MODULES))
def module(request: pytest.FixtureRequest) -> type[Module]:
    found: type[Module] = request.param
    return found


@pytest.fixture
def files(module: type[Module], emitted: dict[str, str]) -> dict[str, str]:
    """The emitted files of the module, without its examples'."""
    folder = Path("modules", module.module_name())
    return {Path(name).name: text for name, text in emitted.items() if Path(name).parent == folder}


def variables(files: dict[str, str]) -> dict[str, str]:
    texts = [text for name, text in files.items() if name.startswith("variables")]
    return {found["name"]: found["body"] for text in texts for found in VARIABLE.finditer(text)}


def test_no_file_is_too_long(emitted: dict[str, str]) -> None:
    assert {name for name, text in emitted.items() if text.count("\n") > MOST_LINES and name.endswith(".tf")} == set()


def test_the_first_line_says_that_the_file_is_generated_and_from_what(emitted: dict[str, str]) -> None:
    for name, text in emitted.items():
        if name.endswith((".tf", ".md")):
            source = re.search(rf"{re.escape(MARK)} (\S+); edit", text.split("\n", 1)[0])
            assert source is not None, name
            assert (PROJECT / source[1]).exists(), name


def test_every_file_ends_with_one_line_break_and_has_no_blanks_at_line_ends(emitted: dict[str, str]) -> None:
    for name, text in emitted.items():
        assert text.endswith("\n"), name
        assert not text.endswith("\n\n"), name
        assert not [line for line in text.split("\n") if line != line.rstrip()], name


def test_every_module_has_the_same_files(files: dict[str, str]) -> None:
    assert {"versions.tf", "variables.tf", "main.tf", "outputs.tf", "README.md"} <= set(files)


def test_no_module_configures_a_provider_or_a_backend(files: dict[str, str]) -> None:
    for name, text in files.items():
        assert not re.search(r"^\s*(?:provider|backend|cloud)\b.*\{$", text, re.MULTILINE), name


def test_no_module_uses_another_provider_or_a_registry(files: dict[str, str]) -> None:
    text = "\n".join(text for name, text in files.items() if name.endswith(".tf"))
    assert re.findall(r'^      source += "(.*)"', text, re.MULTILINE) == ["hashicorp/aws"]
    assert not [s for s in re.findall(r'^  source += "(.*)"', text, re.MULTILINE) if not s.startswith("../")]
    assert not re.findall(rf'^(?:resource|data) "(?:{"|".join(FORBIDDEN_PROVIDERS)})', text, re.MULTILINE)


def test_no_module_asks_for_what_providers_call_by_two_names(files: dict[str, str]) -> None:
    # `name` of a region is deprecated in provider 6, `region` is absent in 5.100: `id` works in both.
    assert not [name for name, text in files.items() if re.search(r"data\.aws_region\.\w+\.(?:name|region)\b", text)]


def test_resources_are_never_made_by_counting_lists(files: dict[str, str]) -> None:
    for name, text in files.items():
        assert "count.index" not in text, name
        assert not re.search(r"^  count += length\((?!.*> 0 \? 1 : 0$)", text, re.MULTILINE), name


def test_every_variable_is_described_and_typed(files: dict[str, str]) -> None:
    for name, body in variables(files).items():
        assert re.search(r'^  description = "\w.*[.)]"$', body, re.MULTILINE), name
        assert re.search(r"^  type += \S", body, re.MULTILINE), name
        assert not re.search(r"\bany\b", body.partition("type")[2].partition("default")[0]), name


def test_no_module_has_too_many_variables(module: type[Module], files: dict[str, str]) -> None:
    found = variables(files)
    assert found.keys() == module.variables().keys()
    assert len(found) <= MOST_VARIABLES


def test_only_what_may_be_absent_is_nullable(module: type[Module], files: dict[str, str]) -> None:
    found = variables(files)
    for name, variable in module.variables().items():
        assert bool(re.search(r"^  nullable += false$", found[name], re.MULTILINE)) is not variable.nullable, name


def test_every_output_is_described(module: type[Module], files: dict[str, str]) -> None:
    found = {match["name"]: match["body"] for match in OUTPUT.finditer(files["outputs.tf"])}
    assert found.keys() == built(module).output_descriptions.keys()
    for name, body in found.items():
        assert re.search(r'^  description = "[A-Z].*[.]"$', body, re.MULTILINE), name


def test_every_example_is_a_call_that_the_module_accepts(module: type[Module]) -> None:
    module.check_call(module.example)


def test_the_readme_names_every_input_and_output(module: type[Module], files: dict[str, str]) -> None:
    for name in [*module.variables(), *built(module).output_descriptions]:
        assert f"| `{name}` |" in files["README.md"], name


def test_every_module_says_what_it_is_for(module: type[Module]) -> None:
    assert len(module.purpose().split()) > 4


def test_what_loosens_protection_is_off_by_default(module: type[Module]) -> None:
    allow_destroy = module.variables().get("allow_destroy")
    assert allow_destroy is None or allow_destroy.default is False


def test_a_root_has_its_backend_and_provider_and_no_switch_for_tests(emitted: dict[str, str]) -> None:
    roots = {str(Path(name).parent) for name in emitted if re.fullmatch(r"envs/\w+/[\w-]+/versions\.tf", name)}
    assert roots
    for root in roots:
        assert 'backend "s3" {' in emitted[f"{root}/backend.tf"]
        assert emitted[f"{root}/providers.tf"].count('provider "aws" {') >= 1
        text = "\n".join(text for name, text in emitted.items() if name.startswith(f"{root}/") and name.endswith(".tf"))
        assert not re.search(r"skip_credentials|s3_use_path_style|endpoints \{|localhost|127\.0\.0\.1", text), root
        assert 'variable "allow_destroy"' in text
