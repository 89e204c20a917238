"""`slipway run`: a program through the code runner."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
from rich.markup import escape

from generator.cli.console import error_console, file_option, json_option, write_json

if TYPE_CHECKING:
    from generator.rehearsal.standing import Standing

# By the end of a file's name; all else is C++.
LANGUAGES = {".c": "c", ".py": "python"}
TRACED = ("cpp", "c")


@click.command("run", epilog="Example: slipway run hello.cpp --env seepp/test < input.txt")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--env", "environment", metavar="SYSTEM/ENV", help="Use the code runner of an environment that is up.")
@click.option("--trace", "step_through", is_flag=True, help="Step through the program, or list its steps into a pipe.")
@file_option(
    "--html", "html_file", what="Write a page that shows the program step by step, in any browser and offline."
)
@click.option(
    "--store", "bucket", metavar="BUCKET", help="Keep program, trace and output in this bucket, and say where."
)
@json_option
@click.pass_obj
def command(
    project: Path,
    file: Path,
    environment: str | None,
    step_through: bool,
    html_file: str | None,
    bucket: str | None,
    json_file: str | None,
) -> int:
    """Compile and run a program and show what it prints: C++, or C or Python by the file's name.

    Without --env the engine runs here, on this machine. Standard input goes to the program. Exit code 1: the program
    did not compile, failed, or hit a limit.

    --trace and --html record what a C++ or C program does, statement by statement, and show code, stack and heap.

    With --store a C++ or C program is traced too, and the answer is kept under the keys ID/ID_code.cpp, ID_trace.json,
    ID_cc_stdout.txt, ID_cc_stderr.txt, ID_stdout.txt and ID_stderr.txt: in the environment's AWS, or without --env on
    AWS with your credentials.
    """
    if step_through and json_file == "-":
        raise click.UsageError("--trace and --json - would both write to standard output.")
    language = LANGUAGES.get(file.suffix, "cpp")
    seen = step_through or html_file is not None
    if seen and language not in TRACED:
        raise click.UsageError(f"{file}: only C++ and C programs are traced (docs/trace.md).")
    # What is the default is left out: a runner that was released earlier takes that, too.
    request: dict[str, Any] = {"code": _read(file), "stdin": _stdin()}
    if language != "cpp":
        request["language"] = language
    if seen or (bucket and language in TRACED):
        request["trace"] = True
    standing = _standing(project, environment) if environment else None
    result = _through(standing, request) if standing else _here(request)
    if json_file:
        write_json(result, json_file)
    if json_file != "-":
        _show(result)
    if bucket:
        error_console().print(f"kept in s3://{bucket}/{_keep(standing, bucket, request, result)}/")
    shown = not seen or _let_see(result, file, step_through, html_file)
    return 0 if result["success"] and shown else 1


def _let_see(result: dict[str, Any], file: Path, step_through: bool, html_file: str | None) -> bool:
    """Show the trace where it is asked for; false if there is none."""
    from generator.files import replace_files
    from generator.traces import Steps, listing, page, show

    trace = result["trace"]
    if trace is None:
        why = result.get("traceError") or result.get("error") or "the code runner is an earlier one"
        error_console().print(f"[red]no trace[/]: {escape(why)}")
        return False
    if html_file:
        replace_files({Path(html_file): page(trace, file.name)})
        error_console().print(f"written to {html_file}; open it in a browser")
    if step_through:
        steps = Steps(trace)
        if sys.stdout.isatty():
            show(steps)
        else:
            sys.stdout.writelines(f"{line}\n" for line in listing(steps))
    return True


def _stdin() -> str:
    return "" if sys.stdin is None or sys.stdin.isatty() else sys.stdin.read()


def _read(file: Path) -> str:
    from generator.errors import Location, RunnerError

    try:
        return file.read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        raise RunnerError("the program is not UTF-8 text", where=Location(file), cure="Name a source file.") from error


def _here(request: dict[str, Any]) -> dict[str, Any]:
    from generator.errors import RunnerError
    from runner.contract import Request
    from runner.engine import run
    from runner.errors import RequestError

    try:
        return run(Request.from_json(request)).to_json()
    except RequestError as error:
        raise RunnerError(str(error)) from error


def _standing(project: Path, environment: str) -> Standing:
    from generator.errors import RunnerError
    from generator.project import find_project
    from generator.rehearsal.standing import find_standing

    standing = find_standing(find_project(project), environment)
    if "code_runner" not in standing.outputs:
        raise RunnerError(f"{environment} has no code runner")
    return standing


def _through(standing: Standing, request: dict[str, Any]) -> dict[str, Any]:
    from generator.rehearsal.program import invoke

    return invoke(standing.client("lambda"), standing.outputs["code_runner"], request).result


def _keep(standing: Standing | None, bucket: str, request: dict[str, Any], result: dict[str, Any]) -> str:
    """Keep the answer and return its id. Raises AwsError when it cannot be kept."""
    from generator.errors import AwsError
    from generator.release.aws import aws_errors, clients_of_region
    from runner.errors import RunnerError
    from runner.trace_store import TraceStore

    with aws_errors():
        client = standing.client("s3") if standing else clients_of_region()("s3")
        try:
            return TraceStore(client, bucket).put(request, result)
        except RunnerError as error:
            raise AwsError(error.what, cure=error.cure) from error


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
