"""A workflow as the text of its file."""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence

from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedMap
from ruamel.yaml.scalarstring import LiteralScalarString

from generator.systems.workflows.parts import Job, Step, Workflow

# What each permission of a job's token is for.
PERMISSIONS = {
    "actions": "reads the settings of the GitHub environment",
    "contents": "checks out",
    "id-token": "trades the job's token for AWS credentials",
    "pull-requests": "comments",
    "security-events": "uploads findings",
}


def workflow_text(workflow: Workflow, header: str) -> str:
    """Return the file's text; *header* is its first line. The same workflow gives the same bytes."""
    yaml = YAML()
    yaml.width = 10_000  # A folded script would be another script.
    yaml.indent(mapping=2, sequence=4, offset=2)
    stream = io.StringIO()
    yaml.dump(_workflow(workflow), stream)
    why = "".join(f"# {line}\n" for line in workflow.why.splitlines())
    return f"# {header}\n#\n{why}\n{stream.getvalue()}"


def _workflow(workflow: Workflow) -> CommentedMap:
    concurrency = None
    if workflow.concurrency is not None:
        concurrency = {"group": workflow.concurrency, "cancel-in-progress": workflow.newest_only}
    return _map(
        {
            "name": workflow.name,
            "on": workflow.on,
            "permissions": CommentedMap(),
            "concurrency": concurrency,
            "defaults": {"run": {"shell": "bash"}},
            "env": workflow.env or None,
            "jobs": CommentedMap((key, _job(job)) for key, job in workflow.jobs.items()),
        }
    )


def _job(job: Job) -> CommentedMap:
    return _map(
        {
            "name": job.name,
            "needs": list(job.needs) or None,
            "if": job.when,
            "runs-on": job.runs_on,
            "timeout-minutes": job.minutes,
            "environment": job.environment,
            "concurrency": {"group": job.concurrency, "cancel-in-progress": False} if job.concurrency else None,
            "permissions": _permissions(job.permissions),
            "strategy": {"fail-fast": False, "matrix": job.matrix} if job.matrix else None,
            "outputs": job.outputs or None,
            "steps": [_step(step) for step in job.steps],
        }
    )


def _permissions(permissions: Mapping[str, str]) -> CommentedMap:
    text = CommentedMap(permissions)
    for name in permissions:
        text.yaml_add_eol_comment(PERMISSIONS[name], name, column=0)
    return text


def _step(step: Step) -> CommentedMap:
    text = _map(
        {
            "name": step.name,
            "id": step.id,
            "if": step.when,
            "uses": step.uses.uses if step.uses else None,
            "with": step.given or None,
            "env": step.env or None,
            "working-directory": step.folder,
            "run": step.run,
        }
    )
    if step.uses is not None:
        text.yaml_add_eol_comment(step.uses.version, "uses", column=0)
    return text


def _map(items: Mapping[str, object]) -> CommentedMap:
    return CommentedMap((key, _value(value)) for key, value in items.items() if value is not None)


def _value(value: object) -> object:
    if isinstance(value, CommentedMap):
        return value
    if isinstance(value, Mapping):
        return CommentedMap((key, _value(item)) for key, item in value.items())
    if isinstance(value, str):
        return LiteralScalarString(f"{value}\n") if "\n" in value else value
    if isinstance(value, Sequence):
        return [_value(item) for item in value]
    return value
