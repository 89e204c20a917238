"""Sentences for validation errors: none of pydantic's own words reaches a person."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft7Validator
from ruamel.yaml import YAML

from generator.errors import ManifestError
from generator.systems.manifest import ManifestErrors, json_schema, load_manifest
from tests.unit.systems.manifest.manifests import SMALL, Edited, written

WORDS = st.sampled_from(["x", "yes", "", "a b", "{x}", "1-3", "10.0.0.0/16", "/x", "ssm:", "-"])
ODD = st.one_of(
    st.none(), st.booleans(), st.integers(-5, 5), st.floats(allow_nan=False), WORDS, st.lists(WORDS, max_size=2),
    st.dictionaries(WORDS, st.integers(), max_size=2),
)  # fmt: skip
LIKELY = st.sampled_from(
    [0, 1, 2, 60, 128, 512, 1024, 2048, True, False, "", "5m", "30s", "90", "1-3", "web", "{region}", "/health", "root"]
) | st.sampled_from(
    [{}, [], ["web"], {"path": "/x"}, {"range": "1-3", "cpu_percentage": 5}, {"retention": 30}, {"ssm": "/a"}]
)
JARGON = ("input", "valid string", "pydantic", "type=", "dictionary", "tuple", "Value error", "is not valid:")


def places(value: object, path: tuple[str | int, ...] = ()) -> list[tuple[str | int, ...]]:
    """Every place in *value*, the containers included."""
    items: list[tuple[str | int, object]] = []
    if isinstance(value, dict):
        items = list(value.items())
    elif isinstance(value, list):
        items = list(enumerate(value))
    return [path, *(place for key, item in items for place in places(item, (*path, key)))]


SCHEMA = Draft7Validator(json_schema())
PLACES = places(YAML(typ="safe", pure=True).load(SMALL))[1:]


def with_odd_value(directory: Path, place: tuple[str | int, ...], value: object) -> Edited:
    """The small manifest with *value* at *place*."""
    yaml = YAML(typ="safe", pure=True)
    data = yaml.load(SMALL)
    inner = data
    for part in place[:-1]:
        inner = inner[part]
    inner[place[-1]] = value
    manifest = written(directory, "")
    yaml.dump(data, manifest.path)
    return manifest


def refusals(manifest: Edited) -> tuple[ManifestError, ...]:
    """The errors of *manifest*, none if it loads."""
    try:
        load_manifest(manifest.path)
    except ManifestErrors as refused:
        return refused.errors
    return ()


@settings(deadline=None)
@given(place=st.sampled_from(PLACES), value=ODD)
def test_any_odd_value_anywhere_loads_or_is_explained(
    tmp_path_factory: pytest.TempPathFactory, place: tuple[str | int, ...], value: object
) -> None:
    for error in refusals(with_odd_value(tmp_path_factory.getbasetemp(), place, value)):
        assert error.where is not None
        assert error.where.line is not None
        assert error.cure, error.what
        assert not any(word in error.what for word in JARGON), error.what


@settings(deadline=None)
@given(place=st.sampled_from(PLACES), value=LIKELY)
def test_what_the_loader_takes_the_schema_takes(
    tmp_path_factory: pytest.TempPathFactory, place: tuple[str | int, ...], value: object
) -> None:
    manifest = with_odd_value(tmp_path_factory.getbasetemp(), place, value)
    if refusals(manifest):
        return
    data = YAML(typ="safe", pure=True).load(manifest.path)
    assert [error.message for error in SCHEMA.iter_errors(data)] == []
