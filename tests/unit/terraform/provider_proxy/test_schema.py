"""Trimming a provider's schema, and keeping it between runs."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from generator.terraform.provider_proxy.schema import KEPT_FILES, ProviderSchema, SchemaCache
from tests.unit.terraform.provider_proxy.messages import number, schema_entry, text

OWN = text(1, b"provider") + text(6, number(3, 1)) + text(7, text(1, b"arn_parse"))
VPC = schema_entry(2, "aws_vpc", b"resource") + schema_entry(3, "aws_vpc", b"data source")
PASSWORD = schema_entry(8, "aws_secretsmanager_random_password", b"ephemeral")
RESPONSE = (
    text(1, b"provider") + VPC + PASSWORD + schema_entry(2, "aws_subnet", b"x" * 200) + OWN[len(text(1, b"provider")) :]
)


def test_only_named_types_and_what_is_no_type_are_told() -> None:
    schema = ProviderSchema(RESPONSE)
    assert schema.trimmed({"aws_vpc", "aws_unheard_of"}) == OWN + VPC
    assert schema.trimmed([]) == OWN


def test_a_name_stands_for_the_resource_the_data_source_and_the_ephemeral_resource() -> None:
    schema = ProviderSchema(RESPONSE)
    assert schema.names == {"aws_vpc", "aws_subnet", "aws_secretsmanager_random_password"}
    assert schema.trimmed({"aws_secretsmanager_random_password"}) == OWN + PASSWORD


def test_an_entry_without_a_name_is_refused() -> None:
    with pytest.raises(ValueError, match="no key"):
        ProviderSchema(text(2, text(2, b"schema")))


@pytest.fixture
def binary(tmp_path: Path) -> Path:
    file = tmp_path / "provider"
    file.write_bytes(b"ELF")
    return file


@pytest.fixture
def cache(tmp_path: Path) -> SchemaCache:
    return SchemaCache(tmp_path / "cache")


def test_a_stored_schema_is_found_until_the_binary_changes(cache: SchemaCache, binary: Path) -> None:
    assert cache.load(binary) is None
    cache.store(binary, RESPONSE)
    assert cache.load(binary) == RESPONSE
    binary.write_bytes(b"FLE2")
    assert cache.load(binary) is None
    cache.store(binary, OWN)
    status = binary.stat()
    os.utime(binary, ns=(status.st_atime_ns, status.st_mtime_ns + 1))
    assert cache.load(binary) is None


def test_a_damaged_file_is_as_good_as_none(cache: SchemaCache, binary: Path, tmp_path: Path) -> None:
    cache.store(binary, RESPONSE)
    (file,) = (tmp_path / "cache").iterdir()
    file.write_bytes(file.read_bytes()[:-1])
    assert cache.load(binary) is None
    cache.store(binary, RESPONSE)
    assert cache.load(binary) == RESPONSE


def test_the_cache_keeps_the_newest_files(cache: SchemaCache, tmp_path: Path) -> None:
    binaries = [tmp_path / f"provider{n}" for n in range(KEPT_FILES + 2)]
    for age, binary in enumerate(binaries):
        binary.write_text("ELF")
        cache.store(binary, RESPONSE)
        for file in (tmp_path / "cache").iterdir():
            # One second older at each turn, whatever the file system's resolution.
            os.utime(file, ns=(0, file.stat().st_mtime_ns - 10**9))
        assert len(list((tmp_path / "cache").iterdir())) == min(age + 1, KEPT_FILES)
    assert [cache.load(binary) is not None for binary in binaries] == [False] * 2 + [True] * KEPT_FILES


def test_a_cache_that_cannot_be_written_stores_nothing_and_does_not_fail(binary: Path, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    cache = SchemaCache(tmp_path / "file" / "cache")
    cache.store(binary, RESPONSE)
    assert cache.load(binary) is None
