"""What is built for whom, and the tags: which environment, commit and time an image is of."""

from __future__ import annotations

import re
import subprocess
from datetime import UTC, datetime
from pathlib import Path

import pytest

from generator.errors import SlipwayError
from generator.release.build import building, checked_tag, is_changed, name_here, new_tag
from generator.release.deployable import Deployable

SERVICE = Deployable("lab", "dev", "web", "team/web", "linux/arm64", "/p", cluster="c", service="s")
FUNCTION = Deployable("lab", "dev", "code-runner", "runner", "linux/x86_64", "/p", function="f")


@pytest.fixture
def project(tmp_path: Path) -> Path:
    (tmp_path / "lambda").mkdir()
    (tmp_path / "lambda/Dockerfile.prod").touch()
    return tmp_path


@pytest.fixture
def application(tmp_path: Path) -> Path:
    folder = tmp_path / "application"
    folder.mkdir()
    (folder / "Dockerfile").touch()
    return folder


def git(folder: Path, *words: str) -> str:
    who = ("-c", "user.name=t", "-c", "user.email=t@example.org", "-c", "commit.gpgsign=false")
    command = ["git", "-C", str(folder), *who, *words]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()


@pytest.fixture
def committed(application: Path) -> Path:
    git(application, "init", "--quiet")
    git(application, "add", ".")
    git(application, "commit", "--quiet", "--message", "one")
    return application


def test_a_service_is_built_from_its_contexts_dockerfile(project: Path, application: Path) -> None:
    what = building(project, SERVICE, application, None, ["A=1"])
    assert (what.context, what.file) == (application, application / "Dockerfile")
    assert (what.platform, what.arguments) == ("linux/arm64", ("A=1",))


def test_a_service_without_a_context_is_built_where_the_command_is_given(
    project: Path, application: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(application)
    assert building(project, SERVICE, None, None, []).file.resolve() == application / "Dockerfile"


def test_another_dockerfile_can_be_named(project: Path, application: Path) -> None:
    other = project / "lambda/Dockerfile.prod"
    assert building(project, SERVICE, application, other, []).file == other


def test_the_function_is_built_from_the_projects_own_file(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir("/")
    what = building(project, FUNCTION, None, None, [])
    assert (what.context, what.file) == (project, project / "lambda/Dockerfile.prod")
    assert what.platform == "linux/amd64"


def test_another_function_is_built_from_its_own(project: Path, application: Path) -> None:
    assert building(project, FUNCTION, application, None, []).file == application / "Dockerfile"


@pytest.mark.parametrize("deployable", [SERVICE, FUNCTION])
def test_a_file_that_is_not_there_is_refused(deployable: Deployable, tmp_path: Path) -> None:
    with pytest.raises(SlipwayError, match=r"Dockerfile: there is no such file") as caught:
        building(tmp_path, deployable, tmp_path, None, [])
    assert "--context" in caught.value.cure


def test_a_tag_names_environment_commit_and_time(committed: Path) -> None:
    before = datetime.now(UTC).replace(microsecond=0)
    match = re.fullmatch(r"dev-([0-9a-f]{7})-(\d{14})", new_tag(SERVICE, committed))
    assert match is not None
    assert match[1] == git(committed, "rev-parse", "HEAD")[:7]
    built = datetime.strptime(match[2], "%Y%m%d%H%M%S").replace(tzinfo=UTC)
    assert before <= built <= datetime.now(UTC)


def test_a_context_outside_of_git_needs_a_tag(application: Path) -> None:
    with pytest.raises(SlipwayError, match="in no git repository with a commit") as caught:
        new_tag(SERVICE, application)
    assert "--tag dev-" in caught.value.cure


def test_a_repository_without_a_commit_needs_a_tag(application: Path) -> None:
    git(application, "init", "--quiet")
    with pytest.raises(SlipwayError, match="in no git repository with a commit"):
        new_tag(SERVICE, application)


def test_changes_that_no_commit_has_are_seen(committed: Path) -> None:
    assert not is_changed(committed)
    (committed / "new.txt").touch()
    assert is_changed(committed)


def test_changes_beside_the_context_are_none_of_its(committed: Path) -> None:
    inner = committed / "inner"
    inner.mkdir()
    (committed / "Dockerfile").write_text("FROM scratch")
    assert is_changed(committed)
    assert not is_changed(inner)


@pytest.mark.parametrize("tag", ["dev-1", "dev-3f2c1ab-20261120120000", "dev-a.b_c"])
def test_a_tag_of_the_environment_is_taken(tag: str) -> None:
    assert checked_tag(SERVICE, tag) == tag
    assert name_here(SERVICE, tag) == f"localhost/team/web:{tag}"


@pytest.mark.parametrize("tag", ["", "live-1", "released-dev-1", "dev", "dev-ü", "dev-a b", "dev-" + "a" * 125])
def test_another_tag_is_refused(tag: str) -> None:
    with pytest.raises(SlipwayError, match="is no tag of dev"):
        checked_tag(SERVICE, tag)
