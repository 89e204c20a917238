"""What the code runner's images carry of this project."""

from __future__ import annotations

from pathlib import Path

from runner.errors import RunnerError

_PACKAGE = Path(__file__).parent
_LAMBDA = _PACKAGE.parent / "lambda"


def lambda_task_files() -> dict[str, Path]:
    """The files of /var/task in the Lambda image: path there (POSIX, relative) → file here, in sorted order.

    RunnerError if the handler is not beside the package, as it is in a checkout of the repository.
    """
    files = {path.name: path for path in sorted(_LAMBDA.glob("*.py"))}
    if "handler.py" not in files:
        raise RunnerError(f"{_LAMBDA} has no handler.py.", cure="Build images from a checkout of the repository.")
    for path in sorted(_PACKAGE.rglob("*")):
        if path.suffix in (".py", ".c", ".h"):
            files[f"runner/{path.relative_to(_PACKAGE).as_posix()}"] = path
    return files
