"""ECR: the registry holds real images.

- CompleteLayerUpload: moto keeps the size only, and accepts a digest that is not the content's, and empty uploads.
- GetDownloadUrlForLayer: missing in moto.
- PutImage: moto accepts manifests whose layers nobody uploaded, derives the digest from the layers' digests (AWS: from
  the manifest's bytes), answers an unknown repository with HTTP 500, and a tag that is taken in an immutable repository
  with another error than AWS's ImageTagAlreadyExistsException.
- GetAuthorizationToken: moto's token ended in 2015; AWS's holds for twelve hours. Ours names account and region, as
  `registry.py` reads it.
- imageSizeInBytes: moto gives the size of the configuration instead of the layers'.
"""

from __future__ import annotations

import json
from base64 import b64encode
from datetime import UTC, datetime, timedelta
from typing import Any

from moto.core.exceptions import ServiceException
from moto.core.responses import ActionResult
from moto.ecr.exceptions import (
    ImageAlreadyExistsException,
    InvalidParameterException,
    RepositoryNotFoundException,
    UploadNotFoundException,
)
from moto.ecr.models import ECRBackend, Image, Repository
from moto.ecr.responses import ECRResponse

from generator.embedded_aws.blobs import digest_of
from generator.embedded_aws.middleware import LAYER_PATH
from generator.embedded_aws.patching import around
from generator.embedded_aws.registry import password
from generator.embedded_aws.state import ServerState

TOKEN_HOURS = 12


class EmptyUploadException(ServiceException):
    code = "EmptyUploadException"


class ImageDigestDoesNotMatchException(ServiceException):
    code = "ImageDigestDoesNotMatchException"


class ImageTagAlreadyExistsException(ServiceException):
    code = "ImageTagAlreadyExistsException"


class InvalidLayerException(ServiceException):
    code = "InvalidLayerException"


class LayersNotFoundException(ServiceException):
    code = "LayersNotFoundException"


class ReferencedImagesNotFoundException(ServiceException):
    code = "ReferencedImagesNotFoundException"


def apply(state: ServerState) -> None:
    @around(ECRBackend, "complete_layer_upload")
    def keep_content(
        original: Any,
        self: Any,
        repository_name: str,
        upload_id: str,
        layer_digests: list[str],
        registry_id: str | None = None,
    ) -> Any:
        repository = self._get_repository(repository_name, registry_id)
        upload = repository.uploads.get(upload_id)
        if upload is None:
            raise UploadNotFoundException(upload_id, repository_name, repository.registry_id)
        _store_upload(state, repository, upload, layer_digests)
        return original(self, repository_name, upload_id, layer_digests, registry_id)

    @around(ECRResponse, "get_download_url_for_layer")
    def get_download_url_for_layer(_: Any, self: Any) -> Any:
        name, digest = self._get_param("repositoryName"), self._get_param("layerDigest")
        repository = self.ecr_backend._get_repository(name, self._get_param("registryId"))
        if digest not in repository.layers:
            raise _layers_not_found([digest], repository)
        return ActionResult({"downloadUrl": f"{state.endpoint_url}{LAYER_PATH}{digest}", "layerDigest": digest})

    @around(ECRResponse, "get_authorization_token")
    def get_authorization_token(_: Any, self: Any) -> Any:
        region, accounts = self.region, self._get_param("registryIds") or [self.current_account]
        expires = datetime.now(UTC) + timedelta(hours=TOKEN_HOURS)
        data = [
            {
                "authorizationToken": b64encode(f"AWS:{password(account, region)}".encode()).decode(),
                "expiresAt": expires,
                "proxyEndpoint": f"https://{account}.dkr.ecr.{region}.amazonaws.com",
            }
            for account in accounts
        ]
        return ActionResult({"authorizationData": data})

    @around(ECRBackend, "put_image")
    def put_image(
        original: Any,
        self: Any,
        repository_name: str,
        image_manifest: str,
        image_tag: str | None,
        image_manifest_mediatype: str | None = None,
        digest: str | None = None,
    ) -> Any:
        repository = self.repositories.get(repository_name)
        if repository is None:
            raise RepositoryNotFoundException(repository_name, self.account_id)
        own_digest = digest_of(image_manifest.encode())
        if digest not in (None, own_digest):
            raise ImageDigestDoesNotMatchException(
                f"The given digest '{digest}' does not match the computed one '{own_digest}'"
            )
        _check_content(repository, image_manifest)
        _check_tag(repository, own_digest, image_tag)
        return original(self, repository_name, image_manifest, image_tag, image_manifest_mediatype, own_digest)

    @around(Image, "get_image_size_in_bytes")
    def size_of_layers(_: Any, self: Any) -> int:
        document = json.loads(self.image_manifest)
        return sum(int(part.get("size", 0)) for part in [document.get("config", {}), *document.get("layers", [])])


def _store_upload(state: ServerState, repository: Repository, upload: Any, declared: list[str]) -> None:
    content = bytes(upload.layer_parts)
    if not content:
        raise EmptyUploadException(f"No layer parts were uploaded to upload '{upload.upload_id}'")
    digest = digest_of(content)
    if declared and digest not in declared:
        del repository.uploads[upload.upload_id]
        raise InvalidLayerException(f"Uploaded layer has digest '{digest}', none of the expected {declared}")
    state.blobs.put(content)


def _check_content(repository: Repository, manifest: str) -> None:
    """Everything a manifest names must have been pushed to the repository before it."""
    try:
        document = json.loads(manifest)
        parts = [document["config"], *document["layers"]] if "layers" in document else []
        missing = [part["digest"] for part in parts if part["digest"] not in repository.layers]
        referenced = [entry["digest"] for entry in document.get("manifests", [])]
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise InvalidParameterException(
            "Invalid parameter at 'ImageManifest' failed to satisfy constraint: 'Invalid JSON syntax'"
        ) from error
    if missing:
        raise _layers_not_found(missing, repository)
    absent = set(referenced) - {image.image_digest for image in repository.images}
    if absent:
        raise ReferencedImagesNotFoundException(
            f"Images with digests '{sorted(absent)}' required for pushing image "
            f"into repository with name '{repository.name}' do not exist"
        )


def _check_tag(repository: Repository, digest: str, tag: str | None) -> None:
    for image in repository.images:
        same = image.image_digest == digest
        if same and (tag is None or tag in image.image_tags):
            raise ImageAlreadyExistsException(
                repository_name=repository.name,
                registry_id=repository.registry_id,
                digest=digest,
                image_tag=tag or "",
            )
        if not same and tag in image.image_tags and repository.image_tag_mutability == "IMMUTABLE":
            raise ImageTagAlreadyExistsException(
                f"The image tag '{tag}' already exists in the '{repository.name}' repository and cannot be overwritten "
                "because the repository is immutable."
            )


def _layers_not_found(digests: list[str], repository: Repository) -> LayersNotFoundException:
    return LayersNotFoundException(
        f"Layers with digests '[{', '.join(digests)}]' required for pushing image into repository with name "
        f"'{repository.name}' in the registry with id '{repository.registry_id}' do not exist"
    )
