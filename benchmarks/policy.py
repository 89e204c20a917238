"""What a scan costs: ``tox run -e bench``.

Slipway's own rules on each environment, and on one copied eighty times; a whole scan of a plan with checkov against
``terraform show -json`` of the same plan; the scans of every environment in one process against a process of checkov's
command for each. terraform show has the stock provider here, as whoever pipes a plan has. It is processor time, since
other work may use the machine. The start of Python and the import of
checkov count for the command, which pays for them with each plan.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import partial
from pathlib import Path
from typing import Any

from benchmarks.process_tree import BenchmarkError
from benchmarks.synthesis import ROOT, Claim
from generator.embedded_aws import EmbeddedAws
from generator.errors import Location, SlipwayError
from generator.policy import checkov_process
from generator.policy.evaluate import evaluate
from generator.policy.plan.document import read_document
from generator.policy.planned import Planning
from generator.policy.platform import Platform
from generator.policy.rules import platform_rules
from generator.policy.scan import Scan
from generator.policy.targets import read_targets
from generator.project import all_targets
from generator.rehearsal.rehearse import FIRST_ACCOUNT_ID
from generator.rehearsal.terraform_runs import Stage, Tools
from generator.terraform.progress import SilentReporter

MOST_SECONDS, MOST_GROWTH, MOST_SHOWS, MOST_OF_COMMANDS = 0.3, 1.5, 3.0, 0.25
SMALL, COPIES = "counselor/dev", 80
IDENTIFIER = re.compile(r"-([0-9a-f]{13})[0-9a-f]{4}\b")


@dataclass(frozen=True)
class Figures:
    """Seconds of processor time."""

    own: Mapping[str, float]
    small: float
    large: float
    resources: tuple[int, int]
    show: float
    whole: float
    together: float
    commands: float
    checkov_growth: float

    def claims(self) -> list[Claim]:
        growth = (self.large / self.resources[1]) / (self.small / self.resources[0])
        return [
            Claim("own rules, slowest environment", max(self.own.values()), MOST_SECONDS, "s", binding=False),
            Claim(f"own rules a resource, {self.resources[1]} of {self.resources[0]}", growth, MOST_GROWTH, "", True),
            Claim("a whole scan, of terraform show", self.whole / self.show, MOST_SHOWS, "", binding=True),
            Claim(
                "all in one process, of checkov's command", self.together / self.commands, MOST_OF_COMMANDS, "", True
            ),
        ]


def measured(plans: Mapping[str, Path], show: float) -> Figures:
    """Measure the scans of *plans*, plan JSON by environment; *show* is the time of terraform show for SMALL."""
    texts = {name: file.read_text(encoding="utf-8") for name, file in plans.items()}
    own = {name: _median(partial(_rules, json.loads(text))) for name, text in texts.items()}
    few, many = json.loads(texts[SMALL]), copied(texts[SMALL], SMALL.replace("/", "-"), COPIES)
    checkov_process.check_ids()  # imports checkov, once
    started = time.process_time()
    for file in plans.values():
        _scan(file)
    together = time.process_time() - started
    return Figures(
        own=own,
        small=_median(lambda: _rules(few)),
        large=_median(lambda: _rules(many)),
        resources=(len(few["resource_changes"]), len(many["resource_changes"])),
        show=show,
        whole=_median(lambda: _timed(lambda: _scan(plans[SMALL]))),
        together=together,
        commands=sum(_command(file) for file in plans.values()),
        checkov_growth=_checkov_growth(texts[SMALL]),
    )


def copied(text: str, name: str, copies: int) -> dict[str, Any]:
    """A plan *copies* times in one, each with names and identifiers of its own."""
    result: dict[str, Any] = json.loads(text)
    changes, calls = [], {}
    for number in range(copies):
        own = IDENTIFIER.sub(rf"-\g<1>{number:04x}", text.replace(name, f"{name}{number}"))
        document = json.loads(own)
        for change in document["resource_changes"]:
            module = change.get("module_address")
            change["module_address"] = f"module.copy{number}" + (f".{module}" if module else "")
            change["address"] = f"module.copy{number}.{change['address']}"
            changes.append(change)
        calls[f"copy{number}"] = {"module": document["configuration"]["root_module"]}
    return {**result, "resource_changes": changes, "configuration": {"root_module": {"module_calls": calls}}}


def _rules(document: Mapping[str, Any]) -> float:
    def run() -> None:
        plan = read_document(document, Location(Path("plan.json")))
        list(evaluate(Platform(plan), platform_rules(), "benchmark"))

    return _timed(run)


def _scan(file: Path) -> None:
    targets = read_targets((str(file),), ROOT)
    Scan(platform_rules(), Planning(ROOT, lambda _: SilentReporter()), date(2026, 6, 1)).run(targets)


def _checkov_growth(text: str) -> float:
    """How much more a resource costs checkov itself when there are eight times as many."""
    document = json.loads(text)
    few = _timed(lambda: checkov_process.scan_plan(document))
    values = document["planned_values"]["root_module"]["child_modules"]
    children = [json.loads(json.dumps(values).replace('"module.', f'"module.copy{n}.module.')) for n in range(8)]
    modules = [{"address": f"module.copy{n}", "child_modules": child} for n, child in enumerate(children)]
    many = {**copied(text, SMALL.replace("/", "-"), 8), "planned_values": {"root_module": {"child_modules": modules}}}
    return _timed(lambda: checkov_process.scan_plan(many)) / few / 8


def _command(file: Path) -> float:
    before = _children()
    command = [sys.executable, "-m", "checkov.main", "-f", str(file), "--framework", "terraform_plan", "-o", "json"]
    # As whoever starts it has it, without what this process set for itself.
    environment = {k: v for k, v in os.environ.items() if k != checkov_process.LEAST_READ_AS_JSON}
    subprocess.run(command, capture_output=True, check=False, env={**environment, "LOG_LEVEL": "ERROR"})
    return _children() - before


def _children() -> float:
    """The processor time of every process that was started and has ended."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def _timed(work: Callable[[], object]) -> float:
    started = time.process_time()
    work()
    return time.process_time() - started


