"""From a Dockerfile to what runs: `slipway image build` and `push` with the real buildah, on the embedded AWS."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import uuid
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import pytest

from generator.rehearsal.standing import FOLDER, RECORD, Standing
from generator.release import find_deployable
from generator.systems.manifest import load_manifest
from tests.rehearsal.conftest import PROJECT, SLIPWAY, plain_terminal
from tests.rehearsal.embedded_aws.cloud import Cloud
from tests.rehearsal.embedded_aws.processes import eventually
from tests.rehearsal.release.conftest import Place
from tests.tools import needs
from tests.unit.release.test_build import git
from tests.unit.systems.manifest.manifests import SMALL

pytestmark = needs("buildah")
DOCKERFILE = """\
FROM scratch
ARG SAYS=nothing
COPY . /var/task/
WORKDIR /var/task
LABEL says=${SAYS}
CMD ["handler.handler"]
"""
HANDLER = "def handler(event, context):\n    return %r\n"


@dataclass(frozen=True)
class Lab:
    """A small system that is up, and the directory of its function's program."""

    project: Path
    context: Path
    place: Place

    def slipway(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            self.command(*arguments), env=self.environment(), capture_output=True, text=True, check=False
        )

    def command(self, *arguments: str) -> list[str]:
        return [*SLIPWAY, "--project", str(self.project), "image", *arguments]

    def environment(self) -> dict[str, str]:
        """Storage of the test's own, which needs no file system that can be stacked."""
        storage = {"STORAGE_DRIVER": "vfs", "BUILDAH_ISOLATION": "chroot"}
        folders = {"CONTAINERS_STORAGE_CONF": str(self.project / "storage.conf"), "TMPDIR": str(self.project / "tmp")}
        return {**plain_terminal(), **storage, **folders, "PYTHONPATH": str(PROJECT)}

    def write(self, says: str, dockerfile: str = DOCKERFILE) -> None:
        (self.context / "handler.py").write_text(HANDLER % says)
        (self.context / "Dockerfile").write_text(dockerfile)
        if not (self.context / ".git").exists():
            git(self.context, "init", "--quiet")
        git(self.context, "add", ".")
        git(self.context, "commit", "--quiet", "--message", says)

    def build(self, *options: str) -> subprocess.CompletedProcess[str]:
        where = ("--context", str(self.context), "--builder", "buildah")
        return self.slipway("build", "lab/dev", "code-runner", *where, *options)

    def answer(self) -> Any:
        client = self.place.cloud.client("lambda")
        function = f"{self.place.deployable.function}:live"
        return json.loads(client.invoke(FunctionName=function, Payload=b"{}")["Payload"].read())

    def tags(self) -> list[str]:
        pages = self.place.cloud.client("ecr").describe_images(repositoryName=self.place.deployable.repository)
        return sorted(tag for image in pages["imageDetails"] for tag in image["imageTags"])


@pytest.fixture
def lab(cloud: Cloud, tmp_path: Path) -> Iterator[Lab]:
    folder = tmp_path / "envs/lab"
    folder.mkdir(parents=True)
    manifest = folder / "system.yaml"
    manifest.write_text(
        SMALL.replace("us-east-1", cloud.region)
        .replace("runner]", f"r-{cloud.name}]")
        .replace("repository: runner", f"repository: r-{cloud.name}")
    )
    deployable = find_deployable(load_manifest(manifest).resolve("dev"), "code-runner")
    place = Place(cloud, deployable)
    cloud.client("ecr").create_repository(repositoryName=deployable.repository, imageTagMutability="IMMUTABLE")
    place.point("none")
    record = tmp_path / FOLDER / "lab-dev" / RECORD
    record.parent.mkdir(parents=True)
    standing = Standing("lab/dev", cloud.region, cloud.account, cloud.aws.port, cloud.aws.pid, {})
    record.write_text(json.dumps(asdict(standing)))
    (tmp_path / "tmp").mkdir()
    storage = f'[storage]\ndriver = "vfs"\ngraphroot = "{tmp_path}/images"\nrunroot = "{tmp_path}/run"\n'
    (tmp_path / "storage.conf").write_text(storage)
    context = tmp_path / "program"
    context.mkdir()
    made = Lab(tmp_path, context, place)
    yield made
    subprocess.run(["buildah", "rmi", "--all", "--force"], env=made.environment(), capture_output=True, check=True)


