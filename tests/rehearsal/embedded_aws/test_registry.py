"""The registry's own protocol, request by request; what Docker and buildah make of it is tested with releases."""

from __future__ import annotations

import base64
import json
import urllib.error
import urllib.request
from dataclasses import dataclass
from email.message import Message
from typing import Any

import pytest

from generator.embedded_aws.blobs import digest_of
from generator.embedded_aws.middleware import is_for_registry
from tests.rehearsal.embedded_aws.cloud import Cloud

TYPE = "application/vnd.docker.distribution.manifest.v2+json"
SCOPE = "123456789012/20261120/us-east-1/s3/aws4_request"
CONFIG = b'{"architecture": "amd64", "os": "linux"}'


@dataclass(frozen=True)
class Answer:
    status: int
    headers: Message
    body: bytes

    @property
    def code(self) -> str:
        """The error's code."""
        return str(json.loads(self.body)["errors"][0]["code"])


@dataclass(frozen=True)
class Client:
    """Who speaks to the registry of *cloud* with *login*, ``user:password``."""

    cloud: Cloud
    login: str

    def __call__(self, method: str, path: str, body: bytes | None = None, kind: str = "") -> Answer:
        url = path if path.startswith("http") else self.cloud.aws.endpoint_url + path
        headers = {"Authorization": "Basic " + base64.b64encode(self.login.encode()).decode()} if self.login else {}
        request = urllib.request.Request(url, body, headers, method=method)
        if kind:
            request.add_header("Content-Type", kind)
        try:
            with urllib.request.urlopen(request) as response:
                return Answer(response.status, response.headers, response.read())
        except urllib.error.HTTPError as error:
            with error:
                return Answer(error.code, error.headers, error.read())

    def upload(self, name: str, content: bytes, digest: str = "", parts: int = 1) -> Answer:
        """A layer, in *parts* and a last one that is empty."""
        location = self("POST", f"/v2/{name}/blobs/uploads/").headers["Location"]
        size = -(-len(content) // parts)
        for first in range(0, len(content), size):
            answer = self("PATCH", location, content[first : first + size])
            assert (answer.status, answer.headers["Range"]) == (202, f"0-{min(first + size, len(content)) - 1}")
            location = answer.headers["Location"]
        return self("PUT", f"{location}?digest={digest or digest_of(content)}")

    def put(self, name: str, tag: str, *layers: bytes) -> Answer:
        """The manifest of an image of *layers*."""
        described = [{"digest": digest_of(layer), "size": len(layer)} for layer in layers]
        config = {"digest": digest_of(CONFIG), "size": len(CONFIG)}
        manifest = {"schemaVersion": 2, "mediaType": TYPE, "config": config, "layers": described}
        return self("PUT", f"/v2/{name}/manifests/{tag}", json.dumps(manifest).encode(), TYPE)


def login_of(cloud: Cloud, region: str | None = None) -> str:
    granted = cloud.client("ecr", region).get_authorization_token()["authorizationData"][0]
    return base64.b64decode(granted["authorizationToken"]).decode()


@pytest.fixture
def client(cloud: Cloud) -> Client:
    cloud.repository(imageTagMutability="IMMUTABLE")
    return Client(cloud, login_of(cloud))


@pytest.mark.parametrize("login", ["", "AWS:wrong", "root:{password}", "AWS:000000000000", "AWS"])
def test_a_wrong_login_is_asked_for_a_right_one(login: str, client: Client) -> None:
    wrong = login.format(password=client.login.partition(":")[2])
    answer = Client(client.cloud, wrong)("GET", "/v2/")
    assert (answer.status, answer.code) == (401, "UNAUTHORIZED")
    assert answer.headers["WWW-Authenticate"].startswith("Basic realm=")


def test_the_token_logs_in(client: Client) -> None:
    answer = client("GET", "/v2/")
    assert (answer.status, answer.headers["Docker-Distribution-Api-Version"]) == (200, "registry/2.0")


@pytest.mark.parametrize("parts", [1, 3])
def test_what_is_pushed_is_what_ecr_has_and_gives_back(client: Client, parts: int) -> None:
    name, layer = client.cloud.name, b"layer " * 50
    for content in (CONFIG, layer):
        assert client("HEAD", f"/v2/{name}/blobs/{digest_of(content)}").status == 404
        answer = client.upload(name, content, parts=parts)
        assert (answer.status, answer.headers["Docker-Content-Digest"]) == (201, digest_of(content))
        assert client("HEAD", f"/v2/{name}/blobs/{digest_of(content)}").headers["Content-Length"] == str(len(content))
        assert client("GET", f"/v2/{name}/blobs/{digest_of(content)}").body == content
    pushed = client.put(name, "one", layer)
    assert pushed.status == 201
    (image,) = client.cloud.client("ecr").batch_get_image(repositoryName=name, imageIds=[{"imageTag": "one"}])["images"]
    digest = image["imageId"]["imageDigest"]
    assert pushed.headers["Docker-Content-Digest"] == digest == digest_of(image["imageManifest"].encode())
    for reference in ("one", digest):
        pulled = client("GET", f"/v2/{name}/manifests/{reference}")
        assert (pulled.body.decode(), pulled.headers["Content-Type"]) == (image["imageManifest"], TYPE)
        assert client("HEAD", f"/v2/{name}/manifests/{reference}").headers["Docker-Content-Digest"] == digest


def test_what_ecr_refuses_is_refused_here(client: Client) -> None:
    name, layers = client.cloud.name, (b"one", b"two")
    assert client.put(name, "one", *layers).code == "MANIFEST_BLOB_UNKNOWN"
    for content in (CONFIG, *layers):
        client.upload(name, content)
    assert client.put(name, "one", *layers).status == 201
    assert client.put(name, "one", *layers).status == 201  # the same again
    taken = client.put(name, "one", layers[0])
    assert (taken.status, taken.code) == (400, "TAG_INVALID")
    absent = client("POST", f"/v2/{name}-absent/blobs/uploads/")
    assert (absent.status, absent.code) == (404, "NAME_UNKNOWN")


def test_a_layer_with_another_digest_is_refused_and_forgotten(client: Client) -> None:
    wrong = digest_of(b"other")
    answer = client.upload(client.cloud.name, b"layer", wrong)
    assert (answer.status, answer.code) == (400, "DIGEST_INVALID")
    assert client("HEAD", f"/v2/{client.cloud.name}/blobs/{wrong}").status == 404


@pytest.mark.parametrize(
    ("method", "path", "code"),
    [
        ("PATCH", "/v2/{name}/blobs/uploads/0123", "BLOB_UPLOAD_UNKNOWN"),
        ("GET", "/v2/{name}/manifests/absent", "MANIFEST_UNKNOWN"),
        ("GET", "/v2/{name}/blobs/sha256:" + "0" * 64, "BLOB_UNKNOWN"),
        ("GET", "/v2/{name}/tags/list", "UNSUPPORTED"),
        ("GET", "/v2/{name}/blobs/../../etc/passwd", "UNSUPPORTED"),
    ],
)
def test_what_is_not_there(method: str, path: str, code: str, client: Client) -> None:
    answer = client(method, path.format(name=client.cloud.name), b"x" if method == "PATCH" else None)
    assert (answer.status, answer.code) == (404, code)


def test_accounts_and_regions_do_not_see_each_other(client: Client) -> None:
    cloud = client.cloud
    path = f"/v2/{cloud.name}/manifests/one"
    other = Cloud(cloud.aws, plain=False, account=f"{(int(cloud.account) + 1) % 10**12:012}")
    assert client("GET", path).code == "MANIFEST_UNKNOWN"
    assert Client(cloud, login_of(other))("GET", path).code == "NAME_UNKNOWN"
    assert Client(cloud, login_of(cloud, "eu-west-1"))("GET", path).code == "NAME_UNKNOWN"


@pytest.mark.parametrize(
    ("environ", "expected"),
    [
        ({"PATH_INFO": "/v2/"}, True),
        ({"PATH_INFO": "/v2/a/manifests/b", "HTTP_AUTHORIZATION": "Basic x"}, True),
        ({"PATH_INFO": "/v2/apis", "HTTP_AUTHORIZATION": f"AWS4-HMAC-SHA256 Credential={SCOPE}"}, False),
        ({"PATH_INFO": "/v2/key", "QUERY_STRING": f"X-Amz-Credential={SCOPE.replace('/', '%2F')}"}, False),
        ({"PATH_INFO": "/bucket/v2/"}, False),
    ],
)
def test_services_with_paths_below_v2_are_not_the_registrys(environ: dict[str, Any], expected: bool) -> None:
    assert is_for_registry(environ) == expected


def test_the_token_holds_for_twelve_hours(either: Cloud) -> None:
    granted = either.client("ecr").get_authorization_token()["authorizationData"][0]
    assert granted["proxyEndpoint"] == f"https://{either.account}.dkr.ecr.{either.region}.amazonaws.com"
    with either.fixed():
        hours = (granted["expiresAt"] - granted["expiresAt"].now(granted["expiresAt"].tzinfo)).total_seconds() / 3600
        assert 11 < hours <= 12
