"""An embedded AWS for the tests of this directory."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from generator.embedded_aws.process import EmbeddedAws
from generator.terraform.binary import TerraformBinary, find_terraform
from generator.terraform.provider_mirror import ProviderSource, find_provider_mirror


@pytest.fixture(scope="session")
def aws() -> Iterator[EmbeddedAws]:
    with EmbeddedAws.start() as running:
        yield running


@pytest.fixture(scope="session")
def binary() -> TerraformBinary:
    return find_terraform()


@pytest.fixture(scope="session")
def provider_source(binary: TerraformBinary) -> ProviderSource:
    return find_provider_mirror(platform=binary.platform)
