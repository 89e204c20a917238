"""GitHub's workflows: what each promises, and that GitHub and two linters take them."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
import sysconfig
from pathlib import Path

import pytest

from generator.systems.workflows import FOLDER
from tests.unit.systems.workflow_files import DELIVERED, DEVELOP, HEADER, File, parsed, workflows

PROJECT = Path(__file__).parents[3]
CREDENTIALS = "aws-actions/configure-aws-credentials"
MIXED = ("repository: runner\n", "repository: runner\n  platform: linux/arm64\n")


@pytest.fixture(params=["lab", "committed"])
def files(request: pytest.FixtureRequest, tmp_path: Path) -> dict[str, File]:
    """Every workflow of a small system, and then of the committed ones."""
    if request.param == "lab":
        return workflows(tmp_path, *DELIVERED, *DEVELOP)
    committed = {path.stem: parsed(path.read_text(encoding="utf-8")) for path in (PROJECT / FOLDER).glob("*.yml")}
    assert "seepp-deploy-prod" in committed
    return committed


@pytest.fixture
def lab(tmp_path: Path) -> dict[str, File]:
    return workflows(tmp_path, *DELIVERED, *DEVELOP)


def program(name: str) -> str:
    """The path of a tool that the tests' requirements install."""
    found = shutil.which(name, path=sysconfig.get_path("scripts")) or shutil.which(name)
    assert found is not None, f"{name} is missing: install the dependency group `test` of pyproject.toml"
    return found


def test_a_system_without_a_pipeline_has_no_workflows(tmp_path: Path) -> None:
    assert workflows(tmp_path) == {}


def test_each_environment_with_a_pipeline_is_deployed_and_released(lab: dict[str, File]) -> None:
    assert set(lab) == {
        "pull-request",
        "lab-pull-request",
        "lab-deploy-dev",
        "lab-release-dev",
        "lab-deploy-live",
        "lab-release-live",
    }


def test_an_environment_without_a_pipeline_is_planned_but_not_deployed(tmp_path: Path) -> None:
    only_live = ("  live:\n", "  live:\n    pipeline: { branch: main }\n")
    found = workflows(tmp_path, only_live)
    assert {name for name in found if "-dev" in name} == set()
    assert found["lab-pull-request"].jobs["plan"]["strategy"]["matrix"]["root"] == ["account", "dev", "live"]


def test_the_first_line_says_where_a_file_comes_from(lab: dict[str, File]) -> None:
    assert {file.text.splitlines()[0] for file in lab.values()} == {f"# {HEADER}"}


def test_actions_are_pinned_by_commit_with_their_version_beside(files: dict[str, File]) -> None:
    for name, file in files.items():
        lines = [line for line in file.text.splitlines() if " uses: " in line]
        assert lines, name
        for line in lines:
            assert re.search(r"uses: [\w./-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$", line), line


def test_no_job_has_a_key_that_outlives_it(files: dict[str, File]) -> None:
    for name, file in files.items():
        assert "secrets." not in file.text, name
        assert "aws-access-key-id" not in file.text, name


def test_only_jobs_that_assume_a_role_may_ask_for_a_token(files: dict[str, File]) -> None:
    for name, file in files.items():
        for key, job in file.jobs.items():
            assumes = any(CREDENTIALS in step.get("uses", "") for step in job["steps"])
            assert (job["permissions"].get("id-token") == "write") == assumes, f"{name}: {key}"


def test_a_token_may_do_nothing_that_its_job_does_not_name(files: dict[str, File]) -> None:
    for name, file in files.items():
        assert file.content["permissions"] == {}, name
        for key, job in file.jobs.items():
            assert job["permissions"].get("contents", "read") == "read", f"{name}: {key}"


def test_a_checkout_leaves_no_token_behind(files: dict[str, File]) -> None:
    steps = [s for file in files.values() for s in file.all_steps() if "actions/checkout@" in s.get("uses", "")]
    assert steps
    assert all(step["with"]["persist-credentials"] is False for step in steps)


def test_no_expression_is_pasted_into_a_script(files: dict[str, File]) -> None:
    scripts = [step["run"] for file in files.values() for step in file.all_steps() if "run" in step]
    assert scripts
    assert [script for script in scripts if "${{" in script] == []


def test_every_job_ends(files: dict[str, File]) -> None:
    for name, file in files.items():
        assert all(1 <= job["timeout-minutes"] <= 120 for job in file.jobs.values()), name


def test_runs_of_one_thing_take_turns(lab: dict[str, File]) -> None:
    assert lab["lab-deploy-live"].content["concurrency"] == {"group": "lab-live-deploy", "cancel-in-progress": False}
    assert lab["lab-release-live"].jobs["release"]["concurrency"] == {
        "group": "lab-live-release-${{ inputs.name }}",
        "cancel-in-progress": False,
    }
    assert lab["lab-pull-request"].content["concurrency"] == {
        "group": "lab-pull-request-${{ github.ref }}",
        "cancel-in-progress": True,
    }


