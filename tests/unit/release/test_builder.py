"""The command lines of Docker, Podman and buildah, by programs that stand for them and really run."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from generator.errors import ReleaseError, SlipwayError
from generator.release.builder import Building, Registry, find_builder
from tests.unit.release.builders import Tools

AWS = Registry("1.dkr.ecr.us-east-1.amazonaws.com", "AWS", "secret-password")
EMBEDDED = Registry("127.0.0.1:4566", "AWS", "secret-password", plain=True)
TARGET = "1.dkr.ecr.us-east-1.amazonaws.com/web:dev-1"


@pytest.fixture
def building(tmp_path: Path) -> Building:
    return Building(tmp_path, tmp_path / "Dockerfile", "linux/arm64", ("A=1 2", "B=x"))


@pytest.mark.parametrize("there", [("docker", "podman", "buildah"), ("podman", "buildah"), ("buildah",)])
def test_the_first_tool_that_is_there_is_taken(there: tuple[str, ...], tools: Tools) -> None:
    tools.add(*there)
    assert find_builder(None).tool == there[0]


def test_a_tool_can_be_named(tools: Tools) -> None:
    tools.add("docker", "podman", "buildah")
    assert find_builder("buildah").tool == "buildah"


def test_docker_without_its_engine_gives_way_to_the_next(tools: Tools) -> None:
    tools.add("docker", "buildah")
    tools.told(docker={"version": (1, "Cannot connect to the Docker daemon")})
    assert find_builder(None).tool == "buildah"
    with pytest.raises(SlipwayError, match="docker is installed, but does not work: Cannot connect to the Docker"):
        find_builder("docker")


@pytest.mark.parametrize(
    ("wanted", "message"),
    [
        (None, "docker, podman and buildah are not on PATH"),
        ("podman", "podman is not on PATH"),
        ("kaniko", "kaniko is no tool that builds images here"),
        ("dokcer", 'Did you mean "docker"'),
    ],
)
def test_without_a_tool_it_says_what_to_install(wanted: str | None, message: str, tools: Tools) -> None:
    with pytest.raises(SlipwayError, match=message) as caught:
        find_builder(wanted)
    assert caught.value.exit_code == 2
    assert caught.value.cure
    assert tools.calls() == []


@pytest.mark.parametrize(
    ("tool", "expected"),
    [
        ("docker", "build --platform linux/arm64"),
        ("podman", "build --format docker --platform linux/arm64"),
        ("buildah", "build --format docker --platform linux/arm64"),
    ],
)
def test_what_builds(tool: str, expected: str, tools: Tools, building: Building) -> None:
    tools.add(tool)
    find_builder(tool).build(building, "localhost/web:dev-1")
    _, words, _, kept = tools.calls()[-1]
    rest = f"--tag localhost/web:dev-1 --file {building.file} --build-arg A=1 2 --build-arg B=x {building.context}"
    assert " ".join(words) == f"{expected} {rest}"
    assert "A=1 2" in words  # one word
    assert kept == {"BUILDX_NO_DEFAULT_ATTESTATIONS": "1"}


def test_docker_logs_in_tags_and_pushes(tools: Tools) -> None:
    tools.add("docker")
    find_builder(None).push("localhost/web:dev-1", AWS, "web:dev-1")
    assert tools.words() == [
        f"docker login --username AWS --password-stdin {AWS.host}",
        f"docker tag localhost/web:dev-1 {TARGET}",
        f"docker push {TARGET}",
    ]


@pytest.mark.parametrize("tool", ["podman", "buildah"])
@pytest.mark.parametrize(("registry", "plain"), [(AWS, ""), (EMBEDDED, " --tls-verify=false")])
def test_podman_and_buildah_push_without_keeping_the_password(
    tool: str, registry: Registry, plain: str, tools: Tools
) -> None:
    tools.add(tool)
    find_builder(None).push("localhost/web:dev-1", registry, "web:dev-1")
    login, push = tools.words()
    file = re.search(r"--authfile (\S+)", login)
    assert file is not None
    assert login == f"{tool} login --authfile {file[1]}{plain} --username AWS --password-stdin {registry.host}"
    local = "localhost/web:dev-1"
    assert push == f"{tool} push --authfile {file[1]}{plain} {local} docker://{registry.host}/web:dev-1"
    assert not Path(file[1]).parent.exists()


@pytest.mark.parametrize("tool", ["docker", "podman", "buildah"])
def test_the_password_is_on_no_command_line(tool: str, tools: Tools) -> None:
    tools.add(tool)
    find_builder(None).push("localhost/web:dev-1", AWS, "web:dev-1")
    assert [stdin for _, words, stdin, _ in tools.calls() if words[0] == "login"] == ["secret-password"]
    assert not any("secret-password" in word for _, words, _, _ in tools.calls() for word in words)


@pytest.mark.parametrize(
    ("tool", "expected"),
    [
        ("docker", "docker image inspect localhost/web:dev-1"),
        ("podman", "podman image inspect localhost/web:dev-1"),
        ("buildah", "buildah inspect --type image localhost/web:dev-1"),
    ],
)
def test_whether_an_image_is_here(tool: str, expected: str, tools: Tools) -> None:
    tools.add(tool)
    assert find_builder(None).has("localhost/web:dev-1")
    assert tools.words() == [expected]
    tools.told(**{tool: {expected.split()[1]: (1, "no such image")}})
    assert not find_builder(None).has("localhost/web:dev-1")


@pytest.mark.parametrize("what", ["login", "tag", "push"])
def test_what_fails_is_named_and_ends_the_push(what: str, tools: Tools) -> None:
    tools.add("docker")
    tools.told(docker={what: (1, "denied: no")})
    with pytest.raises(ReleaseError, match=f"docker {what} failed:\n  what it said before\n  denied: no") as caught:
        find_builder(None, quiet=True).push("localhost/web:dev-1", AWS, "web:dev-1")
    assert caught.value.exit_code == 1
    assert tools.words()[-1].split()[1] == what


def test_what_the_tool_says_goes_to_standard_error_or_is_kept_back(
    tools: Tools, building: Building, capfd: pytest.CaptureFixture[str]
) -> None:
    tools.add("docker")
    find_builder(None).build(building, "localhost/web:dev-1")
    shown = capfd.readouterr()
    assert shown.out == ""
    assert "docker build" in shown.err
    find_builder(None, quiet=True).build(building, "localhost/web:dev-1")
    assert capfd.readouterr() == ("", "")


def test_a_failure_that_was_seen_is_not_said_again(
    tools: Tools, building: Building, capfd: pytest.CaptureFixture[str]
) -> None:
    tools.add("docker")
    tools.told(docker={"build": (17, "no space left")})
    with pytest.raises(ReleaseError) as caught:
        find_builder(None).build(building, "localhost/web:dev-1")
    assert str(caught.value) == "docker build failed; see above"
    assert "no space left" in capfd.readouterr().err


class _Ecr:
    """What is used of boto3's client."""

    def get_authorization_token(self) -> dict[str, Any]:
        data = {"authorizationToken": "QVdTOnA6cQ==", "proxyEndpoint": "https://1.dkr.ecr.us-east-1.amazonaws.com"}
        return {"authorizationData": [data]}


def test_the_registry_is_the_tokens_own_unless_it_is_embedded() -> None:
    assert Registry.of(_Ecr()) == Registry("1.dkr.ecr.us-east-1.amazonaws.com", "AWS", "p:q")
    assert Registry.of(_Ecr(), "127.0.0.1:9") == Registry("127.0.0.1:9", "AWS", "p:q", plain=True)
