"""Environments that stay up between commands: their embedded AWS, and where to find it again."""

from __future__ import annotations

import fcntl
import json
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from generator.embedded_aws import EmbeddedAws
from generator.errors import EmbeddedAwsError, SlipwayError
from generator.files import replace_files
from generator.project import Target
from generator.rehearsal.life import AccountLife, EnvironmentLife, Report
from generator.rehearsal.rehearse import FIRST_ACCOUNT_ID
from generator.rehearsal.terraform_runs import Stage, Tools, output_values
from generator.terraform.progress import Reporter

FOLDER = Path(".slipway") / "up"
RECORD = "standing.json"


@dataclass(frozen=True)
class Standing:
    """An environment that is up."""

    name: str
    region: str
    account_id: str
    port: int
    pid: int
    outputs: dict[str, Any]

    @property
    def endpoint_url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def aws(self) -> EmbeddedAws:
        """Raises EmbeddedAwsError when its server has ended."""
        return EmbeddedAws.attach(self.port, self.pid)

    def client(self, service: str) -> Any:
        return self.aws().client(service, self.region, self.account_id)


def bring_up(target: Target, tools: Tools, reporters: Callable[[str], Reporter], port: int | None) -> Standing:
    """Apply *target* to an embedded AWS of its own that outlives this process.

    Raises SlipwayError when it is up already, EmbeddedAwsError for a port that is taken, TerraformError for a failed
    apply; after an error nothing is left running.
    """
    folder = _folder(target.project, target.name)
    with _alone(folder, target.name):
        if (folder / RECORD).exists() and _answers(folder):
            raise SlipwayError(f"{target.name} is up already", cure=f"Take it down first: slipway down {target.name}")
        _remove(folder)
        folder.mkdir(parents=True)
        # The server ends with this process, even when that is killed, until there is something to find it again by.
        aws = EmbeddedAws.start(port=port, log=folder / "server.log")
        try:
            standing = _apply(target, Stage(aws, tools, target.project, folder), reporters)
            replace_files({folder / RECORD: json.dumps(asdict(standing), indent=2) + "\n"})
            aws.leave_running()
        except BaseException:
            aws.stop()
            _remove(folder)
            raise
    return standing


def take_down(project: Path, name: str) -> None:
    """Stop the embedded AWS of the environment *name* and forget it. Raises SlipwayError when it is not up.

    Files that a killed `bring_up` left are removed, too; nothing runs of it.
    """
    folder = _folder(project, name)
    with _alone(folder, name):
        if (folder / RECORD).exists() or not folder.exists():
            standing = find_standing(project, name)
            # It may have ended by itself, or with the machine; then only its files are left.
            with suppress(EmbeddedAwsError):
                standing.aws().stop()
        _remove(folder)


def names_of_standing(project: Path) -> list[str]:
    """Return the names of the environments that were brought up here."""
    return sorted(json.loads(p.read_text())["name"] for p in (project / FOLDER).glob(f"*/{RECORD}"))


def find_standing(project: Path, name: str) -> Standing:
    """Return the environment *name* that is up. Raises SlipwayError when it is not."""
    file = _folder(project, name) / RECORD
    if not file.exists():
        raise SlipwayError(f"{name} is not up", cure=f"Bring it up: slipway up {name}")
    return Standing(**json.loads(file.read_text()))


def _folder(project: Path, name: str) -> Path:
    return project / FOLDER / name.replace("/", "-")


def _remove(folder: Path) -> None:
    # After a kill terraform still winds down there and may write meanwhile: what it adds goes with a second try.
    shutil.rmtree(folder, ignore_errors=True)
    if folder.exists():
        shutil.rmtree(folder)


@contextmanager
def _alone(folder: Path, name: str) -> Iterator[None]:
    """Keep other commands from bringing the environment up or down meanwhile. Raises SlipwayError when one does."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    with folder.with_suffix(".lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise SlipwayError(
                f"another command is bringing {name} up or taking it down", cure="Wait for it to end."
            ) from None
        yield


def _answers(folder: Path) -> bool:
    try:
        Standing(**json.loads((folder / RECORD).read_text())).aws()
    except EmbeddedAwsError:
        return False
    return True


def _apply(target: Target, stage: Stage, reporters: Callable[[str], Reporter]) -> Standing:
    account_id, region = str(FIRST_ACCOUNT_ID), target.environment.region
    account_name = f"{target.environment.system}/account"
    account = stage.terraform(target.account_directory, account_id, reporters(account_name))
    account_life = AccountLife(Report(account_name), account)
    account_life.init()
    account_life.apply("apply")
    terraform = stage.terraform(target.directory, account_id, reporters(target.name))

    def client(service: str) -> Any:
        return stage.aws.client(service, region, account_id)

    EnvironmentLife(Report(target.name), terraform, target, account_id, client).create()
    outputs = output_values(terraform)
    return Standing(target.name, region, account_id, stage.aws.port, stage.aws.pid, outputs)
