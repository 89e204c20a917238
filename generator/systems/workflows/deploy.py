"""The workflow that applies an environment: plan, approval, the same plan applied."""

from __future__ import annotations

from generator.systems.delivery import github_environment
from generator.systems.manifest import Environment
from generator.systems.workflows.parts import (
    DOWNLOAD_ARTIFACT,
    UPLOAD_ARTIFACT,
    Job,
    Step,
    Workflow,
    apply_role,
    assume,
    checkout,
    initialise,
    install_terraform,
    plan_role,
    require_reviewers,
)

# GitHub keeps a step's summary of up to a megabyte.
SUMMARY_BYTES = 900_000
PLAN_DAYS = 7
FENCE = "~~~~~~"

PLAN = """\
code=0
terraform plan -lock=false -detailed-exitcode -out=plan.tfplan || code=$?
case "$code" in
  0) echo "changes=false" >> "$GITHUB_OUTPUT" ;;
  2) echo "changes=true" >> "$GITHUB_OUTPUT" ;;
  *) exit "$code" ;;
esac"""

SHOW = f"""\
{{
  echo "{FENCE}"
  terraform show -no-color plan.tfplan > plan.txt
  head --bytes={SUMMARY_BYTES} plan.txt
  echo "{FENCE}"
}} >> "$GITHUB_STEP_SUMMARY\""""

EMPTY = """\
code=0
terraform plan -lock=false -detailed-exitcode || code=$?
if [ "$code" -eq 2 ]; then
  echo "::error::After the apply, a plan still has changes."
fi
exit "$code\""""


def deploy(environment: Environment) -> Workflow:
    """Return the workflow that plans and applies *environment*."""
    pipeline = environment.pipeline
    assert pipeline is not None
    name = f"{environment.system}/{environment.name}"
    folder = f"envs/{environment.system}/{environment.name}"
    on: dict[str, object] = {}
    if pipeline.branch is not None:
        file = f".github/workflows/{environment.system}-deploy-{environment.name}.yml"
        on["push"] = {"branches": [pipeline.branch], "paths": [f"{folder}/**", "modules/**", file]}
    on["workflow_dispatch"] = {}
    return Workflow(
        f"{name}: deploy",
        _why(environment),
        on,
        {"plan": _plan(environment, folder), "apply": _apply(environment, folder)},
        # One at a time, whatever started it; a run that waits is replaced by a newer one.
        concurrency=f"{github_environment(environment)}-deploy",
        env={"TF_IN_AUTOMATION": "true", "TF_INPUT": "false"},
    )


def _why(environment: Environment) -> str:
    pipeline = environment.pipeline
    assert pipeline is not None
    started = f"A push to {pipeline.branch}, or by hand" if pipeline.branch else "By hand"
    approved = ", a reviewer approves what it shows," if pipeline.requires_approval else ""
    return (
        f"{started}: {environment.system}/{environment.name} is planned{approved} and that plan is applied.\n"
        "The environment's README names the roles and settings that this takes."
    )


def _plan(environment: Environment, folder: str) -> Job:
    pipeline = environment.pipeline
    assert pipeline is not None
    permissions = {"contents": "read", "id-token": "write"}
    if pipeline.requires_approval:
        permissions["actions"] = "read"
    return Job(
        "Plan",
        [
            *([require_reviewers(environment)] if pipeline.requires_approval else []),
            checkout(),
            install_terraform(),
            assume(plan_role(environment), environment),
            initialise(environment, folder),
            Step("Plan", run=PLAN, id="plan", folder=folder),
            Step("Show", run=SHOW, folder=folder),
            Step(
                "Keep the plan",
                uses=UPLOAD_ARTIFACT,
                # With the providers it was made with: Terraform applies it with no others.
                given={
                    "name": "plan",
                    "path": f"{folder}/plan.tfplan\n{folder}/.terraform.lock.hcl",
                    "include-hidden-files": True,
                    "if-no-files-found": "error",
                    "retention-days": PLAN_DAYS,
                    "overwrite": True,
                },
                when="steps.plan.outputs.changes == 'true'",
            ),
        ],
        minutes=20,
        permissions=permissions,
        when=f"github.ref == 'refs/heads/{pipeline.branch}'" if pipeline.branch else None,
        outputs={"changes": "${{ steps.plan.outputs.changes }}"},
    )


def _apply(environment: Environment, folder: str) -> Job:
    return Job(
        "Apply",
        [
            checkout(),
            install_terraform(),
            Step("Fetch the plan", uses=DOWNLOAD_ARTIFACT, given={"name": "plan", "path": folder}),
            assume(apply_role(environment), environment),
            initialise(environment, folder, "-lockfile=readonly"),
            Step("Apply", run="terraform apply plan.tfplan", folder=folder),
            Step("Plan again: nothing to do", run=EMPTY, folder=folder),
        ],
        minutes=90,
        permissions={"contents": "read", "id-token": "write"},
        needs=["plan"],
        when="needs.plan.outputs.changes == 'true'",
        environment=github_environment(environment),
    )
