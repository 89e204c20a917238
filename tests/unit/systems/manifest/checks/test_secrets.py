"""Checks of secrets that several services read, and of their copies."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.unit.systems.manifest.manifests import Edited, edited


def secrets(directory: Path, web: str, api: str) -> Edited:
    return edited(
        directory,
        ("port: 3000 }\n", f"port: 3000 }}\n    secrets: {{ ONE: {web} }}\n"),
        ("port: 8000 }\n", f"port: 8000 }}\n    secrets: {{ TWO: {api} }}\n"),
    )


@pytest.mark.parametrize(
    ("web", "api"),
    [
        ("{ ssm: /ttl, value: 1 }", "{ ssm: /ttl, value: 2 }"),
        ("ssm:/ttl", "{ ssm: /ttl, value: 2 }"),
        ("{ secretsmanager: ttl, replicas: [us-west-2] }", "secretsmanager:ttl"),
    ],
)
def test_one_secret_is_described_alike_by_all(tmp_path: Path, web: str, api: str) -> None:
    error = secrets(tmp_path, web, api).error("TWO:")
    assert "TWO of api and ONE of web are both" in error.what


@pytest.mark.parametrize(
    ("web", "api"),
    [
        ("{ ssm: /ttl, value: 1 }", "{ ssm: /ttl, value: 1 }"),
        ("secretsmanager:mail:user", "secretsmanager:mail:password"),
        ("{ ssm: /one, value: 1 }", "{ ssm: /two, value: 2 }"),
    ],
)
def test_what_is_alike_or_another_secret_is_taken(tmp_path: Path, web: str, api: str) -> None:
    assert secrets(tmp_path, web, api).resolve()


@pytest.mark.parametrize(
    ("regions", "what"),
    [
        ("[us-east-1]", "us-east-1 is the region of the secret itself."),
        ("[us-west-2, us-west-2]", "The region us-west-2 is written twice."),
    ],
)
def test_copies_are_in_other_regions(tmp_path: Path, regions: str, what: str) -> None:
    manifest = secrets(tmp_path, "ssm:/one", f"{{ secretsmanager: two, replicas: {regions} }}")
    assert manifest.error("TWO:").what == what