def test_a_branch_deploys_its_environment(lab: dict[str, File]) -> None:
    deploy = lab["lab-deploy-dev"]
    assert deploy.content["on"]["push"] == {
        "branches": ["develop"],
        "paths": ["envs/lab/dev/**", "modules/**", ".github/workflows/lab-deploy-dev.yml"],
    }
    assert deploy.jobs["plan"]["if"] == "github.ref == 'refs/heads/develop'"


def test_an_environment_without_a_branch_is_deployed_by_hand(tmp_path: Path) -> None:
    deploy = workflows(tmp_path, *DELIVERED)["lab-deploy-dev"]
    assert deploy.content["on"] == {"workflow_dispatch": {}}
    assert "if" not in deploy.jobs["plan"]


def test_what_is_applied_is_the_plan_that_was_approved(lab: dict[str, File]) -> None:
    deploy = lab["lab-deploy-live"]
    assert deploy.jobs["apply"]["needs"] == ["plan"]
    assert deploy.jobs["apply"]["environment"] == "lab-live"
    assert "environment" not in deploy.jobs["plan"]
    kept = deploy.steps("plan")["Keep the plan"]["with"]
    # Terraform refuses the plan with other providers than it was made with.
    assert kept["path"].split() == ["envs/lab/live/plan.tfplan", "envs/lab/live/.terraform.lock.hcl"]
    assert kept["include-hidden-files"] is True
    applied = deploy.steps("apply")
    assert applied["Fetch the plan"]["with"] == {"name": "plan", "path": "envs/lab/live"}
    assert "-lockfile=readonly" in applied["Initialise"]["run"]
    assert applied["Apply"]["run"] == "terraform apply plan.tfplan"
    assert list(applied)[-1] == "Plan again: nothing to do"


def test_plan_and_apply_have_roles_of_their_own(lab: dict[str, File]) -> None:
    deploy, release = lab["lab-deploy-live"], lab["lab-release-live"]
    roles = [
        step["with"]["role-to-assume"]
        for step in (*deploy.all_steps(), *release.all_steps())
        if CREDENTIALS in step.get("uses", "")
    ]
    assert roles == [f"${{{{ vars.LAB_LIVE_{thing}_ROLE }}}}" for thing in ("PLAN", "APPLY", "RELEASE")]


def test_the_state_is_where_the_account_root_puts_it(lab: dict[str, File]) -> None:
    script = lab["lab-deploy-dev"].steps("plan")["Initialise"]["run"]
    assert 'bucket=lab-account-terraform-state-$account-us-east-1"' in script


def test_approval_is_required_before_a_plan_or_a_release(lab: dict[str, File]) -> None:
    assert next(iter(lab["lab-deploy-live"].steps("plan"))) == "Require reviewers"
    assert lab["lab-release-live"].jobs["release"]["needs"] == ["reviewers"]
    for name in ("lab-deploy-dev", "lab-release-dev"):
        assert "Require reviewers" not in lab[name].text


def test_a_pull_request_has_neither_credentials_nor_the_rights_of_its_target(files: dict[str, File]) -> None:
    for name, file in files.items():
        assert "pull_request_target" not in file.text
        if name.endswith("pull-request"):
            assert CREDENTIALS not in file.text
            assert "vars." not in file.text


def test_a_pull_request_is_formatted_validated_planned_and_scanned(lab: dict[str, File]) -> None:
    file = lab["lab-pull-request"]
    assert file.content["on"]["pull_request"]["paths"] == [
        "envs/lab/**",
        "modules/**",
        ".github/workflows/lab-*.yml",
    ]
    validate = file.steps("validate")
    assert "terraform fmt -check" in validate["Format"]["run"]
    assert "init -backend=false" in validate["Validate"]["run"]
    assert "slipway plan" in file.steps("plan")["Plan, and compare with the base"]["run"]
    assert 'slipway scan "$TARGET" --rehearse' in file.steps("policy")["Scan"]["run"]
    assert "--editable '.[policy]'" in file.steps("policy")["Install slipway"]["run"]
    trivy = file.steps("trivy")
    assert (trivy["Scan"]["with"]["scan-type"], trivy["Scan"]["with"]["format"]) == ("config", "sarif")
    for job, findings in (("policy", "policy.sarif"), ("trivy", "trivy.sarif")):
        assert file.steps(job)["Upload findings"]["with"]["sarif_file"] == findings
        assert "head.repo.full_name == github.repository" in file.steps(job)["Upload findings"]["if"]
    for job in ("validate", "plan", "policy"):
        assert file.jobs[job]["strategy"]["matrix"]["root"] == ["account", "dev", "live"]


