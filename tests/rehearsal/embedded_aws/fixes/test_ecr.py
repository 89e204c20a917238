"""ECR: the registry holds real images."""

from __future__ import annotations

import hashlib
import json
import urllib.request
from typing import Any

import pytest
from botocore.exceptions import ClientError

from generator.embedded_aws import push_image
from tests.rehearsal.embedded_aws.cloud import Cloud

FILES = {"handler.py": b"def handler(event, context):\n    return event\n"}


def digest_of(content: bytes) -> str:
    return "sha256:" + hashlib.sha256(content).hexdigest()


def upload(ecr: Any, repository: str, content: bytes, declared: str | None = None) -> str:
    upload_id = ecr.initiate_layer_upload(repositoryName=repository)["uploadId"]
    if content:
        ecr.upload_layer_part(
            repositoryName=repository,
            uploadId=upload_id,
            partFirstByte=0,
            partLastByte=len(content) - 1,
            layerPartBlob=content,
        )
    answer = ecr.complete_layer_upload(
        repositoryName=repository, uploadId=upload_id, layerDigests=[declared or digest_of(content)]
    )
    return str(answer["layerDigest"])


def manifest_of(*digests: str) -> str:
    config, *layers = ({"digest": digest, "size": 1, "mediaType": "x"} for digest in digests)
    media_type = "application/vnd.docker.distribution.manifest.v2+json"
    return json.dumps({"schemaVersion": 2, "mediaType": media_type, "config": config, "layers": layers})


def test_pushed_image_comes_back_byte_for_byte(cloud: Cloud) -> None:
    cloud.repository()
    ecr = cloud.client("ecr")
    digest = push_image(ecr, cloud.name, "one", FILES, cmd=["handler.handler"])
    image = ecr.batch_get_image(repositoryName=cloud.name, imageIds=[{"imageTag": "one"}])["images"][0]
    manifest = json.loads(image["imageManifest"])
    for part in (manifest["config"], *manifest["layers"]):
        url = ecr.get_download_url_for_layer(repositoryName=cloud.name, layerDigest=part["digest"])["downloadUrl"]
        with urllib.request.urlopen(url) as response:
            content = response.read()
        assert (digest_of(content), len(content)) == (part["digest"], part["size"])
    detail = ecr.describe_images(repositoryName=cloud.name)["imageDetails"][0]
    assert (detail["imageDigest"], detail["imageTags"]) == (digest, ["one"])
    assert detail["imageSizeInBytes"] == manifest["config"]["size"] + manifest["layers"][0]["size"]


def test_digest_is_that_of_the_manifests_bytes(either: Cloud) -> None:
    either.repository()
    ecr = either.client("ecr")
    push_image(ecr, either.name, "one", FILES, cmd=["handler.handler"])
    image = ecr.batch_get_image(repositoryName=either.name, imageIds=[{"imageTag": "one"}])["images"][0]
    with either.fixed():
        assert image["imageId"]["imageDigest"] == digest_of(image["imageManifest"].encode())


def test_layer_can_be_downloaded(either: Cloud) -> None:
    either.repository()
    ecr = either.client("ecr")
    digest = upload(ecr, either.name, b"layer")
    with either.fixed():
        url = ecr.get_download_url_for_layer(repositoryName=either.name, layerDigest=digest)["downloadUrl"]
        assert urllib.request.urlopen(url).read() == b"layer"


def test_unknown_layer_cannot_be_downloaded(cloud: Cloud) -> None:
    cloud.repository()
    with pytest.raises(ClientError, match="LayersNotFoundException"):
        cloud.client("ecr").get_download_url_for_layer(repositoryName=cloud.name, layerDigest=digest_of(b"absent"))


def test_manifest_whose_layers_were_not_pushed_is_refused(either: Cloud) -> None:
    either.repository()
    ecr = either.client("ecr")
    config = upload(ecr, either.name, b"{}")
    with either.refused("LayersNotFoundException"):
        ecr.put_image(
            repositoryName=either.name, imageTag="one", imageManifest=manifest_of(config, digest_of(b"absent"))
        )
    with either.refused("LayersNotFoundException"):
        ecr.put_image(repositoryName=either.name, imageTag="two", imageManifest=manifest_of(digest_of(b"absent")))


