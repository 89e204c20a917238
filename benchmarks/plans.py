"""What a plan assertion costs, against tftest as its README shows: ``tox run -e bench``.

Both sides plan modules/vpc with the same twelve sets of variables, with the same terraform and the same provider, in
turn, so that a change in the machine's load meets both. Their plans must be equal.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import statistics
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Any

from tftest import TerraformPlanOutput

from benchmarks.plan_cases import CASES, FEWEST, MOST, Variables
from benchmarks.plan_sides import Meter, SlipwaySide, TftestSide, Usage, planned
from benchmarks.process_tree import BenchmarkError, adopt_orphans, nothing_left_running
from benchmarks.synthesis import MODULE, ROOT, Claim, require_directory, write
from generator.errors import SlipwayError

MOST_CPU_SECONDS = 0.6
MOST_RATIO = 1 / 8


@dataclass(frozen=True)
class Runs:
    """What the plans of one side took: *first* with the start of all that it keeps running, *rest* one a case."""

    first: Usage
    rest: Sequence[Usage]

    @property
    def median(self) -> Usage:
        """The median of each quantity by itself."""
        return Usage(**{f.name: statistics.median(getattr(use, f.name) for use in self.rest) for f in fields(Usage)})

    @property
    def cpu_seconds(self) -> float:
        """The median of the processor time of a plan; the medians of its parts do not add up to it."""
        return statistics.median(use.cpu_seconds for use in self.rest)


@dataclass(frozen=True)
class Comparison:
    """The plans of both sides."""

    slipway: Runs
    tftest: Runs

    @property
    def cpu_ratio(self) -> float:
        return self.slipway.cpu_seconds / self.tftest.cpu_seconds

    @property
    def time_ratio(self) -> float:
        return self.slipway.median.seconds / self.tftest.median.seconds

    def claims(self) -> list[Claim]:
        return [
            Claim("processor time of a plan", self.slipway.cpu_seconds, MOST_CPU_SECONDS, "s", binding=False),
            Claim("processor time, of tftest's", self.cpu_ratio, MOST_RATIO, "", binding=True),
        ]


def compare(cases: Mapping[str, Variables]) -> Comparison:
    """Plan each of *cases* on both sides in turn, after the first of them once on each, which is not counted.

    `adopt_orphans` must have been called, and the caller must have no other children.

    :raises SlipwayError: a plan fails, or terraform or the provider is missing.
    :raises BenchmarkError: plans differ, or have not the number of resources that is claimed.
    """
    with both_sides() as meters:
        tftest, slipway = (meter.side.name for meter in meters)
        uses: dict[str, list[Usage]] = {tftest: [], slipway: []}
        # The first case once more: what starts with it is no part of a plan.
        for number, (name, variables) in enumerate([next(iter(cases.items())), *cases.items()]):
            plans = {}
            # Each side goes first every other time.
            for meter in meters if number % 2 else reversed(meters):
                plans[meter.side.name], use = meter.plan(variables)
                uses[meter.side.name].append(use)
            require_same(name, plans[slipway], plans[tftest])
            progress(f"{number} of {len(cases)}, {name}" if number else "first plan, not counted", uses)
        return Comparison(*(Runs(first, rest) for first, *rest in (uses[slipway], uses[tftest])))


@contextmanager
def both_sides() -> Iterator[tuple[Meter, Meter]]:
    """tftest's and Slipway's; at the end nothing of them is left, neither processes nor files."""
    with nothing_left_running(), ExitStack() as stack:
        work = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="slipway-benchmark-")))
        # tftest leaves the file of each plan where temporary files go.
        stack.callback(setattr, tempfile, "tempdir", tempfile.tempdir)
        tempfile.tempdir = str(work)
        tftest, slipway = TftestSide(MODULE, stack), SlipwaySide(MODULE, ROOT, stack)
        yield Meter(tftest, [slipway]), Meter(slipway, [tftest])


def require_same(case: str, ours: TerraformPlanOutput, theirs: TerraformPlanOutput) -> None:
    """Raise BenchmarkError if the plans of *case* differ, or are smaller or larger than the claim is about."""
    first, second = planned(ours), planned(theirs)
    differing = [part for part in first if first[part] != second[part]]
    if differing:
        raise BenchmarkError(f"{case}: the plans of both sides differ in {', '.join(differing)}")
    number = sum(change["mode"] == "managed" for change in first["resource_changes"])
    if not FEWEST <= number <= MOST:
        raise BenchmarkError(f"{case}: a plan of {number} resources", cure=f"It must have {FEWEST} to {MOST}.")


def progress(what: str, uses: Mapping[str, Sequence[Usage]]) -> None:
    took = ", ".join(f"{side} {all_[-1].cpu_seconds:.2f} s" for side, all_ in uses.items())
    sys.stderr.write(f"{what}: processor {took}\n")


def table(comparison: Comparison) -> str:
    """The medians and the claims, for a person."""
    sides = (("slipway", comparison.slipway), ("tftest as its README shows", comparison.tftest))
    parts = [f.name for f in fields(Usage) if f.name not in ("seconds", "embedded_aws")]
    first = comparison.slipway.first
    count, version = len(comparison.slipway.rest), platform.python_version()
    lines = [
        f"Medians of {count} plans in turn, in seconds, Python {version}, {os.cpu_count()} processors",
        "",
        f"{'':32}{'time':>7}{'processor':>11} ={''.join(f'{part:>11}' for part in parts)}   (embedded AWS)",
        *(_row(name, runs.median, runs.cpu_seconds, parts) for name, runs in sides),
        f"{'ratio':32}{comparison.time_ratio:>7.3f}{comparison.cpu_ratio:>11.3f}",
        _row("slipway's first, with its start", first, first.cpu_seconds, parts),
        "",
    ]
    for claim in comparison.claims():
        verdict = "holds" if claim.holds else "DOES NOT HOLD"
        where = "" if claim.binding else " (on this machine)"
        lines.append(f"{claim.what:36}{claim.value:>8.3f} {f'<= {claim.limit:g} {claim.unit}':12}{verdict}{where}")
    return "\n".join(lines) + "\n"


def _row(name: str, use: Usage, cpu_seconds: float, parts: Sequence[str]) -> str:
    numbers = "".join(f"{getattr(use, part):>11.3f}" for part in parts)
    return f"{name:32}{use.seconds:>7.2f}{cpu_seconds:>11.3f} ={numbers}{use.embedded_aws:>17.3f}"


def report(comparison: Comparison) -> str:
    """Everything measured, as JSON: medians, single plans, ratios and claims."""
    document: dict[str, Any] = {
        "python": platform.python_version(),
        "platform": platform.platform(),
        "processors": os.cpu_count(),
        **{
            side: {
                "median": {**asdict(runs.median), "cpu_seconds": runs.cpu_seconds},
                "first": asdict(runs.first),
                "runs": [asdict(use) for use in runs.rest],
            }
            for side, runs in (("slipway", comparison.slipway), ("tftest", comparison.tftest))
        },
        "ratios": {"seconds": comparison.time_ratio, "cpu_seconds": comparison.cpu_ratio},
        "claims": [{**asdict(claim), "holds": claim.holds} for claim in comparison.claims()],
    }
    return json.dumps(document, indent=2) + "\n"


def benchmark(arguments: argparse.Namespace) -> int:
    """Measure, print, and return 0 if the binding claims hold, else 1."""
    require_directory(arguments.json)
    adopt_orphans()
    comparison = compare(CASES)
    if arguments.json == "-":
        sys.stdout.write(report(comparison))
    else:
        sys.stdout.write(table(comparison))
        if arguments.json:
            write(Path(arguments.json), report(comparison))
    return 0 if all(claim.holds for claim in comparison.claims() if claim.binding) else 1


def main() -> None:
    """Run the command line. Exit codes: 0 the ratio holds, 1 it does not, 2 cannot measure, 130 interrupted."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.plans",
        description="Processor time of a plan, against tftest as its README shows.",
        epilog="Example: python -m benchmarks.plans --json plans.json",
    )
    parser.add_argument("--json", metavar="FILE|-", help="write everything measured there; - is standard output")
    arguments = parser.parse_args()
    try:
        sys.exit(benchmark(arguments))
    except SlipwayError as error:
        sys.stderr.write(f"error: {error}\n")
        sys.exit(BenchmarkError.exit_code)
    except KeyboardInterrupt:
        sys.stderr.write("interrupted: nothing is left running\n")
        sys.exit(130)


if __name__ == "__main__":
    main()
