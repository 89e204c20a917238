"""``python -m tests.systems.facts --mutate``: change each value that makes a fact, and see whether its test notices."""

from __future__ import annotations

import argparse
import sys
import tempfile
from pathlib import Path

from generator.systems.manifest import load_manifest
from tests.systems.emission import ACCOUNT_ROOT
from tests.systems.facts.mutation import Trial, Verdict
from tests.systems.facts.rows import SYSTEMS, facts, manifest
from tests.systems.released import planning


def main() -> int:
    """Exit code 0: all killed; 1: a mutant survived, or was none."""
    parser = argparse.ArgumentParser(
        prog="python -m tests.systems.facts", description=__doc__, epilog="example: … --mutate seepp"
    )
    parser.add_argument("--mutate", action="store_true", required=True, help="change the values and plan")
    parser.add_argument("systems", nargs="*", default=list(SYSTEMS), choices=SYSTEMS, metavar="SYSTEM")
    verdicts: list[Verdict] = []
    with tempfile.TemporaryDirectory(prefix="slipway-facts-") as folder, planning(Path(folder)) as planner:
        for system in parser.parse_args().systems:
            for root in roots(system):
                trial = Trial(system, root, planner, Path(folder) / "manifests")
                verdicts += [_told(verdict) for verdict in trial.run()]
    killed = sum(verdict.killed for verdict in verdicts)
    refused = sum(bool(verdict.refused) for verdict in verdicts)
    print(f"{len(verdicts)} mutants: {killed} killed, {len(verdicts) - killed - refused} survived, {refused} refused")
    return 0 if killed == len(verdicts) else 1


def roots(system: str) -> list[str]:
    """The root modules of *system* that rows are about."""
    named = {fact.seen for fact in facts(system)}
    return [name for name in (ACCOUNT_ROOT, *load_manifest(manifest(system)).environments) if name in named]


def _told(verdict: Verdict) -> Verdict:
    print(verdict, flush=True)
    return verdict


if __name__ == "__main__":
    sys.exit(main())
