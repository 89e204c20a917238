"""The workflow that builds, scans, pushes and releases an image, or rolls back."""

from __future__ import annotations

from generator.systems.delivery import github_environment
from generator.systems.manifest import CODE_RUNNER, Environment
from generator.systems.workflows.parts import (
    ARM_RUNNER,
    TRIVY,
    X86_RUNNER,
    Job,
    Step,
    Workflow,
    assume,
    checkout,
    install_python,
    install_slipway,
    release_role,
    require_reviewers,
    upload_sarif,
)

BUILDS = "inputs.image == '' && !inputs.rollback"
SARIF = "trivy.sarif"

# One image without attestations: Lambda takes no index.
BUILD = """\
commit=$(git -C application rev-parse --short=7 HEAD)
tag="$ENVIRONMENT-$commit-$(date --utc +%Y%m%d%H%M%S)"
docker buildx build --load --provenance=false --platform "$PLATFORM" --tag "candidate:$tag" \\
  --file "application/$DOCKERFILE" "application/$CONTEXT"
echo "tag=$tag" >> "$GITHUB_OUTPUT\""""

PUSH = """\
account=$(aws sts get-caller-identity --query Account --output text)
registry="$account.dkr.ecr.$AWS_REGION.amazonaws.com"
aws ecr get-login-password | docker login --username AWS --password-stdin "$registry"
docker tag "candidate:$TAG" "$registry/$REPOSITORY:$TAG"
docker push "$registry/$REPOSITORY:$TAG\""""


def release(environment: Environment) -> Workflow:
    """Return the workflow that releases images to *environment*."""
    pipeline = environment.pipeline
    assert pipeline is not None
    name = f"{environment.system}/{environment.name}"
    jobs = {"release": _release(environment)}
    if pipeline.requires_approval:
        jobs = {"reviewers": _reviewers(environment), **jobs}
    return Workflow(
        f"{name}: release",
        f"Builds, scans, pushes and releases an image to {name}. The application's workflow calls it, with a\n"
        "Dockerfile of the application; by hand it releases what was pushed before, or rolls back.",
        {
            "workflow_call": {"inputs": {"name": _text("Service, or code-runner.", required=True), **_inputs()}},
            "workflow_dispatch": {
                "inputs": {
                    "name": {
                        "description": "What to release to.",
                        "required": True,
                        "type": "choice",
                        "options": list(_images(environment)),
                    },
                    **_inputs(),
                }
            },
        },
        jobs,
    )


def _reviewers(environment: Environment) -> Job:
    return Job(
        "Reviewers",
        [require_reviewers(environment)],
        minutes=5,
        permissions={"actions": "read"},
        concurrency=f"{github_environment(environment)}-reviewers-${{{{ inputs.name }}}}",
    )


def _inputs() -> dict[str, object]:
    return {
        "image": _text("Tag or digest that was pushed before; empty to build."),
        "context": _text("Directory to build in.", default="."),
        "dockerfile": _text("Dockerfile, from the top of the repository.", default="Dockerfile"),
        "rollback": {"description": "Return to the image before.", "type": "boolean", "default": False},
    }


def _text(description: str, *, required: bool = False, default: str = "") -> dict[str, object]:
    text: dict[str, object] = {"description": description, "type": "string"}
    return {**text, "required": True} if required else {**text, "default": default}


