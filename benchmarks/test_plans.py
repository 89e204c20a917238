"""The plan benchmark plans the same on both sides, and counts all that a plan takes.

What measures collects every child of its process, so those tests run in a process of their own.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from tftest import TerraformPlanOutput

from benchmarks.plan_cases import CASES
from benchmarks.plan_sides import Usage
from benchmarks.plans import Comparison, Runs, report, require_same, table
from benchmarks.process_tree import BenchmarkError
from benchmarks.synthesis import ROOT

NOTHING = Usage(seconds=1, terraform=0, python=0, proxy=0, provider=0, embedded_aws=0)

# A side whose plan is a program of the test's: no terraform is needed to see what is counted.
METER = """
import dataclasses, json, os, subprocess, sys
from benchmarks import plan_sides, process_tree

BURN = "import time\\nwhile time.process_time() < 0.3: pass\\n"
SERVE = "import sys\\nsys.stdin.readline()\\n" + BURN + "print(flush=True)\\nsys.stdin.readline()"

def start(program, **options):
    return subprocess.Popen([sys.executable, "-c", program], **options)

server = start(SERVE, stdin=subprocess.PIPE, stdout=subprocess.PIPE)

def work():
    server.stdin.write(b"\\n")
    server.stdin.flush()
    server.stdout.readline()

class Side:
    name = "it"
    aws_pid, proxy_pid = 0, server.pid
    def plan(self, variables):
        exec(sys.argv[1])

process_tree.adopt_orphans()
plan_sides.SETTLE_SECONDS = 60.0
meter = plan_sides.Meter(Side())
meter.plan({}) if len(sys.argv) > 2 else None
exec(sys.argv[2]) if len(sys.argv) > 2 else None
try:
    result = dataclasses.asdict(meter.plan({})[1])
except process_tree.BenchmarkError as error:
    result = {"error": str(error)}
finally:
    for pid in process_tree.descendants(os.getpid()):
        os.kill(pid, 9)
print(json.dumps(result))
"""
ORPHAN = "start('import subprocess, sys; subprocess.Popen([sys.executable, \"-c\", ' + repr(BURN) + '])').wait()"

# What the benchmark does with a case.
BOTH_SIDES = """
import dataclasses, json, os
from benchmarks import plan_cases, plan_sides, plans, process_tree

process_tree.adopt_orphans()
with plans.both_sides() as meters:
    (first, use_first), (second, use_second) = (meter.plan(plan_cases.EXAMPLE) for meter in meters)
    plans.require_same("example", first, second)
