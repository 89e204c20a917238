"""Finding the provider's executable in every kind of mirror."""

from __future__ import annotations

from pathlib import Path

import pytest

from generator.errors import TerraformError
from generator.terraform.binary import TerraformBinary
from generator.terraform.provider_proxy import find_provider_binary
from tests.unit.terraform.test_provider_sharing import PROVIDER, packed, source_of, unpacked

EXECUTABLE = "terraform-provider-aws_v5.100.0_x5"


def test_in_an_unpacked_mirror_it_is_where_it_lies(tmp_path: Path, binary: TerraformBinary) -> None:
    source = source_of(unpacked(tmp_path / "mirror", binary.platform), binary, tmp_path)
    expected = tmp_path / "mirror" / PROVIDER / "5.100.0" / binary.platform / EXECUTABLE
    assert find_provider_binary(source, binary) == expected


def test_of_a_mirror_of_zip_files_it_is_unpacked_into_the_cache(tmp_path: Path, binary: TerraformBinary) -> None:
    source = source_of(packed(tmp_path / "mirror", binary.platform), binary, tmp_path)
    assert source.cache is not None
    for _ in range(2):
        found = find_provider_binary(source, binary)
        assert found.is_relative_to(source.cache)
        assert (found.name, found.read_text()) == (EXECUTABLE, "provider")


def test_a_mirror_that_has_lost_its_executable_is_refused(tmp_path: Path, binary: TerraformBinary) -> None:
    mirror = unpacked(tmp_path / "mirror", binary.platform)
    source = source_of(mirror, binary, tmp_path)
    (mirror / PROVIDER / "5.100.0" / binary.platform / EXECUTABLE).unlink()
    with pytest.raises(TerraformError, match="holds no executable of hashicorp/aws"):
        find_provider_binary(source, binary)
