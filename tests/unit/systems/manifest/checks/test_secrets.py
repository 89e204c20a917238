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
        ("{ ssm: '/{environment}/ttl', value: 1 }", "{ ssm: '/{environment}/ttl', value: 2 }"),
        ("'ssm:/{environment}/ttl'", "{ ssm: '/{environment}/ttl', value: 2 }"),
        ("{ secretsmanager: '{environment}-ttl', replicas: [us-west-2] }", "'secretsmanager:{environment}-ttl'"),
    ],
)
def test_one_secret_is_described_alike_by_all(tmp_path: Path, web: str, api: str) -> None:
    errors = secrets(tmp_path, web, api).errors()
    assert all("TWO of api and ONE of web are both" in error.what for error in errors)


@pytest.mark.parametrize(
    ("web", "api"),
    [
        ("{ ssm: '/{environment}/ttl', value: 1 }", "{ ssm: '/{environment}/ttl', value: 1 }"),
        ("'secretsmanager:{environment}-mail:user'", "'secretsmanager:{environment}-mail:password'"),
        ("{ ssm: '/{environment}/one', value: 1 }", "{ ssm: '/{environment}/two', value: 2 }"),
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
    manifest = secrets(
        tmp_path, "'ssm:/{environment}/one'", f"{{ secretsmanager: '{{environment}}-two', replicas: {regions} }}"
    )
    assert manifest.error("TWO:").what == what


def test_no_two_environments_make_one_secret(tmp_path: Path) -> None:
    error = secrets(tmp_path, "'ssm:/{environment}/one'", "ssm:/two").error("TWO:")
    assert error.what == "dev and live would share the secret ssm:/two."
    assert error.cure == "Put {environment} into the name."
