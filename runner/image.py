"""What the code runner's images carry of this project."""

from __future__ import annotations

from pathlib import Path

from runner.errors import RunnerError

_PACKAGE = Path(__file__).parent
_HANDLER = _PACKAGE.parent / "lambda" / "handler.py"


def lambda_task_files() -> dict[str, Path]:
    """The files of /var/task in the Lambda image: path there (POSIX, relative) → file here, in sorted order.

    RunnerError if the handler is not beside the package, as it is in a checkout of the repository.
    """
    if not _HANDLER.is_file():
        raise RunnerError(f"{_HANDLER} does not exist.", cure="Build images from a checkout of the repository.")
    files = {"handler.py": _HANDLER}
    for path in sorted(_PACKAGE.rglob("*")):
        if path.suffix in (".py", ".c", ".h"):
            files[f"runner/{path.relative_to(_PACKAGE).as_posix()}"] = path
    return files
