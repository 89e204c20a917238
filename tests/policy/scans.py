"""checkov in this process: over a root module's HCL with all modules it calls, and over its plan."""

from __future__ import annotations

import json
import logging
import os
import re
import tempfile
import warnings
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

# checkov reads this when it is imported: without it, it gives up a file after ten seconds, which a busy machine takes.
os.environ["HCL_PARSE_TIMEOUT_SEC"] = "0"

INSTANCE = re.compile(r"\[[^]]*\]")


@dataclass(frozen=True, order=True)
class Finding:
    """A check of one resource. *address* has no instance keys; *reason* is that of a skip."""

    check: str
    address: str
    reason: str = ""


@dataclass(frozen=True)
class Scan:
    """What a scan said: the number of passed checks, what failed, and what a comment inside the block skips."""

    passed: int
    failed: frozenset[Finding]
    skipped: frozenset[Finding]


def scan_hcl(directory: Path) -> Scan:
    """Scan the root module in *directory*. Raises AssertionError for a file that checkov cannot read."""
    with _quiet():
        from checkov.runner_filter import RunnerFilter
        from checkov.terraform.runner import Runner

        # A new runner for each: it keeps what it has read.
        chosen = RunnerFilter(framework=["terraform"], download_external_modules=False)
        report = Runner().run(root_folder=str(directory), external_checks_dir=None, runner_filter=chosen)
    return _scan(report)


def scan_plan(plan: Mapping[str, Any]) -> Scan:
    """Scan a plan, as ``terraform show -json`` gives it."""
    with _quiet(), tempfile.TemporaryDirectory() as folder:
        from checkov.runner_filter import RunnerFilter
        from checkov.terraform.plan_runner import Runner

        file = Path(folder) / "plan.json"
        file.write_text(json.dumps(plan), encoding="utf-8")
        report = Runner().run(files=[str(file)], runner_filter=RunnerFilter(framework=["terraform_plan"]))
    return _scan(report)


def _scan(report: Any) -> Scan:
    assert report.parsing_errors == []
    return Scan(len(report.passed_checks), _findings(report.failed_checks), _findings(report.skipped_checks))


def _findings(records: Iterable[Any]) -> frozenset[Finding]:
    return frozenset(
        Finding(r.check_id, INSTANCE.sub("", r.resource), r.check_result.get("suppress_comment") or "") for r in records
    )


@contextmanager
def _quiet() -> Iterator[None]:
    """checkov and what it imports warn of their own deprecations, and log what they do."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        logging.disable(logging.CRITICAL)
        try:
            yield
        finally:
            logging.disable(logging.NOTSET)
