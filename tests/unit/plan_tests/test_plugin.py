"""The plugin in another team's repository: fixtures, cases, cache, and what a person reads when something is wrong."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from generator.plan_tests.cache import default_directory
from tests.unit.plan_tests.conftest import SMALL_MODULE, Recorder, write

pytest_plugins = ["pytester"]

CASE = "cases/small/default.yaml"
GOOD_CASE = "variables: {size: 2}\nexpect:\n  counts: {terraform_data: 2}\n"


def output(result: pytest.RunResult) -> str:
    return "\n".join(result.outlines + result.errlines)


def test_the_fixtures_plan_refuse_and_compare(pytester: pytest.Pytester, repository: Path) -> None:
    pytester.makepyfile("""
        import pytest
        from generator.plan_tests import MISSING, PlanFailedError, PlanSummary

        def test_plan(plan):
            found = plan("modules/small", {"size": 2})
            assert found.outputs["size"] == 2
            assert set(found.resources) == {"terraform_data.this[0]", "terraform_data.this[1]"}
            PlanSummary.of(found).check(
                counts={"terraform_data": 2}, values={"terraform_data.this[1]": {"triggers_replace": MISSING}}
            )

        def test_defaults(plan):
            assert plan("modules/small").outputs["size"] == 1

        def test_error(plan, expect_error):
            expect_error("modules/small", {"size": 10}, match="size must be less than 10.", at="main.tf:5")
            with pytest.raises(PlanFailedError, match="size must be"):
                plan("modules/small", {"size": 10})

        def test_change(plan_change):
            change = plan_change("modules/small", {"size": 1}, {"size": 2})
            change.check_only_adds()
            assert change.added == {"terraform_data.this[1]"}
            with pytest.raises(AssertionError, match="gone"):
                plan_change("modules/small", {"size": 2}, {"size": 1}).check_only_adds()
    """)
    pytester.runpytest("-q").assert_outcomes(passed=4)


@pytest.mark.parametrize(
    ("call", "said"),
    [
        ('plan("modules/none")', "there is no module */modules/none"),
        ('plan("..")', "is not below"),
        ('plan("cases/small")', "holds no Terraform configuration"),
        ('plan("modules/small", {"siez": 1})', "the module small has no variable siez*Did you mean size?"),
        ('plan("modules/small", {"size": {1}})', "the value of size cannot be handed to terraform"),
        ('plan("modules/small", {"size": float("nan")})', "the value of size cannot be handed to terraform"),
        ('plan("modules/small", {"size": {1: 1, "a": 2}})', "the value of size cannot be handed to terraform"),
        ('plan("modules/small", {"size": 10})', "PlanFailedError: terraform refused to plan: *size must be less than"),
        ('expect_error("modules/small", {"size": 1}, match="x")', "terraform planned it; expected an error with 'x'"),
        ('expect_error("modules/small", {"size": 10}, match="x")', "expected an error with 'x'; terraform said: "),
        ('expect_error("modules/small", {"size": 10}, match="size", at="a.tf")', "terraform points at main.tf:5"),
    ],
)
def test_what_is_wrong_is_told_at_the_test_s_own_line(
    pytester: pytest.Pytester, repository: Path, call: str, said: str
) -> None:
    pytester.makepyfile(f"def test_it(plan, expect_error):\n    {call}\n")
    result = pytester.runpytest("-q")
    result.assert_outcomes(failed=1)
    shown = " ".join(output(result).split())
    assert all(part in shown for part in said.split("*")), shown
    # Neither our own lines nor what tftest prints and logs.
    assert "generator/plan_tests" not in shown
    assert "Captured" not in shown


def test_a_case_passes_and_its_module_is_that_of_its_folder(pytester: pytest.Pytester, repository: Path) -> None:
    write(repository, {CASE: GOOD_CASE, "cases/small/more.yaml": GOOD_CASE.replace("2", "3")})
    write(repository, {"cases/list.yaml": "of no module: no case"})
    write(repository, {"cases/small/error.yaml": "variables: {size: 10}\nexpect: {error: {match: less than 10}}"})
    pytester.runpytest("-q").assert_outcomes(passed=3)


@pytest.mark.parametrize(
    ("case", "lines"),
    [
        ("variables: {size: 3}\nexpect: {counts: {terraform_data: 2}}", ["counts.terraform_data: expected 2, found 3"]),
        ("expect: {outputs: {size: 2}}", ["outputs.size: expected 2, found 1"]),
        ("variables: {size: 10}\nexpect: {}", ["size must be less than 10."]),
        ("variables: {size: 1}\nexpect: {error: {match: less}}", ["planned it; expected an error with 'less'"]),
        ("variables: {size: 10}\nexpect: {error: {match: more}}", ["expected an error with 'more'"]),
        ("variables: {size: 10}\nexpect: {error: {match: less, at: a.tf}}", ["expected the error at a.tf"]),
        ("variables:\n  siez: 1\nexpect: {}", ["default.yaml:2: the module small has no variable siez", "mean size?"]),
        ("expect: {}\ninventory: {}", ["pytest --update-inventory cases/small/default.yaml"]),
        ("expect: {a: 1}", ["default.yaml:1: expect.a"]),
    ],
)
def test_a_case_fails_with_a_message_and_without_a_traceback(
    pytester: pytest.Pytester, repository: Path, case: str, lines: list[str]
) -> None:
    write(repository, {CASE: case})
    result = pytester.runpytest("-q")
    result.assert_outcomes(failed=1)
    shown = " ".join(output(result).split())
    assert all(line in shown for line in [*lines, CASE]), shown
    assert "Traceback" not in shown
    assert ".py:" not in shown


def test_an_inventory_is_written_kept_and_seen_to_differ(pytester: pytest.Pytester, repository: Path) -> None:
    write(repository, {CASE: f"{GOOD_CASE}inventory: {{}}\n", "cases/small/without.yaml": GOOD_CASE})
    pytester.runpytest("-q", "--update-inventory").assert_outcomes(passed=2)
    assert (repository / "cases/small/without.yaml").read_text(encoding="utf-8") == GOOD_CASE
    written = (repository / CASE).read_text(encoding="utf-8")
    assert written.startswith(GOOD_CASE)
    assert "terraform_data.this[1]:" in written
    pytester.runpytest("-q").assert_outcomes(passed=2)

    # The written part still holds; the inventory does not.
    write(repository, {"modules/small/main.tf": SMALL_MODULE + 'resource "terraform_data" "one_more" {}\n'})
    write(repository, {CASE: written.replace("counts: {terraform_data: 2}", "outputs: {size: 2}")})
    result = pytester.runpytest("-q", CASE)
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(
        [
            "*the plan is not what the inventory holds:",
            "  counts.terraform_data: expected 2, found 3",
            "  values.terraform_data.one_more: expected MISSING, found {}",
            f"If the plan is right, write the inventory anew:  pytest --update-inventory {CASE}",
        ]
    )
    pytester.runpytest("-q", "--update-inventory", CASE).assert_outcomes(passed=1)
    pytester.runpytest("-q", CASE).assert_outcomes(passed=1)


def test_a_wrong_expectation_is_not_made_right_by_an_update(pytester: pytest.Pytester, repository: Path) -> None:
    write(repository, {CASE: "expect: {counts: {terraform_data: 5}}\ninventory: {}\n"})
    pytester.runpytest("-q", "--update-inventory").assert_outcomes(failed=1)


def test_a_sensitive_value_is_in_no_inventory(pytester: pytest.Pytester, repository: Path) -> None:
    write(repository, {CASE: "variables: {secret: hunter2}\nexpect: {}\ninventory: {}\n"})
    pytester.runpytest("-q", "--update-inventory").assert_outcomes(passed=1)
    inventory = (repository / CASE).read_text(encoding="utf-8").split("inventory:")[-1]
    assert "(sensitive)" in inventory
    assert "hunter2" not in inventory


def test_a_second_run_plans_nothing_and_refusals_are_kept_too(
    pytester: pytest.Pytester, repository: Path, planned: Recorder
) -> None:
    error = "variables: {size: 10}\nexpect: {error: {match: less than 10}}"
    write(repository, {CASE: GOOD_CASE, "cases/small/error.yaml": error})
    for expected in (["small", "small"], []):
        pytester.runpytest("-q").assert_outcomes(passed=2)
        assert planned.take() == expected
    for other in ("--no-plan-cache", "--override-ini=slipway_region=eu-west-1"):
        pytester.runpytest("-q", other).assert_outcomes(passed=2)
        assert planned.take() == ["small", "small"]


def test_the_cache_is_trimmed_at_the_end(pytester: pytest.Pytester, repository: Path) -> None:
    abandoned = default_directory() / ".abandoned.part"
    write(default_directory(), {abandoned.name: ""})
    os.utime(abandoned, (1, 1))
    write(repository, {CASE: GOOD_CASE})
    pytester.runpytest("-q").assert_outcomes(passed=1)
    assert [file.suffix for file in default_directory().iterdir()] == [".gz"]


def test_a_change_of_one_module_plans_it_and_its_callers_alone(
    pytester: pytest.Pytester, repository: Path, planned: Recorder
) -> None:
    caller = 'module "small" {\n  source = "../small"\n}\n'
    write(
        repository,
        {
            "modules/caller/main.tf": caller,
            "modules/second/main.tf": caller.replace("small", "caller"),
            "modules/other/main.tf": SMALL_MODULE,
            "modules/small/size.txt": "",
            **{f"cases/{name}/default.yaml": "expect: {}" for name in ("small", "caller", "second", "other")},
        },
    )
    pytester.runpytest("-q").assert_outcomes(passed=4)
    assert planned.take() == ["caller", "other", "second", "small"]
    write(repository, {"modules/small/size.txt": "changed"})
    pytester.runpytest("-q").assert_outcomes(passed=4)
    assert planned.take() == ["caller", "second", "small"]


def test_workers_in_random_order_share_the_cache(
    pytester: pytest.Pytester, repository: Path, planned: Recorder
) -> None:
    write(repository, {f"cases/small/size_{n}.yaml": f"variables: {{size: {n}}}\nexpect: {{}}" for n in range(6)})
    pytester.runpytest_subprocess("-q", "-n", "2", "-p", "randomly").assert_outcomes(passed=6)
    assert len(planned.take()) == 6
    pytester.runpytest_subprocess("-q", "-n", "2").assert_outcomes(passed=6)
    assert planned.take() == []


def test_variables_of_the_shell_do_not_reach_a_plan(
    pytester: pytest.Pytester, repository: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TF_VAR_size", "7")
    monkeypatch.setenv("TF_CLI_ARGS_plan", "-destroy")
    write(repository, {CASE: "expect: {outputs: {size: 1}}"})
    pytester.runpytest("-q").assert_outcomes(passed=1)


def test_a_test_s_variables_go_before_those_of_the_module_s_own_files(
    pytester: pytest.Pytester, repository: Path
) -> None:
    write(repository, {"modules/small/zz.auto.tfvars": "size = 7\n", CASE: GOOD_CASE})
    write(repository, {"cases/small/file.yaml": "expect: {outputs: {size: 7}}"})
    pytester.runpytest("-q").assert_outcomes(passed=2)


def test_the_module_s_files_and_the_temporary_directory_are_left_as_they_were(
    pytester: pytest.Pytester, repository: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    temporary = tmp_path / "temporary"
    temporary.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", None)
    monkeypatch.setenv("TMPDIR", str(temporary))
    write(repository, {CASE: GOOD_CASE, "cases/small/e.yaml": "variables: {size: 10}\nexpect: {error: {match: less}}"})
    before = sorted((repository / "modules").rglob("*"))
    pytester.runpytest_subprocess("-q", f"--basetemp={tmp_path / 'pytest'}").assert_outcomes(passed=2)
    assert sorted((repository / "modules").rglob("*")) == before
    assert list(temporary.iterdir()) == []


def test_a_backend_is_replaced_by_local_state(pytester: pytest.Pytester, repository: Path) -> None:
    backend = 'terraform {\n  backend "s3" {\n    bucket = "b"\n    key = "k"\n    region = "us-west-2"\n  }\n}\n'
    write(repository, {"modules/small/backend.tf": backend, CASE: GOOD_CASE})
    pytester.runpytest("-q").assert_outcomes(passed=1)


def test_tftest_used_by_itself_logs_as_ever(pytester: pytest.Pytester, repository: Path) -> None:
    pytester.makepyfile("""
        import logging

        def test_it(plan, caplog):
            plan("modules/small")
            assert caplog.text == ""
            logging.getLogger("tftest").critical("by itself")
            assert "by itself" in caplog.text
    """)
    pytester.runpytest("-q").assert_outcomes(passed=1)


def test_a_directory_of_cases_that_is_not_there_is_a_usage_error(pytester: pytest.Pytester, repository: Path) -> None:
    result = pytester.runpytest("-q", "-o", "slipway_cases=nowhere")
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines(["ERROR: slipway_cases names nowhere, which is not a directory below *"])


def test_without_terraform_the_error_says_what_to_install(
    pytester: pytest.Pytester, repository: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(repository, {CASE: GOOD_CASE})
    monkeypatch.setenv("SLIPWAY_TERRAFORM", "no-such-terraform")
    result = pytester.runpytest("-q")
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(["SLIPWAY_TERRAFORM names no-such-terraform, which is not an executable file.", "*"])


def test_yaml_files_of_other_suites_are_not_collected(pytester: pytest.Pytester) -> None:
    write(pytester.path, {"tests/plan/small/default.yaml": "expect: {}", "modules/small/main.tf": SMALL_MODULE})
    pytester.makepyfile("def test_it(): pass")
    result = pytester.runpytest("-q", "-W", "error")
    result.assert_outcomes(passed=1)


def test_a_run_that_plans_nothing_imports_nothing_heavy() -> None:
    heavy = ("boto3", "tftest", "pydantic", "ruamel.yaml", "generator.embedded_aws", "generator.plan_tests.planner")
    code = f"import sys, generator.plan_tests.plugin\nprint([name for name in {heavy} if name in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
