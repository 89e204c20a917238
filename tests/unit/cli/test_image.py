"""`slipway image`: wrong usage, missing credentials and interruptions end with one clear message."""

from __future__ import annotations

from pathlib import Path

import pytest

from generator.cli.image import Aws
from generator.cli.main import run
from tests.unit.systems.manifest.manifests import SMALL


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project on a machine where nobody is logged in to AWS."""
    (tmp_path / "envs/lab").mkdir(parents=True)
    (tmp_path / "envs/lab/system.yaml").write_text(SMALL, encoding="utf-8")
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN", "AWS_PROFILE"):
        monkeypatch.delenv(name, raising=False)
    for name in ("AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE"):
        monkeypatch.setenv(name, str(tmp_path / "absent"))
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    return tmp_path


@pytest.mark.parametrize("command", ["release", "rollback"])
def test_help_shows_an_example_and_what_happens_on_failure(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["image", command, "--help"]) == 0
    said = capsys.readouterr().out
    assert f"Usage: slipway image {command} [OPTIONS] SYSTEM/ENV NAME" in said
    assert f"Example: slipway image {command} seepp/test" in said


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        (["image", "relese"], "No such command 'relese'"),
        (["image", "release", "lab/dev"], "Missing argument 'NAME'"),
        (["image", "release", "lab/dev", "web"], "Missing argument 'DIGEST|TAG'"),
        (["image", "rollback", "lab/dev", "web", "one"], "unexpected extra argument"),
    ],
)
def test_wrong_usage_exits_with_2(
    arguments: list[str], complaint: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "200")
    assert run(arguments) == 2
    assert complaint in capsys.readouterr().err


@pytest.mark.parametrize(
    ("target", "name", "complaint"),
    [
        ("lab/dev", "wbe", "lab/dev has no service wbe"),
        ("lab/dve", "web", 'no environment "dve"'),
    ],
)
def test_an_unknown_name_exits_with_2(
    target: str, name: str, complaint: str, project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["--project", str(project), "image", "release", target, name, "one"]) == 2
    said = capsys.readouterr()
    assert complaint in said.err
    assert said.out == ""


@pytest.mark.parametrize("command", [["release", "lab/dev", "web", "one"], ["rollback", "lab/dev", "web"]])
def test_without_credentials_it_says_how_to_get_them(
    command: list[str], project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["--project", str(project), "image", *command]) == 2
    said = capsys.readouterr()
    assert "there are no credentials for AWS" in said.err
    assert "aws sso login" in said.err
    assert "Traceback" not in said.err
    assert said.out == ""


def test_a_profile_that_does_not_exist(
    project: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_PROFILE", "nobody")
    assert run(["--project", str(project), "image", "rollback", "lab/dev", "web"]) == 2
    assert "The config profile (nobody) could not be found" in capsys.readouterr().err


def test_an_aws_that_does_not_answer(
    project: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in (
        ("AWS_ACCESS_KEY_ID", "1"),
        ("AWS_SECRET_ACCESS_KEY", "1"),
        ("AWS_ENDPOINT_URL", "http://127.0.0.1:9"),
        ("AWS_MAX_ATTEMPTS", "1"),
        ("NO_PROXY", "127.0.0.1"),
    ):
        monkeypatch.setenv(name, value)
    assert run(["--project", str(project), "image", "rollback", "lab/dev", "web"]) == 2
    assert "AWS could not be asked" in capsys.readouterr().err


def test_the_embedded_aws_has_to_be_up_where_it_is_insisted_on(
    project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["--project", str(project), "image", "rollback", "lab/dev", "web", "--embedded"]) == 2
    assert "slipway up lab/dev" in capsys.readouterr().err


def test_an_interruption_says_that_aws_goes_on(
    project: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupted(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("generator.cli.image._aws", lambda *_: Aws(lambda _: None, "AWS"))
    monkeypatch.setattr("generator.release.rollback", interrupted)
    assert run(["--project", str(project), "image", "rollback", "lab/dev", "web"]) == 130
    assert "what AWS has begun goes on there; repeat the command" in capsys.readouterr().err
