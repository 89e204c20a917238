"""`slipway run`: a program through the code runner."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import click

from generator.cli.console import error_console, json_option, write_json

# By the end of a file's name; all else is C++.
LANGUAGES = {".c": "c", ".py": "python"}


@click.command("run", epilog="Example: slipway run hello.cpp --env seepp/test < input.txt")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--env", "environment", metavar="SYSTEM/ENV", help="Use the code runner of an environment that is up.")
@json_option
@click.pass_obj
def command(project: Path, file: Path, environment: str | None, json_file: str | None) -> int:
    """Compile and run a program and show what it prints: C++, or C or Python by the file's name.

    Without --env the engine runs here, on this machine. Standard input goes to the program. Exit code 1: the program
    did not compile, failed, or hit a limit.
    """
    code = _read(file)
    stdin = "" if sys.stdin is None or sys.stdin.isatty() else sys.stdin.read()
    language = LANGUAGES.get(file.suffix, "cpp")
    result = _through(project, environment, code, stdin, language) if environment else _here(code, stdin, language)
    if json_file:
        write_json(result, json_file)
    if json_file != "-":
        _show(result)
    return 0 if result["success"] else 1


def _read(file: Path) -> str:
    from generator.errors import Location, RunnerError

    try:
        return file.read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        raise RunnerError("the program is not UTF-8 text", where=Location(file), cure="Name a source file.") from error


def _here(code: str, stdin: str, language: str) -> dict[str, Any]:
    from generator.errors import RunnerError
    from runner.contract import Request
    from runner.engine import run
    from runner.errors import RequestError

    try:
        return run(Request.from_json({"code": code, "stdin": stdin, "language": language})).to_json()
    except RequestError as error:
        raise RunnerError(str(error)) from error


def _through(project: Path, environment: str, code: str, stdin: str, language: str) -> dict[str, Any]:
    from generator.errors import RunnerError
    from generator.project import find_project
    from generator.rehearsal.program import invoke
    from generator.rehearsal.standing import find_standing

    standing = find_standing(find_project(project), environment)
    if "code_runner" not in standing.outputs:
        raise RunnerError(f"{environment} has no code runner")
    return invoke(standing.client("lambda"), standing.outputs["code_runner"], code, stdin, language).result


def _show(result: dict[str, Any]) -> None:
    for stream in ("ccStdout", "ccStderr", "stdout", "stderr"):
        target = sys.stdout if stream == "stdout" else sys.stderr
        target.write(result[stream])
        target.flush()
    stages = {stage: result["timings"].get(stage) for stage in ("compile", "run")}
    seconds = ", ".join(f"{stage} {taken:.2f} s" for stage, taken in stages.items() if taken is not None)
    verdict = "[green]ok[/]" if result["success"] else f"[red]{result['status']}[/]"
    error = f": {result['error']}" if result.get("error") else ""
    error_console().print(f"{verdict}{error} [dim]({seconds})[/]")
