"""One embedded AWS and one proxy for the tests of this directory."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from generator.embedded_aws import EmbeddedAws
from generator.rehearsal.terraform_runs import Tools
from generator.terraform.provider_proxy import ProviderProxy, find_provider_binary
from tests.rehearsal.provider_proxy.planning import Bench


@pytest.fixture(scope="session")
def bench() -> Iterator[Bench]:
    with EmbeddedAws.start() as aws:
        yield Bench(Tools.find(), aws)


@pytest.fixture(scope="session")
def proxy(bench: Bench) -> Iterator[ProviderProxy]:
    binary = find_provider_binary(bench.tools.provider, bench.tools.binary)
    with ProviderProxy.start(binary, environment=bench.environment) as proxy:
        yield proxy
