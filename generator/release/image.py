"""The image to release: found in the registry, checked against the platform, kept from expiring."""

from __future__ import annotations

import json
import re
import urllib.error
import urllib.request
from dataclasses import dataclass
from typing import Any

from botocore.exceptions import ClientError

from generator.errors import AwsError, SlipwayError
from generator.modules.container_registry import RELEASED_PREFIX
from generator.release.aws import error_code
from generator.release.deployable import Deployable

DIGEST = re.compile(r"sha256:[0-9a-f]{64}")
TAG = re.compile(r"[A-Za-z0-9_][A-Za-z0-9._-]{0,127}")
IMAGE_TYPES = (
    "application/vnd.docker.distribution.manifest.v2+json",
    "application/vnd.oci.image.manifest.v1+json",
)
INDEX_TYPES = (
    "application/vnd.docker.distribution.manifest.list.v2+json",
    "application/vnd.oci.image.index.v1+json",
)
SHOWN_TAGS = 5
DOWNLOAD_TIMEOUT = 60  # seconds


@dataclass(frozen=True)
class Image:
    """An image of the registry. *manifest* is JSON, byte for byte as it was pushed."""

    registry: str
    repository: str
    digest: str
    manifest: str
    media_type: str

    @property
    def uri(self) -> str:
        return f"{self.registry}/{self.repository}@{self.digest}"


def find_image(ecr: Any, deployable: Deployable, reference: str) -> Image:
    """Return the image that *reference*, a digest or a tag, means in the repository of *deployable*.

    Raises SlipwayError when it is neither, AwsError when the registry does not hold it or it is no image.
    """
    wanted = image_id(reference)
    try:
        answer = ecr.batch_get_image(
            repositoryName=deployable.repository,
            imageIds=[wanted],
            acceptedMediaTypes=[*IMAGE_TYPES, *INDEX_TYPES],
        )
    except ClientError as error:
        if error_code(error) != "RepositoryNotFoundException":
            raise
        raise no_repository(deployable) from error
    if not answer["images"]:
        raise AwsError(
            f"{deployable.repository} has no image {reference}",
            cure=_newest_tags(ecr, deployable),
        )
    found = answer["images"][0]
    media_type = found.get("imageManifestMediaType") or json.loads(found["imageManifest"]).get("mediaType", "")
    return Image(
        f"{found['registryId']}.dkr.ecr.{ecr.meta.region_name}.amazonaws.com",
        deployable.repository,
        found["imageId"]["imageDigest"],
        found["imageManifest"],
        media_type,
    )


def no_repository(deployable: Deployable) -> AwsError:
    return AwsError(
        f"there is no repository {deployable.repository}",
        cure="Apply the system's account with terraform first, and check account and region.",
    )


def check_platform(ecr: Any, deployable: Deployable, image: Image) -> None:
    """Raises AwsError unless *image* runs on the platform of *deployable*."""
    if image.media_type in INDEX_TYPES:
        if deployable.is_function:
            raise AwsError(
                f"{image.uri} is an index of several images, which Lambda does not run",
                cure="Build it for one platform and without attestations: docker buildx build --provenance=false.",
            )
        entries = json.loads(image.manifest).get("manifests", [])
        platforms = {_platform(entry.get("platform", {})) for entry in entries} - {"unknown/unknown"}
    else:
        platforms = {_platform(_configuration(ecr, image))}
    wanted = f"linux/{deployable.architecture}"
    if wanted not in platforms:
        raise AwsError(
            f"{image.uri} is built for {', '.join(sorted(platforms)) or 'no platform'}; "
            f"{deployable.label} runs on {wanted}",
            cure=f"Build it with --platform {wanted}, or change `platform` in the manifest.",
        )


def keep(ecr: Any, deployable: Deployable, image: Image) -> str:
    """Tag *image* so that the registry never expires it, unless it has that tag; return the tag."""
    tag = f"{RELEASED_PREFIX}{deployable.environment}-{image.digest.removeprefix('sha256:')[:12]}"
    try:
        ecr.put_image(
            repositoryName=image.repository,
            imageManifest=image.manifest,
            imageManifestMediaType=image.media_type,
            imageTag=tag,
        )
    except ClientError as error:
        if error_code(error) != "ImageAlreadyExistsException":
            raise
    return tag


def image_id(reference: str) -> dict[str, str]:
    """How the registry's API names *reference*. Raises SlipwayError when it is neither a digest nor a tag."""
    if DIGEST.fullmatch(reference):
        return {"imageDigest": reference}
    if TAG.fullmatch(reference):
        return {"imageTag": reference}
    raise SlipwayError(
        f"{reference} is neither a digest nor a tag of an image",
        cure="Write sha256: and 64 hexadecimal digits, or a tag such as test-3f2c1ab-20261120T1200.",
    )


def reference_of(uri: str) -> str:
    """The digest or tag at the end of an image's URI."""
    _, at, digest = uri.partition("@")
    return digest if at else uri.rpartition("/")[2].partition(":")[2] or "latest"


def _platform(described: dict[str, Any]) -> str:
    return f"{described.get('os', 'unknown')}/{described.get('architecture', 'unknown')}"


def _configuration(ecr: Any, image: Image) -> dict[str, Any]:
    """The image's configuration, which the registry holds as it holds layers."""
    digest = json.loads(image.manifest)["config"]["digest"]
    answer = ecr.get_download_url_for_layer(repositoryName=image.repository, layerDigest=digest)
    try:
        with urllib.request.urlopen(answer["downloadUrl"], timeout=DOWNLOAD_TIMEOUT) as response:
            configuration: dict[str, Any] = json.loads(response.read())
    except (urllib.error.URLError, TimeoutError, ValueError) as error:
        raise AwsError(
            f"the configuration of {image.uri} cannot be read: {error}", cure="Repeat the command."
        ) from error
    return configuration


def _newest_tags(ecr: Any, deployable: Deployable) -> str:
    pages = ecr.get_paginator("describe_images").paginate(
        repositoryName=deployable.repository, filter={"tagStatus": "TAGGED"}
    )
    images = sorted(
        (image for page in pages for image in page["imageDetails"]),
        key=lambda image: image["imagePushedAt"],
        reverse=True,
    )
    tags = [tag for image in images for tag in image["imageTags"] if not tag.startswith(RELEASED_PREFIX)]
    return f"The newest tags are {', '.join(tags[:SHOWN_TAGS])}." if tags else "Push it first: the repository is empty."
