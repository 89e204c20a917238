"""Reading plan cases: what they hold, and how wrong ones are told."""

from __future__ import annotations

from pathlib import Path

import pytest

from generator.errors import SlipwayError
from generator.plan_tests import MISSING
from generator.plan_tests.cases import line_of_variable, read_case

GOOD = """
variables:
  name: example
  zones: [a, b]
  "a.b": null

expect:
  counts: {aws_vpc: 1}
  values:
    aws_vpc.this:
      ipam: !missing
  outputs: {cidr: 10.0.0.0/16}
"""


@pytest.fixture
def project(tmp_path: Path) -> Path:
    (tmp_path / "modules" / "vpc").mkdir(parents=True)
    (tmp_path / "cases" / "vpc").mkdir(parents=True)
    return tmp_path


def case_file(project: Path, text: str) -> Path:
    file = project / "cases" / "vpc" / "default.yaml"
    file.write_text(text, encoding="utf-8")
    return file


def refusal(project: Path, text: str) -> str:
    with pytest.raises(SlipwayError) as caught:
        read_case(case_file(project, text), project / "modules")
    assert caught.value.where is not None
    return str(caught.value).replace(f"{project}/cases/vpc/", "")


def test_a_case_is_about_the_module_of_its_folder(project: Path) -> None:
    case = read_case(case_file(project, GOOD), project / "modules")
    assert case.module == project / "modules" / "vpc"
    assert case.variables == {"name": "example", "zones": ["a", "b"], "a.b": None}
    assert case.expect.counts == {"aws_vpc": 1}
    assert case.expect.values == {"aws_vpc.this": {"ipam": MISSING}}
    assert case.expect.outputs == {"cidr": "10.0.0.0/16"}
    assert case.inventory is None
    assert case.proves == []


def test_a_case_may_say_which_capabilities_it_proves(project: Path) -> None:
    case = read_case(case_file(project, "proves: [one NAT gateway]\nexpect: {}"), project / "modules")
    assert case.proves == ["one NAT gateway"]
    assert "proves: Input should be a valid list" in refusal(project, "proves: all\nexpect: {}")


def test_a_case_may_name_its_module_by_a_path_from_its_file(project: Path) -> None:
    (project / "elsewhere").mkdir()
    case = read_case(case_file(project, "module: ../../elsewhere\nexpect: {}"), project / "modules")
    assert case.module == project / "elsewhere"


def test_an_inventory_may_be_asked_for(project: Path) -> None:
    assert read_case(case_file(project, "expect: {}\ninventory: {}"), project / "modules").inventory == {}


@pytest.mark.parametrize(
    ("text", "place", "what"),
    [
        ("variables: {}\nexpect: {\n", "default.yaml:3:", "the case is not YAML"),
        ("variables:\n\tname: x\n", "default.yaml:2:", "the case is not YAML"),
        ("expect: {}\nexpect: {}\n", "default.yaml:2:", "the case is not YAML"),
        ("expect: !unknown x\n", "default.yaml:1:", "the case is not YAML"),
        ("expect: \x01\n", "default.yaml:", "the case is not YAML"),
        ("", "default.yaml:", "the case:"),
        ("- a\n", "default.yaml:1:", "the case:"),
        ("variables: {}\n", "default.yaml:1:", "expect: Field required"),
        ("variables: {}\nexpect:\n", "default.yaml:2:", "expect:"),
        ("expect: {}\n\nexpects: {}\n", "default.yaml:3:", "expects: Extra inputs"),
        ("expect:\n  values: {}\n  count: {}\n", "default.yaml:3:", "expect.count: Extra inputs"),
        ("expect:\n  counts:\n    aws_vpc: one\n", "default.yaml:3:", "expect.counts.aws_vpc: Input should be a valid"),
        (
            "expect:\n  counts:\n    aws_vpc: true\n",
            "default.yaml:3:",
            "expect.counts.aws_vpc: Input should be a valid",
        ),
        ("expect:\n  values:\n    aws_vpc.this: 1\n", "default.yaml:3:", "expect.values.aws_vpc.this: Input should be"),
        ("expect:\n  error: {at: main.tf}\n", "default.yaml:2:", "expect.error.match: Field required"),
        ("expect:\n  error: {match: x}\n  counts: {a: 1}\n", "default.yaml:1:", "expect: a plan that ends with an"),
        ("variables:\n  from: 2024-01-01\nexpect: {}\n", "default.yaml:2:", "variables.from"),
        ("variables:\n  a: 1\n  b: !missing\nexpect: {}\n", "default.yaml:3:", "variables.b"),
        ("expect: {}\nmodule: nowhere\n", "default.yaml:2:", "there is no module"),
    ],
)
def test_a_wrong_case_is_one_error_that_names_its_line(project: Path, text: str, place: str, what: str) -> None:
    message = refusal(project, text)
    assert message.startswith(place), message
    assert what in message


def test_a_file_in_another_encoding_is_told(project: Path) -> None:
    file = case_file(project, "")
    file.write_bytes("expect: {} # ü".encode("latin-1"))
    with pytest.raises(SlipwayError, match="the case is not YAML"):
        read_case(file, project / "modules")


def test_a_folder_without_a_module_is_told(project: Path) -> None:
    folder = project / "cases" / "vps"
    folder.mkdir()
    (folder / "default.yaml").write_text("expect: {}", encoding="utf-8")
    with pytest.raises(SlipwayError, match=r"there is no module .*modules/vps"):
        read_case(folder / "default.yaml", project / "modules")


def test_the_line_of_a_variable_is_known(project: Path) -> None:
    file = case_file(project, GOOD)
    assert line_of_variable(file, "zones") == 4
    assert line_of_variable(file, "a.b") == 5
