"""Version numbers and their order."""

from __future__ import annotations

import itertools

import pytest

from generator.terraform.versions import Version


def test_versions_are_ordered_by_number_with_pre_releases_first() -> None:
    texts = ["1.9.12", "1.11.0-alpha1", "1.11.0-rc1", "1.11.0", "1.11.4", "1.12.0", "2.0.0"]
    versions = [Version.parse(text) for text in texts]
    for older, newer in itertools.combinations(versions, 2):
        assert older < newer
        assert not newer < older


@pytest.mark.parametrize(("text", "shown"), [("v1.2.3", "1.2.3"), ("1.2.3+ent", "1.2.3"), ("1.2.3-rc1", "1.2.3-rc1")])
def test_reads_the_forms_that_terraform_writes(text: str, shown: str) -> None:
    assert str(Version.parse(text)) == shown


@pytest.mark.parametrize("text", ["", "1.2", "latest", "1.2.3.4", "1.2.x"])
def test_anything_else_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="is not a version"):
        Version.parse(text)
