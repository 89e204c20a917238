"""The parts of a GitHub workflow, as typed data, and the steps that several workflows share."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from generator.systems.delivery import github_environment
from generator.systems.manifest import Environment
from generator.systems.root import state_bucket

# The oldest Terraform that the environments take, and the Python that installs slipway.
TERRAFORM = "1.11.4"
PYTHON = "3.12"
X86_RUNNER = "ubuntu-24.04"
ARM_RUNNER = "ubuntu-24.04-arm"


@dataclass(frozen=True)
class Action:
    """An action of a public repository. *commit* is what runs: a tag can be moved, so *version* is only a comment."""

    repository: str
    commit: str
    version: str

    @property
    def uses(self) -> str:
        return f"{self.repository}@{self.commit}"


CHECKOUT = Action("actions/checkout", "de0fac2e4500dabe0009e67214ff5f5447ce83dd", "v6.0.2")
SETUP_PYTHON = Action("actions/setup-python", "a309ff8b426b58ec0e2a45f0f869d46889d02405", "v6.2.0")
SETUP_TERRAFORM = Action("hashicorp/setup-terraform", "dfe3c3f87815947d99a8997f908cb6525fc44e9e", "v4.0.1")
AWS_CREDENTIALS = Action("aws-actions/configure-aws-credentials", "e7f100cf4c008499ea8adda475de1042d6975c7b", "v6.2.0")
UPLOAD_ARTIFACT = Action("actions/upload-artifact", "bbbca2ddaa5d8feaa63e36b76fdaad77386f024f", "v7.0.0")
DOWNLOAD_ARTIFACT = Action("actions/download-artifact", "70fc10c6e5e1ce46ad2ea6f2b72d43f7d47b13c3", "v8.0.0")
UPLOAD_SARIF = Action("github/codeql-action/upload-sarif", "5d4e8d1aca955e8d8589aabd499c5cae939e33c7", "v4.31.9")
# Tags of trivy-action before 0.35.0 were moved to hostile commits in March 2026.
TRIVY = Action("aquasecurity/trivy-action", "ed142fd0673e97e23eac54620cfb913e5ce36c25", "v0.36.0")


@dataclass(frozen=True)
class Step:
    """One step: *run*, a bash script, or *uses* with its inputs *given*.

    A script gets what comes from outside by *env* and never by an expression, which GitHub would paste into its text.
    """

    name: str
    run: str | None = None
    uses: Action | None = None
    given: Mapping[str, object] = field(default_factory=dict)
    env: Mapping[str, str] = field(default_factory=dict)
    id: str | None = None
    when: str | None = None
    folder: str | None = None


@dataclass(frozen=True)
class Job:
    """One job. *permissions* are all that its token has; *environment* is GitHub's, where reviewers approve."""

    name: str
    steps: Sequence[Step]
    minutes: int
    permissions: Mapping[str, str]
    needs: Sequence[str] = ()
    when: str | None = None
    environment: str | None = None
    matrix: Mapping[str, Sequence[str]] = field(default_factory=dict)
    outputs: Mapping[str, str] = field(default_factory=dict)
    concurrency: str | None = None
    runs_on: str = X86_RUNNER


@dataclass(frozen=True)
class Workflow:
    """One file. A run waits for the one before in its *concurrency* group, or replaces it if *newest_only*."""

    name: str
    why: str
    on: Mapping[str, object]
    jobs: Mapping[str, Job]
    concurrency: str | None = None
    newest_only: bool = False
    env: Mapping[str, str] = field(default_factory=dict)


def checkout(**given: object) -> Step:
    """Check out the commit that the run is for, without leaving the token where later steps could read it."""
    name = f"Check out {given['path']}" if "path" in given else "Check out"
    return Step(name, uses=CHECKOUT, given={"persist-credentials": False, **given})


def install_terraform() -> Step:
    return Step(
        "Install Terraform",
        uses=SETUP_TERRAFORM,
        given={"terraform_version": TERRAFORM, "terraform_wrapper": False},
    )


def install_python() -> Step:
    return Step("Install Python", uses=SETUP_PYTHON, given={"python-version": PYTHON})


def install_slipway(folder: str = ".", extra: str | None = None) -> Step:
    """Install the slipway that is checked out in *folder*, with what its *extra* needs besides."""
    package = folder if extra is None else f"'{folder}[{extra}]'"
    return Step("Install slipway", run=f"pip install --constraint {folder}/constraints.txt --editable {package}")


def assume(role: str, environment: Environment) -> Step:
    """Trade the job's token for an hour's credentials of the role that the variable *role* names."""
    return Step(
        "Assume the role",
        uses=AWS_CREDENTIALS,
        given={"role-to-assume": f"${{{{ vars.{role} }}}}", "aws-region": environment.region},
    )


def initialise(environment: Environment, folder: str, *options: str) -> Step:
    """Run `terraform init` with the state's bucket, whose name follows from account and region."""
    bucket = state_bucket(environment.system, environment.region, "$account")
    line = " ".join(["terraform init", *options, f'-backend-config="bucket={bucket}"'])
    account = "account=$(aws sts get-caller-identity --query Account --output text)"
    return Step("Initialise", run=f"{account}\n{line}", folder=folder)


def require_reviewers(environment: Environment) -> Step:
    """Fail unless the GitHub environment has reviewers and restricted branches.

    A job that names an environment which is missing makes one, and that asks nobody.
    """
    name = github_environment(environment)
    return Step(
        "Require reviewers",
        env={"GH_TOKEN": "${{ github.token }}", "ENVIRONMENT": name},
        run="\n".join(
            [
                'protected=$(gh api "repos/$GITHUB_REPOSITORY/environments/$ENVIRONMENT" \\',
                '  --jq \'(.protection_rules | any(.type == "required_reviewers"))',
                "    and .deployment_branch_policy != null') || protected=false",
                'if [ "$protected" != true ]; then',
                '  echo "::error::Give the GitHub environment $ENVIRONMENT reviewers and deployment branches."',
                "  exit 1",
                "fi",
            ]
        ),
    )


def upload_sarif(file: str, category: str, when: str = "${{ !cancelled() }}") -> Step:
    return Step("Upload findings", uses=UPLOAD_SARIF, given={"sarif_file": file, "category": category}, when=when)


def variable(environment: Environment, thing: str) -> str:
    """The name of the GitHub variable for *thing* of *environment*."""
    return f"{environment.system}_{environment.name}_{thing}".upper().replace("-", "_")


def plan_role(environment: Environment) -> str:
    return variable(environment, "PLAN_ROLE")


def apply_role(environment: Environment) -> str:
    return variable(environment, "APPLY_ROLE")


def release_role(environment: Environment) -> str:
    return variable(environment, "RELEASE_ROLE")
