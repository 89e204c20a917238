"""Releases and rollbacks of a whole environment: Terraform sees nothing to do after any of them."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from generator.embedded_aws import push_image
from generator.project import find_target
from generator.rehearsal.images import contents, push
from generator.rehearsal.program import HELLO, HELLO_OUTPUT, invoke
from generator.rehearsal.standing import FOLDER, Standing, find_standing
from generator.rehearsal.terraform_runs import Stage, Tools
from generator.release import Deployable, find_deployable
from generator.release import release as release_image
from generator.terraform.driver import Terraform
from generator.terraform.progress import SilentReporter
from tests.rehearsal.conftest import PROJECT, slipway
from tests.rehearsal.release.conftest import QUICK, Heard

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("release"), pytest.mark.rehearsal(330)]

NAME = "seepp/test"
# Appended to the code runner's handler: its answers then say which image they come from.
MARKED = """

_handler = handler


def handler(event, context):
    return {{**_handler(event, context), "image": "{mark}"}}
"""


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("project")
    for folder in ("envs", "modules"):
        shutil.copytree(PROJECT / folder, root / folder)
    return root


@pytest.fixture(scope="module")
def standing(copy: Path) -> Iterator[Standing]:
    up = slipway("up", NAME, cwd=copy)
    assert up.returncode == 0, up.stdout + up.stderr
    try:
        yield find_standing(copy, NAME)
    finally:
        down = slipway("down", NAME, cwd=copy)
    assert down.returncode == 0, down.stderr


@pytest.fixture(scope="module")
def terraform(standing: Standing, copy: Path) -> Terraform:
    """Terraform where the environment was applied, with its state."""
    stage = Stage(standing.aws(), Tools.find(), copy, copy / FOLDER / NAME.replace("/", "-"))
    return stage.terraform(find_target(copy, NAME).directory, standing.account_id, SilentReporter())


def deployable(copy: Path, name: str) -> Deployable:
    return find_deployable(find_target(copy, NAME).environment, name)


def push_marked(standing: Standing, copy: Path, name: str, mark: str) -> str:
    """Push an image for *name* that answers *mark*; returns its digest."""
    target = deployable(copy, name)
    files = dict(contents(target))
    if target.is_function:
        handler = files["handler.py"]
        assert isinstance(handler, Path)
        files["handler.py"] = handler.read_bytes() + MARKED.format(mark=mark).encode()
    else:
        files = dict.fromkeys(files, mark.encode())
    return push(standing.client("ecr"), target, files)


def image(standing: Standing, copy: Path, *arguments: str) -> dict[str, Any]:
    """Run ``slipway image`` and return what it says as JSON."""
    done = slipway("image", *arguments, "--json", "-", cwd=copy)
    assert done.returncode == 0, done.stderr
    answer: dict[str, Any] = json.loads(done.stdout)
    assert f"in the embedded AWS on port {standing.port}" in done.stderr
    return answer


def changed(terraform: Terraform) -> list[str]:
    plan = terraform.plan()
    assert plan.has_changes == bool(plan.changes)
    return sorted(change.address for change in plan.changes)


def answer(standing: Standing) -> str:
    """Which image the code runner's answer says it comes from; every one runs the program."""
    result = invoke(standing.client("lambda"), standing.outputs["code_runner"], {"code": HELLO}).result
    assert result["stdout"] == HELLO_OUTPUT
    return str(result.get("image", "first"))


def revision(said: dict[str, Any]) -> int:
    return int(said["task_definition"].rpartition(":")[2])


def service_image(standing: Standing, name: str) -> str:
    ecs = standing.client("ecs")
    found = ecs.describe_services(cluster=standing.outputs["cluster"], services=[standing.outputs["services"][name]])
    definition = ecs.describe_task_definition(taskDefinition=found["services"][0]["taskDefinition"])
    return str(definition["taskDefinition"]["containerDefinitions"][0]["image"])