def test_only_the_commenting_job_may_comment_and_not_for_forks(lab: dict[str, File]) -> None:
    jobs = lab["lab-pull-request"].jobs
    assert [key for key, job in jobs.items() if "pull-requests" in job["permissions"]] == ["comment"]
    assert jobs["comment"]["if"] == "github.event.pull_request.head.repo.full_name == github.repository"
    assert jobs["comment"]["needs"] == ["plan"]


def test_every_pull_request_is_linted_and_tested(lab: dict[str, File]) -> None:
    file = lab["pull-request"]
    assert file.content["on"] == {"pull_request": {}}
    assert file.steps("lint")["Lint"]["run"] == "./toxw run -e lint"
    assert file.steps("tests")["Tests"]["run"] == "./toxw run -e tests"


def test_an_image_is_built_and_scanned_before_there_are_credentials(lab: dict[str, File]) -> None:
    steps = list(lab["lab-release-live"].steps("release"))
    wanted = ["Build", "Scan", "Upload findings", "Assume the role", "Push", "Release", "Roll back"]
    assert steps[-len(wanted) :] == wanted
    scan = lab["lab-release-live"].steps("release")["Scan"]["with"]
    assert (scan["exit-code"], scan["severity"]) == ("1", "CRITICAL,HIGH")


def test_an_application_calls_the_release_and_a_person_chooses_from_what_exists(lab: dict[str, File]) -> None:
    on = lab["lab-release-dev"].content["on"]
    assert on["workflow_dispatch"]["inputs"]["name"]["options"] == ["web", "api", "code-runner"]
    assert on["workflow_call"]["inputs"].keys() == on["workflow_dispatch"]["inputs"].keys()
    assert on["workflow_call"]["inputs"]["name"]["required"] is True


def test_images_are_built_on_machines_of_their_own_architecture(tmp_path: Path) -> None:
    def runs_on(*changes: tuple[str, str]) -> str:
        release = workflows(tmp_path, *DELIVERED, *changes)["lab-release-dev"]
        found: str = release.jobs["release"]["runs-on"]
        return found

    assert runs_on() == "ubuntu-24.04"
    assert runs_on(MIXED) == (
        "${{ contains(fromJSON('[\"code-runner\"]'), inputs.name) && 'ubuntu-24.04-arm' || 'ubuntu-24.04' }}"
    )
    arm = [(f"{{ repository: {n}, port: {p} }}", f"{{ repository: {n}, port: {p} }}\n    platform: linux/arm64")
           for n, p in (("web", 3000), ("api", 8000))]  # fmt: skip
    assert runs_on(MIXED, *arm) == "ubuntu-24.04-arm"


def test_github_takes_every_file(files: dict[str, File], tmp_path: Path) -> None:
    schemas = ("vendor.github-workflows", "custom.github-workflows-require-timeout")
    for schema in schemas:
        command = [sys.executable, "-m", "check_jsonschema", "--builtin-schema", schema, *written(files, tmp_path)]
        run(command)


def test_an_auditor_of_workflows_finds_nothing(files: dict[str, File], tmp_path: Path) -> None:
    command = [program("zizmor"), "--offline", "--no-config", "--quiet", "--no-progress", "--persona=auditor"]
    run([*command, *written(files, tmp_path)])


def test_an_auditor_of_workflows_would_find_a_pasted_expression(lab: dict[str, File], tmp_path: Path) -> None:
    text = lab["lab-pull-request"].text.replace(
        "terraform fmt -check modules", "echo ${{ github.event.pull_request.title }}"
    )
    command = [program("zizmor"), "--offline", "--no-config", "--quiet", "--no-progress", "--format=plain"]
    command += written({"w": parsed(text)}, tmp_path)
    found = subprocess.run(command, check=False, capture_output=True, text=True, timeout=120)
    assert found.returncode != 0
    assert "template-injection" in found.stdout


def test_scripts_are_sound(files: dict[str, File]) -> None:
    scripts = {step["run"] for file in files.values() for step in file.all_steps() if "run" in step}
    for script in scripts:
        run([program("shellcheck"), "--shell=bash", "-"], script)


def written(files: dict[str, File], folder: Path) -> list[str]:
    """Write *files* where linters expect workflows, and return their paths."""
    target = folder / ".github/workflows"
    target.mkdir(parents=True, exist_ok=True)
    for name, file in files.items():
        (target / f"{name}.yml").write_text(file.text, encoding="utf-8")
    return sorted(str(path) for path in target.iterdir())


def run(command: list[str], text: str = "") -> None:
    done = subprocess.run(command, check=False, input=text, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, f"{text}\n{done.stdout}{done.stderr}"