def test_layer_of_another_repository_does_not_count(cloud: Cloud) -> None:
    cloud.repository()
    ecr = cloud.client("ecr")
    ecr.create_repository(repositoryName=f"{cloud.name}/other")
    config = upload(ecr, f"{cloud.name}/other", b"{}")
    with pytest.raises(ClientError, match="LayersNotFoundException"):
        ecr.put_image(repositoryName=cloud.name, imageTag="one", imageManifest=manifest_of(config))


def test_index_of_images_that_were_not_pushed_is_refused(cloud: Cloud) -> None:
    cloud.repository()
    media_type = "application/vnd.oci.image.index.v1+json"
    index = {"schemaVersion": 2, "mediaType": media_type, "manifests": [{"digest": digest_of(b"absent")}]}
    with pytest.raises(ClientError, match="ReferencedImagesNotFoundException"):
        cloud.client("ecr").put_image(repositoryName=cloud.name, imageTag="one", imageManifest=json.dumps(index))


def test_layer_with_another_digest_than_declared_is_refused(either: Cloud) -> None:
    either.repository()
    with either.refused("InvalidLayerException"):
        upload(either.client("ecr"), either.name, b"layer", declared=digest_of(b"other"))


def test_empty_layer_is_refused(either: Cloud) -> None:
    either.repository()
    with either.refused("EmptyUploadException"):
        upload(either.client("ecr"), either.name, b"")


def test_unknown_repository_is_an_error_of_its_own(either: Cloud) -> None:
    with either.refused("RepositoryNotFoundException"):
        either.client("ecr").put_image(
            repositoryName=f"{either.name}-absent", imageTag="one", imageManifest=manifest_of(digest_of(b""))
        )


@pytest.mark.parametrize("manifest", ["{", "[]", '{"layers": [{}], "config": {}}'])
def test_broken_manifest_is_refused(cloud: Cloud, manifest: str) -> None:
    cloud.repository()
    with pytest.raises(ClientError, match="InvalidParameterException"):
        cloud.client("ecr").put_image(repositoryName=cloud.name, imageTag="one", imageManifest=manifest)


def test_tag_of_an_immutable_repository_is_not_given_again(either: Cloud) -> None:
    either.repository(imageTagMutability="IMMUTABLE", imageScanningConfiguration={"scanOnPush": True})
    ecr = either.client("ecr")
    first = push_image(ecr, either.name, "one", FILES, cmd=["handler.handler"])
    with either.refused("ImageTagAlreadyExistsException"):
        push_image(ecr, either.name, "one", {"handler.py": b"other"}, cmd=["handler.handler"])
    found = ecr.describe_images(repositoryName=either.name, imageIds=[{"imageTag": "one"}])["imageDetails"]
    assert [image["imageDigest"] for image in found] == [first]
    repository = ecr.describe_repositories(repositoryNames=[either.name])["repositories"][0]
    assert repository["imageTagMutability"] == "IMMUTABLE"
    assert repository["imageScanningConfiguration"] == {"scanOnPush": True}


def test_same_image_may_get_a_second_tag_but_not_the_same_twice(cloud: Cloud) -> None:
    cloud.repository(imageTagMutability="IMMUTABLE")
    ecr = cloud.client("ecr")
    digests = {push_image(ecr, cloud.name, tag, FILES, cmd=["handler.handler"]) for tag in ("one", "two")}
    assert len(digests) == 1
    with pytest.raises(ClientError, match="ImageAlreadyExistsException"):
        push_image(ecr, cloud.name, "two", FILES, cmd=["handler.handler"])
    assert sorted(ecr.describe_images(repositoryName=cloud.name)["imageDetails"][0]["imageTags"]) == ["one", "two"]


def test_tag_of_a_mutable_repository_moves(cloud: Cloud) -> None:
    cloud.repository(imageTagMutability="MUTABLE")
    ecr = cloud.client("ecr")
    push_image(ecr, cloud.name, "one", FILES, cmd=["handler.handler"])
    second = push_image(ecr, cloud.name, "one", {"handler.py": b"other"}, cmd=["handler.handler"])
    found = ecr.describe_images(repositoryName=cloud.name, imageIds=[{"imageTag": "one"}])["imageDetails"]
    assert [image["imageDigest"] for image in found] == [second]


def test_given_digest_that_is_not_the_manifests_is_refused(either: Cloud) -> None:
    either.repository()
    ecr = either.client("ecr")
    manifest = manifest_of(upload(ecr, either.name, b"{}"))
    with either.refused("ImageDigestDoesNotMatchException"):
        ecr.put_image(
            repositoryName=either.name, imageTag="one", imageManifest=manifest, imageDigest=digest_of(b"other")
        )
