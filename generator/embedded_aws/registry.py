"""The registry of the embedded AWS as Docker, Podman and buildah speak to it: the OCI distribution protocol, over ECR.

What is pushed here and what is put through ECR's API is the same; accounts, immutable tags and missing layers are
minded in the same place (`fixes/ecr.py`). As on AWS the user is ``AWS`` and the password GetAuthorizationToken's.
"""

from __future__ import annotations

import base64
import binascii
import json
import re
import uuid
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from moto.core.exceptions import ServiceException
from moto.ecr.exceptions import ImageAlreadyExistsException
from moto.ecr.models import ECRBackend, Repository, ecr_backends
from werkzeug.wrappers import Request, Response

from generator.embedded_aws.blobs import Upload
from generator.embedded_aws.state import ServerState

ROOT = "/v2/"
_BLOB = re.compile(r"(?P<name>.+)/blobs/(?P<digest>sha256:[0-9a-f]{64})")
_UPLOAD = re.compile(r"(?P<name>.+)/blobs/uploads/(?P<upload>[0-9a-f]*)")
_MANIFEST = re.compile(r"(?P<name>.+)/manifests/(?P<reference>[^/]+)")
_PASSWORD = re.compile(r"(\d{12})-([a-z0-9-]+)-auth-token")
# What ECR's API refuses, in the protocol's words.
_CODES = {
    "ImageTagAlreadyExistsException": "TAG_INVALID",
    "LayersNotFoundException": "MANIFEST_BLOB_UNKNOWN",
    "RepositoryNotFoundException": "NAME_UNKNOWN",
}


def password(account: str, region: str) -> str:
    """What logs in to the registry of *account* in *region*."""
    return f"{account}-{region}-auth-token"


class _RefusalError(Exception):
    def __init__(self, status: int, code: str, message: str) -> None:
        self.status, self.code, self.message = status, code, message
        super().__init__(message)


class Registry:
    """A WSGI application for what is below `ROOT`."""

    def __init__(self, state: ServerState) -> None:
        self._state = state
        self._uploads: dict[str, Upload] = {}

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        request = Request(environ)
        try:
            response = self._answer(request)
        except _RefusalError as error:
            response = _refused(error.status, error.code, error.message)
        except ServiceException as error:
            code = _CODES.get(str(error.code), "UNSUPPORTED")
            response = _refused(404 if code == "NAME_UNKNOWN" else 400, code, str(error.message))
        response.headers["Docker-Distribution-Api-Version"] = "registry/2.0"
        return response(environ, start_response)

    def clear(self) -> None:
        """Forget uploads that were not finished."""
        self._uploads.clear()

    def _answer(self, request: Request) -> Response:
        backend = _backend(request)
        rest = request.path.removeprefix(ROOT)
        if not rest:
            return Response(b"{}", content_type="application/json")
        routes: tuple[tuple[re.Pattern[str], Callable[..., Response]], ...] = (
            (_UPLOAD, self._upload),
            (_BLOB, self._blob),
            (_MANIFEST, self._manifest),
        )
        for pattern, handle in routes:
            if match := pattern.fullmatch(rest):
                names = match.groupdict()
                with self._state.turns.take():
                    repository = backend._get_repository(names.pop("name"))
                return handle(request, _Place(backend, repository), **names)
        raise _RefusalError(404, "UNSUPPORTED", f"{request.method} {request.path} is not served")

    def _upload(self, request: Request, place: _Place, upload: str) -> Response:
        """The life of one upload: POST begins it, PATCH adds to it, PUT ends it."""
        if request.method == "POST":
            upload = uuid.uuid4().hex
            self._uploads[upload] = self._state.blobs.upload()
        elif upload not in self._uploads:
            raise _RefusalError(404, "BLOB_UPLOAD_UNKNOWN", "no such upload")
        content = self._uploads[upload]
        content.add(request.stream)
        headers = {"Docker-Upload-UUID": upload, "Range": f"0-{max(content.size - 1, 0)}"}
        if request.method != "PUT":
            return Response(status=202, headers={**headers, "Location": f"{ROOT}{place.name}/blobs/uploads/{upload}"})
        del self._uploads[upload]
        digest = request.args.get("digest", "")
        if content.finish(digest) != digest:
            raise _RefusalError(400, "DIGEST_INVALID", f"what was uploaded does not have the digest {digest}")
        with self._state.turns.take():
            place.repository.layers[digest] = content.size
        location = f"{ROOT}{place.name}/blobs/{digest}"
        return Response(status=201, headers={"Docker-Content-Digest": digest, "Location": location})

    def _blob(self, request: Request, place: _Place, digest: str) -> Response:
        if request.method not in ("GET", "HEAD") or digest not in place.repository.layers:
            raise _RefusalError(404, "BLOB_UNKNOWN", f"{place.name} has no layer {digest}")
        body = self._state.blobs.path(digest).read_bytes()  # which an answer to HEAD has the length of
        return Response(body, headers={"Docker-Content-Digest": digest}, content_type="application/octet-stream")

    def _manifest(self, request: Request, place: _Place, reference: str) -> Response:
        if request.method == "PUT":
            text, kind = request.get_data(as_text=True), request.mimetype
            with self._state.turns.take():
                digest = place.put(text, reference, kind)
            location = f"{ROOT}{place.name}/manifests/{digest}"
            return Response(status=201, headers={"Docker-Content-Digest": digest, "Location": location})
        with self._state.turns.take():
            images = place.repository.images
            found = next((i for i in images if reference == i.image_digest or reference in i.image_tags), None)
        if found is None:
            raise _RefusalError(404, "MANIFEST_UNKNOWN", f"{place.name} has no image {reference}")
        kind = found.image_manifest_media_type or json.loads(found.image_manifest)["mediaType"]
        headers = {"Docker-Content-Digest": str(found.image_digest)}
        return Response(found.image_manifest.encode(), headers=headers, content_type=kind)


@dataclass(frozen=True)
class _Place:
    backend: ECRBackend
    repository: Repository

    @property
    def name(self) -> str:
        return str(self.repository.name)

    def put(self, manifest: str, reference: str, kind: str) -> str:
        """Put an image and return its digest; again, as docker may, is as good as once."""
        tag = None if reference.startswith("sha256:") else reference
        try:
            image: Any = self.backend.put_image(self.name, manifest, tag, kind)  # type: ignore[arg-type]
        except ImageAlreadyExistsException:
            image = next(image for image in self.repository.images if image.image_manifest == manifest)
        return str(image.image_digest)


def _backend(request: Request) -> ECRBackend:
    """ECR in the account and region of the password."""
    scheme, _, given = request.headers.get("Authorization", "").partition(" ")
    try:
        user, _, secret = base64.b64decode(given, validate=True).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError):
        user = secret = ""
    match = _PASSWORD.fullmatch(secret)
    if scheme.lower() != "basic" or user != "AWS" or match is None:
        raise _RefusalError(401, "UNAUTHORIZED", "log in as AWS with the password of GetAuthorizationToken")
    backend: ECRBackend = ecr_backends[match[1]][match[2]]
    return backend


def _refused(status: int, code: str, message: str) -> Response:
    body = json.dumps({"errors": [{"code": code, "message": message}]})
    response = Response(body, status=status, content_type="application/json")
    if status == 401:
        response.headers["WWW-Authenticate"] = 'Basic realm="the embedded AWS",service="ecr.amazonaws.com"'
    return response