def _median(work: Callable[[], float]) -> float:
    return statistics.median(work() for _ in range(3))


def _planned(folder: Path) -> dict[str, Path]:
    """The first plan of every environment as JSON."""
    plans: dict[str, Path] = {}
    with Planning(ROOT, lambda _: SilentReporter()) as planning:
        for target in read_targets(tuple(t.name for t in all_targets(ROOT)), ROOT):
            terraform, file = planning.first(target)
            plans[target.name] = folder / f"{target.name.replace('/', '-')}.json"
            plans[target.name].write_text(json.dumps(terraform.show_plan(file)), encoding="utf-8")
    return plans


def _show(folder: Path) -> float:
    """What terraform show takes for SMALL's plan, with the stock provider, as whoever pipes a plan has it: the proxy
    behind Slipway's own plans makes it cheaper."""
    (target,) = read_targets((SMALL,), ROOT)
    with EmbeddedAws.start() as aws, Stage(aws, Tools.find(), ROOT, folder, released=True) as stage:
        terraform = stage.terraform(target.path, str(FIRST_ACCOUNT_ID), SilentReporter())
        terraform.init()
        file = folder / "stock.plan"
        terraform.plan(out=file)
        before = _children()
        terraform.show_plan(file)
        return _children() - before


def main() -> int:
    parser = argparse.ArgumentParser(description="Measure scans.")
    parser.add_argument("--json", metavar="FILE", help="write the figures as JSON")
    arguments, _ = parser.parse_known_args()
    try:
        with tempfile.TemporaryDirectory(prefix="slipway-benchmark-") as folder:
            figures = measured(_planned(Path(folder)), _show(Path(folder) / "stock"))
    except (SlipwayError, BenchmarkError) as error:
        print(f"error: {error}", file=sys.stderr)
        return 2
    print(f"{SMALL}: terraform show {figures.show:.2f} s, a whole scan {figures.whole:.2f} s")
    print(f"every environment: {figures.together:.1f} s in one process, {figures.commands:.1f} s by checkov's command")
    for name, seconds in figures.own.items():
        print(f"{name:24} own rules {seconds:6.3f} s")
    print(f"checkov itself: a resource costs {figures.checkov_growth:.2f} times as much when there are 8 times as many")
    claims = figures.claims()
    for claim in claims:
        print(
            f"{'ok  ' if claim.holds else 'OVER'} {claim.what}: {claim.value:.3f}{claim.unit} (limit {claim.limit:g})"
        )
    if arguments.json:
        Path(arguments.json).write_text(json.dumps({c.what: c.value for c in claims}, indent=2), encoding="utf-8")
    return 0 if all(claim.holds for claim in claims if claim.binding) else 1


if __name__ == "__main__":
    sys.exit(main())
