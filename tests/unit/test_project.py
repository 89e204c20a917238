"""Finding the project, and the environments that names on the command line mean."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from generator.errors import Location, ManifestError, SlipwayError
from generator.project import all_targets, find_project, find_target, root_module, systems
from tests.unit.systems.manifest.manifests import SMALL


@pytest.fixture
def project(tmp_path: Path) -> Path:
    for system in ("lab", "school"):
        (tmp_path / "envs" / system).mkdir(parents=True)
        text = SMALL.replace("system: lab", f"system: {system}")
        (tmp_path / "envs" / system / "system.yaml").write_text(text, encoding="utf-8")
    (tmp_path / "envs/notes").mkdir()
    return tmp_path


def test_the_project_is_found_from_any_directory_below(project: Path) -> None:
    below = project / "modules/vpc"
    below.mkdir(parents=True)
    assert find_project(project) == find_project(below) == find_project(project / "envs/lab") == project


def test_outside_a_project_the_error_says_how_to_name_one(tmp_path: Path) -> None:
    (tmp_path / "envs").mkdir()
    with pytest.raises(SlipwayError, match="--project") as caught:
        find_project(tmp_path)
    assert caught.value.where == Location(tmp_path)


def test_systems_are_the_directories_with_a_manifest(project: Path) -> None:
    assert list(systems(project)) == ["lab", "school"]


def test_a_target_knows_its_directories(project: Path) -> None:
    target = find_target(project, "lab/live")
    assert (target.name, target.directory) == ("lab/live", project / "envs/lab/live")
    assert target.account_directory == project / "envs/lab/account"
    assert target.environment.system == "lab"


def test_all_targets_are_every_environment_of_every_system(project: Path) -> None:
    assert [target.name for target in all_targets(project)] == ["lab/dev", "lab/live", "school/dev", "school/live"]


def test_the_account_is_a_root_module_and_no_target(project: Path) -> None:
    assert root_module(project, "lab/account") == project / "envs/lab/account"
    assert root_module(project, "lab/dev") == project / "envs/lab/dev"
    with pytest.raises(SlipwayError, match="account"):
        find_target(project, "lab/account")


@pytest.mark.parametrize("find", [lambda project: find_target(project, "lab/dev"), all_targets])
def test_a_system_is_called_as_its_directory(project: Path, find: Callable[[Path], object]) -> None:
    (project / "envs/school").rename(project / "envs/other")
    (project / "envs/lab/system.yaml").write_text(SMALL.replace("system: lab", "system: school"), encoding="utf-8")
    with pytest.raises(ManifestError, match='The system "school" is in a directory that is called "lab"') as caught:
        find(project)
    assert caught.value.where == Location(project / "envs/lab/system.yaml", 1, 9)
    assert caught.value.cure == "Write system: lab, or rename the directory to school."


@pytest.mark.parametrize("find", [find_target, root_module])
@pytest.mark.parametrize(
    ("name", "complaint"),
    [
        ("lab", "(?s)lab does not name an environment.*SYSTEM/ENV"),
        ("lab/", "does not name an environment"),
        ("", "does not name an environment"),
        ("lba/dev", '(?s)no system lba.*"lab"'),
        ("lba/account", '(?s)no system lba.*"lab"'),
        ("lab/dve", '(?s)no environment "dve".*"dev"'),
        ("lab/dev/x", "no environment"),
    ],
)
def test_an_unknown_name_is_an_error_with_the_nearest(project: Path, find: object, name: str, complaint: str) -> None:
    assert callable(find)
    with pytest.raises(SlipwayError, match=complaint):
        find(project, name)
