"""Mutate the emitted HCL of modules, and see whether their hand-written tests notice."""

from __future__ import annotations

import argparse
import subprocess
import sys

from generator.errors import SlipwayError
from generator.modules import all_modules
from tests.mutation.mutants import mutants
from tests.mutation.results import DEMANDED, Result, summary, write_results
from tests.mutation.run import sample, try_mutants
from tests.plan.capabilities import ROOT


def main() -> int:
    """Exit code 0: enough are killed; 1: of a module too few are; 2: it cannot run here."""
    options = _options()
    commit = subprocess.run(["git", "rev-parse", "HEAD"], cwd=ROOT, capture_output=True, text=True, check=False).stdout
    chosen = [
        mutant
        for module in options.modules or all_modules()
        for mutant in sample(mutants(ROOT / "modules", module), options.sample, commit.strip())
    ]
    print(f"{len(chosen)} mutants", flush=True)
    try:
        outcomes = try_mutants(chosen, options.jobs)
    except (SlipwayError, RuntimeError) as error:
        print(f"error: {error}", file=sys.stderr)
        return 2
    results = {
        module: Result.of([o for o, mutant in zip(outcomes, chosen, strict=True) if mutant.module == module])
        for module in dict.fromkeys(mutant.module for mutant in chosen)
    }
    if options.write:
        write_results(results)
    print("\n".join(summary(results)))
    too_few = [module for module, result in results.items() if result.share < DEMANDED]
    print(f"under {DEMANDED:.0%}: {', '.join(too_few)}" if too_few else f"each at least {DEMANDED:.0%}")
    return 1 if too_few else 0


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m tests.mutation", description=__doc__, epilog="example: python -m tests.mutation bucket secrets"
    )
    parser.add_argument("modules", nargs="*", metavar="MODULE", help="by default all")
    parser.add_argument("--jobs", type=int, default=2, help="processes side by side, 1 GB each (default: 2)")
    parser.add_argument("--sample", type=float, default=1.0, metavar="SHARE", help="try a share, such as 0.1")
    parser.add_argument("--write", action="store_true", help="write tests/mutation/results.json")
    options = parser.parse_args()
    if unknown := sorted(set(options.modules) - set(all_modules())):
        parser.error(f"no such module: {', '.join(unknown)}; there are {', '.join(all_modules())}")
    if options.write and options.sample < 1:
        parser.error("a sample is no result: leave out --sample or --write")
    return options


if __name__ == "__main__":
    sys.exit(main())
