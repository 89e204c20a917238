"""Trying the mutants of several modules side by side, and keeping what was found out."""

from __future__ import annotations

import ctypes
import hashlib
import json
import math
import signal
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from contextlib import ExitStack, contextmanager
from dataclasses import asdict, dataclass
from functools import cache
from multiprocessing import get_context
from pathlib import Path

from generator.embedded_aws import EmbeddedAws
from generator.plan_tests.cache import PlanCache, default_directory
from generator.plan_tests.planner import Planner as CasePlanner
from generator.plan_tests.temporary import temporary_directory
from generator.rehearsal.terraform_runs import Tools
from generator.terraform.workspace import module_directories
from tests.mutation.bench import Bench
from tests.mutation.mutants import Mutant
from tests.mutation.questions import learn
from tests.mutation.trial import Outcome, Trial
from tests.plan.capabilities import ROOT
from tests.plan.planning import ACCOUNT, REGION

CHUNK = 150  # mutants that one process tries with one embedded AWS
SAY_AFTER = 25
OWN = ("bench", "expressions", "hcl", "judge", "mutants", "questions", "tokens", "trial")
PR_SET_PDEATHSIG = 1  # linux/prctl.h


@dataclass(frozen=True)
class Task:
    """Some mutants of one module. *known* is the file of outcomes that are known already."""

    module: str
    mutants: Sequence[Mutant]
    known: Path


def try_mutants(chosen: Sequence[Mutant], jobs: int) -> list[Outcome]:
    """Try *chosen* in *jobs* processes, and return the outcomes in the same order.

    What was tried before with the same module and tests is not tried again. Raises RuntimeError when a module does not
    pass its tests as it is.
    """
    tasks = list(_tasks(chosen))
    found: dict[str, Outcome] = {}
    for task in tasks:
        found.update(_known(task.known))
    open_tasks = [task for task in tasks if any(mutant.name not in found for mutant in task.mutants)]
    # Not forked: a process has an embedded AWS and a proxy of its own.
    workers = max(1, min(jobs, len(open_tasks)))
    with ProcessPoolExecutor(workers, mp_context=get_context("spawn"), initializer=_end_with_parent) as pool:
        try:
            for done in as_completed([pool.submit(_try, task) for task in open_tasks]):
                found.update({outcome.name: outcome for outcome in done.result()})
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)
            raise
    return [found[mutant.name] for mutant in chosen]


def sample(found: Sequence[Mutant], share: float, seed: str) -> list[Mutant]:
    """A *share* of *found*, and at least one: another one for another *seed*, such as a commit."""
    if share >= 1:
        return list(found)
    by_hash = sorted(found, key=lambda mutant: hashlib.sha256(f"{seed} {mutant.name}".encode()).digest())
    kept = set(by_hash[: math.ceil(len(by_hash) * share)])
    return [mutant for mutant in found if mutant in kept]


@contextmanager
def trial(module: str) -> Iterator[Trial]:
    """A trial of *module*, with an embedded AWS and a provider of its own for as long as the context lasts."""
    with ExitStack() as stack:
        bench, other = _bench(stack), _bench(stack)
        real = CasePlanner(ROOT, PlanCache(default_directory()), REGION)
        stack.callback(real.close)
        of_copies = CasePlanner(bench.directory, bench.cache, REGION)
        stack.callback(of_copies.close)
        yield Trial(learn(module, bench, real), bench, other, of_copies)


def _bench(stack: ExitStack) -> Bench:
    """A bench, whose embedded AWS and provider start when they are needed, and end with *stack*."""
    directory = stack.enter_context(temporary_directory())
    (directory / "shared").mkdir()
    tools = Tools.find()
    start_aws = cache(lambda: stack.enter_context(EmbeddedAws.start()))
    start_proxy = cache(lambda: stack.enter_context(tools.proxy(tools.environment(start_aws(), ACCOUNT))))
    return Bench(tools, start_aws, start_proxy, directory, directory / "shared", PlanCache(directory, enabled=False))


def _end_with_parent() -> None:
    # A pool's processes outlive a parent that is killed, and with them their embedded AWS.
    ctypes.CDLL(None, use_errno=True).prctl(PR_SET_PDEATHSIG, signal.SIGTERM, 0, 0, 0)


def _try(task: Task) -> list[Outcome]:
    """Try what is not known yet, in this process, and keep each outcome at once: a run may be interrupted."""
    known = _known(task.known)
    rest = [mutant for mutant in task.mutants if mutant.name not in known]
    task.known.parent.mkdir(parents=True, exist_ok=True)
    found = []
    with trial(task.module) as court:
        for number, mutant in enumerate(rest, start=1):
            outcome = court.outcome(mutant)
            found.append(outcome)
            with task.known.open("a", encoding="utf-8") as file:
                file.write(json.dumps(asdict(outcome)) + "\n")
            if not outcome.by:
                print(f"  survived: {outcome.name} (line {outcome.line})", flush=True)
            if number % SAY_AFTER == 0 or number == len(rest):
                print(f"  {task.module}: {number} of {len(rest)}", flush=True)
        try:
            court.check_baseline()
        except RuntimeError:
            # What a mutant left behind may have killed those after it.
            _forget(task.known, found)
            raise
    return [*known.values(), *found]


def _tasks(chosen: Iterable[Mutant]) -> Iterator[Task]:
    by_module: dict[str, list[Mutant]] = {}
    for mutant in chosen:
        by_module.setdefault(mutant.module, []).append(mutant)
    # The largest first, so that no process is left alone with it.
    for module, own in sorted(by_module.items(), key=lambda item: -len(item[1])):
        known = default_directory().parent / "mutation" / f"{module}-{_digest(module)}.jsonl"
        for start in range(0, len(own), CHUNK):
            yield Task(module, own[start : start + CHUNK], known)


def _known(file: Path) -> dict[str, Outcome]:
    if not file.exists():
        return {}
    outcomes = [Outcome(**json.loads(line)) for line in file.read_text(encoding="utf-8").splitlines()]
    return {outcome.name: outcome for outcome in outcomes}


def _forget(file: Path, outcomes: Iterable[Outcome]) -> None:
    rest = _known(file).keys() - {outcome.name for outcome in outcomes}
    lines = [json.dumps(asdict(outcome)) + "\n" for name, outcome in _known(file).items() if name in rest]
    file.write_text("".join(lines), encoding="utf-8")


def _digest(module: str) -> str:
    """Of what the outcomes depend on: the module and those it calls, its tests, how they are tried, and the tools.

    Not of the embedded AWS: a fix of it, made every day, seldom changes what a plan shows.
    """
    digest = hashlib.sha256("\0".join(_versions()).encode())
    for directory in module_directories(ROOT / "modules" / module, ROOT):
        for file in sorted(directory.glob("*.tf")):
            digest.update(file.read_bytes())
    tests = ROOT / "tests/plan"
    files = [*tests.glob(f"test_{module}*.py"), *tests.glob(f"{module}/*.yaml"), *tests.glob(f"{module}*.py")]
    files += [tests / "wrong_values.py", tests / f"wrong_values_{module}.py", tests / "planning.py"]
    files += [Path(__file__).with_name(f"{name}.py") for name in OWN]
    for file in sorted(file for file in set(files) if file.exists()):
        digest.update(file.read_bytes())
    return digest.hexdigest()[:32]


@cache
def _versions() -> list[str]:
    tools = Tools.find()
    return [str(tools.binary.version), tools.provider.describe()]