def _release(environment: Environment) -> Job:
    pipeline = environment.pipeline
    assert pipeline is not None
    target = f"{environment.system}/{environment.name}"
    slipway = {"NAME": "${{ inputs.name }}"}
    return Job(
        "Release",
        [
            Step("Choose", env=slipway, run=_choose(environment), id="chosen"),
            checkout(path="application"),
            # The workflow's own repository, at its own commit: the caller's is another one.
            checkout(repository="${{ job.workflow_repository }}", ref="${{ job.workflow_sha }}", path="slipway"),
            install_python(),
            install_slipway("./slipway"),
            Step(
                "Build",
                id="build",
                when=BUILDS,
                env={
                    "ENVIRONMENT": environment.name,
                    "PLATFORM": "${{ steps.chosen.outputs.platform }}",
                    "DOCKERFILE": "${{ inputs.dockerfile }}",
                    "CONTEXT": "${{ inputs.context }}",
                },
                run=BUILD,
            ),
            Step(
                "Scan",
                uses=TRIVY,
                when=BUILDS,
                given={
                    "scan-type": "image",
                    "image-ref": "candidate:${{ steps.build.outputs.tag }}",
                    "severity": "CRITICAL,HIGH",
                    "ignore-unfixed": True,
                    "limit-severities-for-sarif": True,
                    "exit-code": "1",
                    "format": "sarif",
                    "output": SARIF,
                },
            ),
            upload_sarif(
                SARIF,
                f"trivy-{github_environment(environment)}-${{{{ inputs.name }}}}",
                f"${{{{ !cancelled() && {BUILDS} && steps.build.outcome == 'success' }}}}",
            ),
            assume(release_role(environment), environment),
            Step(
                "Push",
                when=BUILDS,
                env={
                    "REPOSITORY": "${{ steps.chosen.outputs.repository }}",
                    "TAG": "${{ steps.build.outputs.tag }}",
                },
                run=PUSH,
            ),
            Step(
                "Release",
                when="${{ !inputs.rollback }}",
                env={**slipway, "IMAGE": "${{ inputs.image || steps.build.outputs.tag }}"},
                run=f'slipway --project slipway image release {target} "$NAME" "$IMAGE"',
            ),
            Step(
                "Roll back",
                when="inputs.rollback",
                env=slipway,
                run=f'slipway --project slipway image rollback {target} "$NAME"',
            ),
        ],
        minutes=60,
        permissions={"contents": "read", "id-token": "write", "security-events": "write"},
        needs=["reviewers"] if pipeline.requires_approval else [],
        environment=github_environment(environment),
        concurrency=f"{github_environment(environment)}-release-${{{{ inputs.name }}}}",
        runs_on=_runs_on(environment),
    )


def _choose(environment: Environment) -> str:
    """The script that turns the name into repository and platform, and refuses every other."""
    lines = ['case "$NAME" in']
    for name, (repository, platform) in _images(environment).items():
        lines.append(f"  {name}) repository={repository} platform={platform} ;;")
    lines += [
        "  *)",
        '    echo "::error::There is nothing to release to under that name."',
        "    exit 2 ;;",
        "esac",
        'echo "repository=$repository" >> "$GITHUB_OUTPUT"',
        'echo "platform=$platform" >> "$GITHUB_OUTPUT"',
    ]
    return "\n".join(lines)


def _images(environment: Environment) -> dict[str, tuple[str, str]]:
    """Repository and platform, as Docker writes it, of each name that an image can be released for."""
    services = environment.services.items()
    images = {name: (service.image.repository, docker_platform(service.platform)) for name, service in services}
    runner = environment.code_runner
    if runner is not None:
        images[CODE_RUNNER] = (runner.repository, docker_platform(runner.platform))
    return images


def docker_platform(platform: str) -> str:
    """*platform* as Docker writes it."""
    return "linux/arm64" if platform == "linux/arm64" else "linux/amd64"


def _runs_on(environment: Environment) -> str:
    """A machine of the image's own architecture: no emulation."""
    arm = [name for name, (_, platform) in _images(environment).items() if platform == "linux/arm64"]
    if not arm:
        return X86_RUNNER
    if len(arm) == len(_images(environment)):
        return ARM_RUNNER
    names = "[" + ", ".join(f'"{name}"' for name in arm) + "]"
    return f"${{{{ contains(fromJSON('{names}'), inputs.name) && '{ARM_RUNNER}' || '{X86_RUNNER}' }}}}"
