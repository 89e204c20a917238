"""What Lambda makes of an ImageUri: which image of the embedded registry it is, or the error AWS gives."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass

from moto.awslambda.exceptions import InvalidParameterValueException
from moto.ecr.models import ecr_backends

_URI = re.compile(
    r"(?P<account>\d{12})\.dkr\.ecr\.(?P<region>[a-z0-9-]+)\.amazonaws\.com(?:\.cn)?/(?P<repository>[^:@]+)"
    r"(?::(?P<tag>[^@]+))?(?:@(?P<digest>sha256:[0-9a-f]{64}))?"
)
# An index (several platforms) is refused by Lambda, too.
_MEDIA_TYPES = (
    "application/vnd.docker.distribution.manifest.v2+json",
    "application/vnd.oci.image.manifest.v1+json",
)


@dataclass(frozen=True)
class RegistryImage:
    """An image as the registry holds it. *manifest* is JSON."""

    digest: str
    manifest: str


def by_digest(uri: str, digest: str) -> str:
    """*uri*, which `find_image` knows, with *digest* in place of its tag or digest."""
    match = _URI.fullmatch(uri)
    if match is None:
        raise ValueError(f"{uri!r} is not an image of a registry")
    return f"{uri[: match.end('repository')]}@{digest}"


def find_image(uri: str, account: str, region: str) -> RegistryImage:
    """The image of *uri* in the registry of *account* and *region*, where Lambda wants a function's image to be.

    Raises InvalidParameterValueException when it was not pushed, is elsewhere, or is not one Lambda runs.
    """
    match = _URI.fullmatch(uri)
    if match is None or (match["account"], match["region"]) != (account, region):
        raise InvalidParameterValueException(f"Source image {uri} is not valid. Provide a valid source image.")
    repository = ecr_backends[account][region].repositories.get(match["repository"])
    tag = match["tag"] or "latest"
    for image in repository.images if repository else ():
        if image.image_digest == match["digest"] or (not match["digest"] and tag in image.image_tags):
            media_type = image.image_manifest_media_type or json.loads(image.image_manifest).get("mediaType")
            if media_type not in _MEDIA_TYPES:
                raise InvalidParameterValueException(
                    f"The image manifest, config or layer media type for the source image {uri} is not supported."
                )
            return RegistryImage(image.image_digest, image.image_manifest)
    raise InvalidParameterValueException(f"Source image {uri} does not exist. Provide a valid source image.")