@pytest.mark.proves("a released image leaves an empty plan", module="ecs_service")
def test_a_release_and_a_rollback_leave_nothing_for_terraform_to_do(
    standing: Standing, terraform: Terraform, copy: Path
) -> None:
    # Whatever the tests before have released.
    first, answered = service_image(standing, "backend"), answer(standing)
    second = {name: push_marked(standing, copy, name, "second") for name in ("code-runner", "backend")}

    released = [image(standing, copy, "release", NAME, name, digest) for name, digest in second.items()]
    assert [one["image"].partition("@")[2] for one in released] == list(second.values())
    assert answer(standing) == "second" != answered
    assert service_image(standing, "backend").endswith(second["backend"])
    assert changed(terraform) == []

    backs = [image(standing, copy, "rollback", NAME, name) for name in second]
    assert int(backs[0]["version"]) == int(released[0]["version"]) + 1
    assert revision(backs[1]) == revision(released[1]) + 1
    assert answer(standing) == answered
    assert service_image(standing, "backend") == first
    assert changed(terraform) == []


def test_a_release_that_fails_is_put_back_and_leaves_nothing_to_do(
    standing: Standing, terraform: Terraform, copy: Path
) -> None:
    before, target = service_image(standing, "frontend"), deployable(copy, "frontend")
    files = {"/var/task/other": b"no program"}
    broken = push_image(standing.client("ecr"), target.repository, "test-broken", files, cmd=["/var/task/program"])
    done = slipway("image", "release", NAME, "frontend", "test-broken", cwd=copy)
    assert (done.returncode, done.stdout) == (1, "")
    assert "did not become healthy" in done.stderr
    assert 'exec: "/var/task/program"' in done.stderr
    assert f"{before} is put back." in done.stderr
    assert broken not in service_image(standing, "frontend")
    assert service_image(standing, "frontend") == before
    assert changed(terraform) == []
    again = slipway("image", "rollback", NAME, "frontend", cwd=copy)
    assert again.returncode == 2
    assert f"nothing to roll back to: {before.partition('@')[2]} was released first" in again.stderr


def test_terraform_finishes_an_interrupted_release(standing: Standing, terraform: Terraform, copy: Path) -> None:
    targets = {name: deployable(copy, name) for name in ("code-runner", "frontend-legacy")}
    digests = {name: push_marked(standing, copy, name, "interrupted") for name in targets}
    for name, target in targets.items():
        with pytest.raises(KeyboardInterrupt):
            release_image(target, standing.client, digests[name], Heard(stop_after=2), QUICK)
    assert changed(terraform) == [
        "module.code_runner.aws_lambda_alias.live[0]",
        "module.code_runner.aws_lambda_function.this[0]",
        "module.service_frontend_legacy.aws_ecs_service.this[0]",
        "module.service_frontend_legacy.aws_ecs_task_definition.this[0]",
    ]
    terraform.apply()
    assert answer(standing) == "interrupted"
    assert service_image(standing, "frontend-legacy").endswith(digests["frontend-legacy"])
    for name in targets:
        assert image(standing, copy, "release", NAME, name, digests[name])["previous"]
    assert changed(terraform) == []


WRONG: dict[str, tuple[list[str], str]] = {
    "unknown service": (["release", NAME, "backnd", "x"], 'Did you mean "backend"?'),
    "unknown environment": (["release", "seepp/tst", "backend", "x"], 'no environment "tst"'),
    "image that was not pushed": (
        ["release", NAME, "backend", "test-absent"],
        "seepp/backend has no image test-absent",
    ),
    "no image": (["release", NAME, "backend", "seepp/backend:x"], "is neither a digest nor a tag"),
    "image to return to": (["rollback", NAME, "backend", "--to", "test-absent"], "has no image test-absent"),
}


@pytest.mark.parametrize(("arguments", "complaint"), WRONG.values(), ids=WRONG.keys())
def test_wrong_input_changes_nothing(standing: Standing, copy: Path, arguments: list[str], complaint: str) -> None:
    before = service_image(standing, "backend")
    done = slipway("image", *arguments, "--embedded", cwd=copy)
    assert (done.returncode, done.stdout) == (2, "")
    assert complaint in done.stderr
    assert "Traceback" not in done.stderr
    assert service_image(standing, "backend") == before


def test_quiet_shows_the_result_alone(standing: Standing, copy: Path) -> None:
    digest = service_image(standing, "backend").partition("@")[2]
    done = slipway("image", "release", NAME, "backend", digest, "--quiet", cwd=copy)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith("backend of seepp/test runs ")
