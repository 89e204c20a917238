"""Which types a configuration may use."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from generator.errors import SlipwayError
from generator.terraform.provider_proxy.type_names import type_names


def write(directory: Path, **files: str) -> Path:
    directory.mkdir(parents=True, exist_ok=True)
    for name, content in files.items():
        (directory / name.replace("__", ".")).write_text(content)
    return directory


@pytest.mark.parametrize(
    "block",
    [
        'resource "aws_vpc" "this" {}',
        "resource aws_vpc this {}",
        'data "aws_vpc" "this" {}',
        'ephemeral "aws_vpc" "this" {}',
        "moved {\n from = aws_vpc.a\n to = module.b.aws_vpc.a\n}",
        "import {\n to = aws_vpc.a\n}",
        '/* a comment */ resource "aws_vpc" "this" { /* } */ }',
    ],
)
def test_a_type_is_found_in_every_form_of_block(tmp_path: Path, block: str) -> None:
    assert type_names(write(tmp_path, main__tf=block), "aws") >= {"aws_vpc"}


def test_only_words_of_the_provider_are_types(tmp_path: Path) -> None:
    root = write(tmp_path, main__tf='resource "google_vpc" "my_aws_vpc" {}\nresource "aws_lambda_function" "f" {}')
    assert type_names(root, "aws") == {"aws_lambda_function"}
    assert type_names(root, "google") == {"google_vpc"}


def test_modules_are_followed_from_both_syntaxes(tmp_path: Path) -> None:
    root = write(
        tmp_path / "root",
        main__tf='module "a" {\n source = "../a"\n}',
        b__tf__json=json.dumps({"module": {"b": {"source": "./b"}, "c": [{"source": "../c"}, {"source": "../c"}]}}),
        d__tf__json=json.dumps({"module": [{"d": {"source": "../d"}}]}),
    )
    write(root / "b", main__tf='resource "aws_b" "x" {}')
    write(tmp_path / "a", main__tf='resource "aws_a" "x" {}\nmodule "c" {\n source = "../c"\n}')
    # A module that calls itself is terraform's to refuse, not ours to hang on.
    write(tmp_path / "c", main__tf='resource "aws_c" "x" {}\nmodule "c" {\n source = "../c"\n}')
    write(tmp_path / "d", main__tf__json=json.dumps({"resource": {"aws_d": {"x": {}}}}))
    write(tmp_path / "e", main__tf='resource "aws_e" "x" {}')
    assert type_names(root, "aws") == {"aws_a", "aws_b", "aws_c", "aws_d"}


def test_downloaded_modules_are_followed_where_terraform_put_them(tmp_path: Path) -> None:
    root = write(tmp_path, main__tf='module "a" {\n source = "git::https://example.test/a"\n}')
    installed = root / ".terraform" / "modules"
    write(installed / "a", main__tf='resource "aws_a" "x" {}\nmodule "b" {\n source = "./b"\n}')
    write(installed / "a" / "b", main__tf='resource "aws_b" "x" {}')
    manifest = {"Modules": [{"Key": "", "Source": "", "Dir": "."}, {"Key": "a", "Dir": ".terraform/modules/a"}]}
    (installed / "modules.json").write_text(json.dumps(manifest))
    assert type_names(root, "aws") == {"aws_a", "aws_b"}


def test_what_the_state_holds_and_the_tests_use_counts_too(tmp_path: Path) -> None:
    root = write(
        tmp_path,
        main__tf="",
        terraform__tfstate=json.dumps({"resources": [{"type": "aws_gone"}]}),
        unit__tftest__hcl='mock_resource "aws_mocked" {}',
    )
    write(tmp_path / "tests", more__tftest__hcl="run a { command = plan }\n# aws_tested")
    assert type_names(root, "aws") == {"aws_gone", "aws_mocked", "aws_tested"}


def test_a_damaged_list_of_modules_is_an_error_that_names_it(tmp_path: Path) -> None:
    write(tmp_path / ".terraform" / "modules", modules__json='{"Modules": [{}]}')
    with pytest.raises(SlipwayError, match=r"modules\.json: This list of modules is not terraform's"):
        type_names(tmp_path, "aws")


def test_a_file_that_is_no_json_is_an_error_that_names_it(tmp_path: Path) -> None:
    with pytest.raises(SlipwayError, match=r"main\.tf\.json: This file is not JSON"):
        type_names(write(tmp_path, main__tf__json="{"), "aws")
