"""Servers of the embedded AWS, one a test process: starting one takes seconds."""

from __future__ import annotations

import random
from collections.abc import Iterator

import pytest

from generator.embedded_aws import EmbeddedAws
from tests.rehearsal.embedded_aws.cloud import MOTO_ACCOUNT, Cloud


@pytest.fixture(scope="session")
def aws() -> Iterator[EmbeddedAws]:
    with EmbeddedAws.start() as server:
        yield server


@pytest.fixture(scope="session")
def plain_aws() -> Iterator[EmbeddedAws]:
    with EmbeddedAws.start(plain=True) as server:
        yield server


@pytest.fixture
def account() -> str:
    return f"{random.SystemRandom().randrange(10**11, 10**12)}"


@pytest.fixture
def cloud(aws: EmbeddedAws, account: str) -> Cloud:
    """A fresh account of the fixed AWS."""
    return Cloud(aws, plain=False, account=account)


@pytest.fixture(params=["fixed", "plain"])
def either(request: pytest.FixtureRequest, account: str) -> Cloud:
    """A fresh account of the fixed AWS, then plain moto: `either.fixed()` is where the two must differ."""
    plain = request.param == "plain"
    server: EmbeddedAws = request.getfixturevalue("plain_aws" if plain else "aws")
    return Cloud(server, plain=plain, account=MOTO_ACCOUNT if plain else account)