assert process_tree.descendants(os.getpid()) == []
print(json.dumps([dataclasses.asdict(use_first), dataclasses.asdict(use_second)]))
"""


def measured(*programs: str) -> dict[str, Any]:
    done = subprocess.run(
        [sys.executable, "-c", METER, *programs], cwd=ROOT, check=False, capture_output=True, text=True, timeout=120
    )
    assert done.returncode == 0, done.stderr
    result: dict[str, Any] = json.loads(done.stdout)
    return result


def run(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "benchmarks.plans", *arguments],
        cwd=ROOT,
        check=False,
        capture_output=True,
        text=True,
        env={**os.environ, **environment},
        timeout=300,
    )


def plan_of(number: int, **other: Any) -> TerraformPlanOutput:
    changes = [{"address": f"aws_eip.nat[{index}]", "mode": "managed", "type": "aws_eip"} for index in range(number)]
    planned = {"resource_changes": changes, "planned_values": {}, "output_changes": {}}
    return TerraformPlanOutput({"configuration": {}, "variables": {}, **planned, **other})


def comparison(*, slipway: float, tftest: float) -> Comparison:
    ours, theirs = (replace(NOTHING, terraform=seconds) for seconds in (slipway, tftest))
    return Comparison(Runs(ours, [ours]), Runs(theirs, [theirs]))


def test_no_two_cases_are_the_same() -> None:
    assert len({json.dumps(variables, sort_keys=True) for variables in CASES.values()}) == len(CASES) == 12


@pytest.mark.parametrize(
    "program", ["start(BURN).wait()", ORPHAN, "start(BURN)"], ids=["child", "orphan", "not awaited"]
)
def test_ended_processes_count_as_terraform(program: str) -> None:
    assert measured(program)["terraform"] >= 0.3


def test_servers_count_by_what_they_did_meanwhile() -> None:
    use = measured("work() if not vars(self) else None; self.done = True", "pass")
    assert use["proxy"] < 0.2
    assert measured("work()")["proxy"] >= 0.29


def test_work_of_servers_between_two_plans_counts() -> None:
    assert measured("pass", "work()")["proxy"] >= 0.29


def test_own_work_counts_as_python() -> None:
    use = measured("import time; end = time.process_time() + 0.3\nwhile time.process_time() < end: pass")
    assert use["python"] >= 0.29
    assert use["terraform"] < 0.2


def test_process_left_running_is_an_error() -> None:
    program = "plan_sides.SETTLE_SECONDS = 0.5; start('import time; time.sleep(600)')"
    assert "left processes running" in measured(program)["error"]


def test_server_that_ended_is_an_error() -> None:
    assert "ended too early" in measured("server.kill(); server.wait()")["error"]


def test_processor_time_is_that_of_all_but_the_embedded_aws() -> None:
    use = Usage(seconds=100, terraform=1, python=2, proxy=4, provider=8, embedded_aws=16)
    assert use.cpu_seconds == 15


def test_median_of_processor_time_is_of_whole_plans() -> None:
    uses = [replace(NOTHING, terraform=t, proxy=p) for t, p in ((1, 30), (2, 10), (30, 2))]
    runs = Runs(NOTHING, uses)
    assert runs.cpu_seconds == 31
    assert (runs.median.terraform, runs.median.proxy) == (2, 10)


def test_claims_hold_up_to_an_eighth() -> None:
    verdicts = {claim.what: (claim.holds, claim.binding) for claim in comparison(slipway=0.75, tftest=6).claims()}
    assert verdicts == {"processor time of a plan": (False, False), "processor time, of tftest's": (True, True)}


def test_ratio_over_an_eighth_does_not_hold() -> None:
    compared = comparison(slipway=0.76, tftest=6)
    assert [claim.what for claim in compared.claims() if claim.binding and not claim.holds] == [
        "processor time, of tftest's"
    ]
    assert "DOES NOT HOLD\n" in table(compared)


def test_report_has_every_plan_and_its_claims() -> None:
    document = json.loads(report(comparison(slipway=0.5, tftest=5)))
    assert document["ratios"]["cpu_seconds"] == 0.1
    assert document["slipway"]["median"]["cpu_seconds"] == 0.5
    assert len(document["tftest"]["runs"]) == 1
    assert [claim["holds"] for claim in document["claims"]] == [True, True]


def test_equal_plans_are_compared() -> None:
    require_same("it", plan_of(29), plan_of(29))


@pytest.mark.parametrize("part", ["resource_changes", "planned_values", "output_changes"])
def test_different_plans_are_refused(part: str) -> None:
    other = [] if part == "resource_changes" else {"something": "else"}
    with pytest.raises(BenchmarkError, match=f"it: .* differ in {part}$"):
        require_same("it", plan_of(29), plan_of(29, **{part: other}))


@pytest.mark.parametrize("number", [19, 31])
def test_plan_of_another_size_is_refused(number: int) -> None:
    with pytest.raises(BenchmarkError, match=f"a plan of {number} resources"):
        require_same("it", plan_of(number), plan_of(number))


def test_wrong_arguments_are_refused() -> None:
    done = run("--unknown")
    assert done.returncode == 2
    assert "usage:" in done.stderr


@pytest.mark.parametrize(
    ("arguments", "environment", "message"),
    [
        ([], {"SLIPWAY_TERRAFORM": "absent"}, "SLIPWAY_TERRAFORM names absent"),
        (["--json", "absent/file.json"], {}, "its directory does not exist"),
    ],
)
def test_what_is_missing_is_named(arguments: list[str], environment: dict[str, str], message: str) -> None:
    done = run(*arguments, **environment)
    assert done.returncode == 2
    assert message in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.skipif(not shutil.which("terraform"), reason="terraform is not installed")
def test_both_sides_plan_alike_and_leave_nothing(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", BOTH_SIDES],
        cwd=ROOT,
        check=False,
        capture_output=True,
        text=True,
        env={**os.environ, "TMPDIR": str(tmp_path)},
        timeout=300,
    )
    assert done.returncode == 0, done.stderr
    tftest, slipway = json.loads(done.stdout)
    assert tftest["proxy"] == tftest["provider"] == 0
    assert min(slipway["proxy"], slipway["provider"]) > 0
    assert min(use[part] for use in (tftest, slipway) for part in ("terraform", "python", "embedded_aws")) > 0
    assert list(tmp_path.iterdir()) == []