def test_a_dockerfile_becomes_what_runs(lab: Lab) -> None:
    lab.write("first")
    built = lab.build("--build-arg", "SAYS=hello", "--json", "-")
    assert built.returncode == 0, built.stderr
    tag = json.loads(built.stdout)["tag"]
    assert tag.startswith(f"dev-{git(lab.context, 'rev-parse', 'HEAD')[:7]}-")
    assert lab.tags() == []

    for said in ("buildah has pushed it", f"has {tag} already"):
        pushed = lab.slipway("push", "lab/dev", "code-runner", tag, "--builder", "buildah")
        assert pushed.returncode == 0, pushed.stderr
        assert said in pushed.stderr
    assert lab.tags() == [tag]

    assert lab.slipway("release", "lab/dev", "code-runner", tag).returncode == 0
    lab.place.applied(lab.place.pointer().partition("@")[2])
    assert lab.answer() == "first"

    lab.write("second")
    released = lab.build("--release", "--json", "-")
    assert released.returncode == 0, released.stderr
    told = json.loads(released.stdout)
    assert (told["version"], told["builder"], told["image"]) == ("2", "buildah", lab.place.pointer())
    assert told["tag"] in lab.tags()
    assert lab.answer() == "second"

    assert lab.slipway("rollback", "lab/dev", "code-runner").returncode == 0
    assert lab.answer() == "first"


def test_a_release_without_a_repository_builds_nothing(lab: Lab) -> None:
    lab.write("first")
    lab.place.cloud.client("ecr").delete_repository(repositoryName=lab.place.deployable.repository)
    done = lab.build("--release")
    assert done.returncode == 2
    assert "there is no repository" in done.stderr
    assert "STEP" not in done.stderr


def test_what_was_not_built_is_not_pushed(lab: Lab) -> None:
    done = lab.slipway("push", "lab/dev", "code-runner", "dev-1", "--builder", "buildah")
    assert done.returncode == 2
    assert f"buildah has no image localhost/{lab.place.deployable.repository}:dev-1" in done.stderr
    assert "slipway image build lab/dev code-runner" in done.stderr


def test_a_dockerfile_that_cannot_be_built_is_told_by_the_tool(lab: Lab) -> None:
    lab.write("first", "FROM scratch\nCOPY absent /\n")
    done = lab.build("--quiet")
    assert done.returncode == 1
    assert "buildah build failed:" in done.stderr
    assert "absent" in done.stderr


def test_changes_that_are_not_committed_are_told(lab: Lab) -> None:
    lab.write("first")
    assert "not committed" not in lab.build().stderr
    (lab.context / "handler.py").write_text("")
    assert "The context has changes that are not committed" in lab.build().stderr


def test_an_interrupted_build_leaves_no_process_and_can_be_repeated(lab: Lab) -> None:
    lab.write("first")
    large = lab.context / "large"
    with large.open("wb") as file:
        file.truncate(256 * 1024 * 1024)
    mark = f"dev-{uuid.uuid4().hex}"
    where = ("--context", str(lab.context), "--builder", "buildah", "--tag", mark)
    command = lab.command("build", "lab/dev", "code-runner", *where)
    process = subprocess.Popen(
        command, env=lab.environment(), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    # When there is something to leave behind: the container that it works in.
    records = "images/*-containers/containers.json"
    assert eventually(lambda: any('"id"' in path.read_text() for path in lab.project.glob(records)))
    assert processes_with(mark) - {process.pid}
    os.kill(process.pid, signal.SIGINT)
    _, err = process.communicate(timeout=120)
    assert process.returncode == 130, err
    assert "interrupted: nothing is left running" in err
    assert processes_with(mark) == set()
    assert list((lab.project / "tmp").iterdir()) == []
    # What another build on this machine may use stays, but not in silence.
    left = [record["id"] for path in lab.project.glob(records) for record in json.loads(path.read_text())]
    assert ("buildah rm" in err) == bool(left)
    assert all(container in err for container in left)
    large.unlink()
    assert lab.build("--tag", mark).returncode == 0


def processes_with(word: str) -> set[int]:
    """The processes with *word* on their command lines."""
    found = set()
    for entry in Path("/proc").iterdir():
        if not entry.name.isdigit():
            continue
        try:
            words = (entry / "cmdline").read_bytes()
        except OSError:
            continue
        if word.encode() in words:
            found.add(int(entry.name))
    return found
