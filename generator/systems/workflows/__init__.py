"""GitHub's workflows of a system: what its pull requests are asked, how it is applied, how its images are released."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from generator.systems.manifest import Manifest
from generator.systems.workflows.deploy import deploy
from generator.systems.workflows.parts import Workflow
from generator.systems.workflows.pull_request import pull_request, repository_pull_request
from generator.systems.workflows.release import release
from generator.systems.workflows.text import workflow_text

FOLDER = ".github/workflows"


def system_workflows(manifest: Manifest, header: str) -> Iterator[tuple[str, str]]:
    """Yield path and text of each workflow of the system; none of an environment without a `pipeline`."""
    environments = [manifest.resolve(name) for name in manifest.environments]
    delivered = [environment for environment in environments if environment.pipeline is not None]
    if not delivered:
        return
    system = delivered[0].system
    yield _file(f"{system}-pull-request", pull_request(system, [e.name for e in environments]), header)
    for environment in delivered:
        yield _file(f"{system}-deploy-{environment.name}", deploy(environment), header)
        if environment.services or environment.code_runner is not None:
            yield _file(f"{system}-release-{environment.name}", release(environment), header)


def repository_workflows(manifests: Iterable[Manifest], header: str) -> Iterator[tuple[str, str]]:
    """Yield path and text of the workflow of the whole repository, if any environment has a `pipeline`."""
    if any(environment.pipeline is not None for m in manifests for environment in m.resolved.values()):
        yield _file("pull-request", repository_pull_request(), header)


def _file(name: str, workflow: Workflow, header: str) -> tuple[str, str]:
    return f"{FOLDER}/{name}.yml", workflow_text(workflow, header)
