"""What a release refuses before it changes anything."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from generator.errors import SlipwayError
from generator.release import release
from tests.rehearsal.release.conftest import QUICK, Heard, Make, Place, first

ABSENT = "sha256:" + "0" * 64
INDEX = "application/vnd.oci.image.index.v1+json"


def refused(place: Place, reference: str) -> str:
    """The message that *reference* is refused with; nothing has changed then."""
    before, heard = place.pointer(), Heard()
    with pytest.raises(SlipwayError) as error:
        place.release(reference, heard)
    assert error.value.exit_code == 2
    assert (place.pointer(), heard.steps) == (before, [])
    return str(error.value)


def index(place: Place, platforms: dict[str, str]) -> str:
    """Push an index of the images (digest to architecture); returns its digest."""
    entries = [
        {"digest": digest, "mediaType": "application/vnd.oci.image.manifest.v1+json", "size": 1, "platform": platform}
        for digest, platform in ((d, {"os": "linux", "architecture": a}) for d, a in platforms.items())
    ]
    attestation = {**entries[0], "platform": {"os": "unknown", "architecture": "unknown"}}
    document = {"schemaVersion": 2, "mediaType": INDEX, "manifests": [*entries, attestation]}
    answer = place.cloud.client("ecr").put_image(
        repositoryName=place.deployable.repository,
        imageTag=f"test-index-{len(platforms)}",
        imageManifest=json.dumps(document),
        imageManifestMediaType=INDEX,
    )
    return str(answer["image"]["imageId"]["imageDigest"])


def test_an_image_that_was_not_pushed(place: Place) -> None:
    said = refused(place, ABSENT)
    assert f"{place.deployable.repository} has no image {ABSENT}" in said
    assert "Push it first: the repository is empty." in said
    first(place)
    said = refused(place, "test-absent")
    assert "The newest tags are test-" in said
    assert "released-" not in said


def test_a_text_that_names_no_image(place: Place) -> None:
    for text in ("sha256:123", "a b", "", "backend:latest", "-tag"):
        assert "is neither a digest nor a tag" in refused(place, text)


def test_an_image_of_another_architecture(place: Place) -> None:
    digest = place.push("first", architecture="arm64")
    said = refused(place, digest)
    assert f"{place.uri(digest)} is built for linux/arm64; {place.deployable.label} runs on linux/amd64" in said
    assert "--platform linux/amd64" in said
    arm = replace(place.deployable, platform="linux/arm64")
    assert release(arm, place.clients, digest, Heard(), QUICK).image == place.uri(digest)


def test_an_index_is_for_services_that_one_of_its_images_fits(make: Make) -> None:
    place = make("service")
    arm, intel = place.push("arm", architecture="arm64"), place.push("intel")
    assert "is built for linux/arm64;" in refused(place, index(place, {arm: "arm64"}))
    both = index(place, {arm: "arm64", intel: "amd64"})
    assert place.release(both).image == place.uri(both)


def test_lambda_takes_no_index(make: Make) -> None:
    place = make("function")
    both = index(place, {place.push("first"): "amd64"})
    said = refused(place, both)
    assert "is an index of several images, which Lambda does not run" in said
    assert "--provenance=false" in said


def test_an_environment_that_is_not_applied(place: Place) -> None:
    digest = place.push("first")
    elsewhere = replace(place.deployable, parameter="/absent/images/x")
    with pytest.raises(SlipwayError, match="there is no parameter /absent/images/x") as error:
        release(elsewhere, place.clients, digest, Heard(), QUICK)
    assert "terraform" in str(error.value)


def test_a_registry_that_is_not_there(place: Place) -> None:
    elsewhere = replace(place.deployable, repository="absent/x")
    with pytest.raises(SlipwayError, match="there is no repository absent/x"):
        release(elsewhere, place.clients, ABSENT, Heard(), QUICK)


def test_a_function_without_its_alias(make: Make) -> None:
    place = make("function")
    first(place)
    place.cloud.client("lambda").delete_alias(FunctionName=place.deployable.function, Name="live")
    with pytest.raises(SlipwayError, match="has no alias live") as error:
        place.release(place.push("second"))
    assert "Apply the environment" in str(error.value)


def test_a_service_that_another_tool_made(make: Make) -> None:
    place = make("service")
    digest = first(place)
    ecs, name = place.cloud.client("ecs"), place.deployable.service
    ecs.register_task_definition(
        family=name, containerDefinitions=[{"name": "web", "image": place.uri(digest), "memory": 64}]
    )
    with pytest.raises(SlipwayError, match="has no container main"):
        place.release(place.push("second"))
