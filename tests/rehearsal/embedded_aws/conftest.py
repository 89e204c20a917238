"""Servers of the embedded AWS, one a test process: starting one takes seconds."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterator

import pytest

from generator.embedded_aws import EmbeddedAws
from tests.rehearsal.embedded_aws.cloud import MOTO_ACCOUNT, Cloud

TESTS_BEFORE_RESET = 25  # each has an account of its own, which takes up to 5 MB of the server


@pytest.fixture(scope="session")
def aws() -> Iterator[EmbeddedAws]:
    with EmbeddedAws.start() as server:
        yield server


@pytest.fixture(scope="session")
def plain_aws() -> Iterator[EmbeddedAws]:
    with EmbeddedAws.start(plain=True) as server:
        yield server


@pytest.fixture(scope="session")
def served() -> Counter[str]:
    """How many tests each server has had, by its URL."""
    return Counter()


@pytest.fixture
def account() -> str:
    return f"{random.SystemRandom().randrange(10**11, 10**12)}"


@pytest.fixture
def cloud(aws: EmbeddedAws, account: str, served: Counter[str]) -> Iterator[Cloud]:
    """A fresh account of the fixed AWS."""
    yield Cloud(aws, plain=False, account=account)
    _forget_sometimes(aws, served)


@pytest.fixture(params=["fixed", "plain"])
def either(request: pytest.FixtureRequest, account: str, served: Counter[str]) -> Iterator[Cloud]:
    """A fresh account of the fixed AWS, then plain moto: `either.fixed()` is where the two must differ."""
    plain = request.param == "plain"
    server: EmbeddedAws = request.getfixturevalue("plain_aws" if plain else "aws")
    yield Cloud(server, plain=plain, account=MOTO_ACCOUNT if plain else account)
    _forget_sometimes(server, served)


def _forget_sometimes(server: EmbeddedAws, served: Counter[str]) -> None:
    served[server.endpoint_url] += 1
    if served[server.endpoint_url] % TESTS_BEFORE_RESET == 0:
        server.reset()
