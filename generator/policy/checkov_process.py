"""checkov in this process: imported once, quiet, and with every check that throws written down."""

from __future__ import annotations

import json
import logging
import os
import tempfile
import warnings
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Literal

from generator.errors import Location, SlipwayError

LEAST_READ_AS_JSON = "CHECKOV_MAX_IAC_FILE_SIZE"  # bytes

Result = Literal["passed", "failed", "skipped", "error"]


@dataclass(frozen=True)
class Record:
    """What one check said of one resource. *keys* are the arguments that it read; *reason* is that of a skip."""

    check: str
    title: str
    result: Result
    address: str
    keys: tuple[str, ...] = ()
    reason: str = ""
    file: Path | None = None
    line: int | None = None


def is_installed() -> bool:
    return find_spec("checkov") is not None


def scan_directory(directory: Path) -> list[Record]:
    """checkov's records of the HCL in *directory* and of the local modules it calls. Nothing is downloaded.

    Raises SlipwayError when checkov is not installed, or cannot read a file.
    """
    with _checkov() as errors:
        from checkov.runner_filter import RunnerFilter
        from checkov.terraform.runner import Runner

        # A new runner for each: it keeps what it has read.
        chosen = RunnerFilter(framework=["terraform"], download_external_modules=False)
        with _readable(directory):
            report = Runner().run(root_folder=str(directory), external_checks_dir=None, runner_filter=chosen)
        return [*_records(report, directory), *errors]


def scan_plan(document: Mapping[str, Any]) -> list[Record]:
    """checkov's records of a plan. Raises SlipwayError when checkov is not installed, or cannot read it."""
    with _checkov() as errors, tempfile.TemporaryDirectory(prefix="slipway-checkov-") as folder:
        from checkov.runner_filter import RunnerFilter
        from checkov.terraform.plan_runner import Runner

        file = Path(folder) / "plan.json"
        file.touch(mode=0o600)
        file.write_text(json.dumps(document), encoding="utf-8")
        with _readable(Path("plan.json")):
            report = Runner().run(files=[str(file)], runner_filter=RunnerFilter(framework=["terraform_plan"]))
        return [*_records(report, Path("plan.json"), files=False), *errors]


@cache
def check_ids() -> frozenset[str]:
    """The ids of every check for Terraform."""
    with _checkov():
        from checkov.terraform.checks.data.registry import data_registry
        from checkov.terraform.checks.provider.registry import provider_registry
        from checkov.terraform.checks.resource.registry import resource_registry
        from checkov.terraform.runner import Runner

        runner = Runner()
        found = {
            check.id for registry in (resource_registry, data_registry, provider_registry) for check in _all(registry)
        }
        if runner.graph_registry is not None:
            runner.graph_registry.load_checks()
            found |= {check.id for check in runner.graph_registry.checks}
        return frozenset(found)


def _all(registry: Any) -> Iterator[Any]:
    for checks in (*registry.checks.values(), *registry.wildcard_checks.values()):
        yield from checks


def _records(report: Any, source: Path, *, files: bool = True) -> Iterator[Record]:
    if report.parsing_errors:
        raise SlipwayError("checkov cannot read it", where=Location(Path(str(report.parsing_errors[0]))))
    results: tuple[tuple[Result, Iterable[Any]], ...] = (
        ("passed", report.passed_checks),
        ("failed", report.failed_checks),
        ("skipped", report.skipped_checks),
    )
    for result, found in results:
        for r in found:
            path = Path(r.file_abs_path) if files and r.file_abs_path else None
            line = r.file_line_range[0] if files and r.file_line_range else None
            reason = str(r.check_result.get("suppress_comment") or "").strip()
            keys = tuple(str(key) for key in r.check_result.get("evaluated_keys") or [])
            yield Record(r.check_id, str(r.check_name), result, str(r.resource), keys, reason, path, line)


@contextmanager
def _readable(source: Path) -> Iterator[None]:
    try:
        yield
    except Exception as error:
        # checkov takes much for granted of what it reads, and says little.
        # Not its message, which may repeat a secret.
        what = f"checkov cannot read it: {type(error).__name__}"
        raise SlipwayError(what, where=Location(source), cure="--without-checkov leaves it out.") from error


@contextmanager
def _checkov() -> Iterator[list[Record]]:
    """checkov and what it imports warn of their own deprecations, and log what they do. The list gets the checks that
    throw: checkov drops them without a record, and a broken check looks like a clean one."""
    if not is_installed():
        raise SlipwayError(
            "checkov is not installed", cure="Install slipway[policy], or scan with --without-checkov: fewer rules."
        )
    # All read when it is imported: without the first, it gives up a file after ten seconds, which a busy machine takes.
    os.environ.setdefault("HCL_PARSE_TIMEOUT_SEC", "0")
    os.environ.setdefault("LOG_LEVEL", "ERROR")
    # From this size on it reads a plan as JSON and knows no lines; below, as YAML, which takes five times as long.
    os.environ.setdefault(LEAST_READ_AS_JSON, "0")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        logging.disable(logging.CRITICAL)
        try:
            with _watched() as errors:
                yield errors
        finally:
            logging.disable(logging.NOTSET)


@contextmanager
def _watched() -> Iterator[list[Record]]:
    from checkov.common.checks.base_check import BaseCheck
    from checkov.common.graph.checks_infra.registry import BaseRegistry

    errors: list[Record] = []

    def write_down(check: Any, scanned_file: str, entity_type: str, entity_name: str, **_: Any) -> None:
        errors.append(Record(check.id, str(check.name), "error", _address(entity_type, entity_name)))

    def run(registry: Any, check: Any, results: Any, graph: Any) -> None:
        try:
            original_run(registry, check, results, graph)
        except Exception:
            # checkov runs these in threads of which it asks no answer.
            errors.append(Record(check.id, str(check.name), "error", ""))

    checks: Any = BaseCheck
    graphs: Any = BaseRegistry
    original_log, original_run = checks.log_check_error, graphs.run_check_parallel
    checks.log_check_error, graphs.run_check_parallel = write_down, run
    try:
        yield errors
    finally:
        checks.log_check_error, graphs.run_check_parallel = original_log, original_run


def _address(kind: str, name: str) -> str:
    return name if name.startswith((kind, "module.")) else f"{kind}.{name}"
