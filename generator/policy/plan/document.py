"""Reading Terraform's plan JSON, from a file or from anybody's pipe."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from generator.errors import Location, SlipwayError
from generator.policy.plan.model import Plan
from generator.policy.plan.resource import Resource
from generator.policy.plan.shape import holds_resources, wrong_part

WRITE = "Write it with `terraform plan -out=plan.bin` and `terraform show -json plan.bin > plan.json`."
# 1.0 came with Terraform 1.1; 0.x had neither the marks of secrets nor stable names.
FORMAT = re.compile(r"1\.\d+")
LIMIT = 1 << 30


class PlanError(SlipwayError):
    """What was given as a plan is none."""


def read_plan(file: Path) -> Plan:
    """Read the plan JSON in *file*. Raises PlanError when it is no plan, or one that cannot be read."""
    where = Location(file)
    try:
        size = file.stat().st_size
        if size > LIMIT:
            raise PlanError(f"is {size >> 20} MiB large; plans up to {LIMIT >> 20} MiB are read", where=where)
        data = file.read_bytes()
    except OSError as error:
        raise PlanError(f"cannot be read: {error.strerror}", where=where) from error
    return parse_plan(data, where)


def parse_plan(data: bytes, where: Location) -> Plan:
    """Read a plan from *data*, which is ``terraform show -json``'s output. Raises PlanError as read_plan does."""
    if data[:4] == b"PK\x03\x04":
        raise PlanError("is a plan in Terraform's own format", where=where, cure=WRITE)
    try:
        document = json.loads(data)
    except UnicodeDecodeError as error:
        raise PlanError("is not JSON: it is not UTF-8 text", where=where, cure=WRITE) from error
    except RecursionError as error:
        raise PlanError("nests too deep for a plan", where=where, cure=WRITE) from error
    except json.JSONDecodeError as error:
        ended = error.pos >= len(error.doc.rstrip()) or error.msg.startswith("Unterminated")
        what = "is empty or truncated: JSON ends too early" if ended else f"is not JSON: {error.msg}"
        raise PlanError(what, where=Location(where.file, error.lineno, error.colno), cure=WRITE) from error
    except ValueError as error:
        # Python reads no integer of thousands of digits, and Terraform writes none.
        raise PlanError("is no plan: a number is too long", where=where, cure=WRITE) from error
    return read_document(document, where)


def read_document(document: Any, where: Location) -> Plan:
    """A plan from *document*, the JSON that was read from *where*. Raises PlanError when it is none."""
    if not isinstance(document, dict) or "format_version" not in document:
        raise PlanError("is JSON, but no plan: format_version is missing", where=where, cure=WRITE)
    version = str(document["format_version"])
    if not FORMAT.fullmatch(version):
        what = f"is a plan of format {version}; formats 1.x are read, which Terraform writes since 1.1"
        raise PlanError(what, where=where, cure="Plan with a newer Terraform.")
    if "resource_changes" not in document and "planned_values" not in document:
        cure = WRITE if "values" not in document else f"This is a state. {WRITE}"
        raise PlanError("is no plan: it has neither resource_changes nor planned_values", where=where, cure=cure)
    if document.get("errored") is True:
        raise PlanError("is the plan of a run that failed: it is incomplete", where=where, cure="Plan without errors.")
    changes = document.get("resource_changes")
    changes = [] if changes is None else changes
    if not isinstance(changes, list):
        raise PlanError("is no plan: resource_changes is no list", where=where, cure=WRITE)
    if part := wrong_part(document):
        raise PlanError(f"is no plan: {part} is wrong", where=where, cure=WRITE)
    if not changes and holds_resources(document):
        # Rules read changes: without them nothing would be judged, and nothing said to be undecided.
        what = "is no whole plan: planned_values has resources, and resource_changes none"
        raise PlanError(what, where=where, cure=WRITE)
    resources = [_resource(change, number, where) for number, change in enumerate(changes)]
    configuration = document.get("configuration") or {}
    root = configuration.get("root_module") if isinstance(configuration, dict) else None
    variables = document.get("variables") or {}
    return Plan(
        [r for r in resources if r.actions not in (("delete",), ("forget",))],
        [r for r in resources if "delete" in r.actions],
        root if isinstance(root, dict) else {},
        {n: v.get("value") for n, v in variables.items() if isinstance(v, dict)} if isinstance(variables, dict) else {},
        document,
    )


def _resource(change: Any, number: int, where: Location) -> Resource:
    def wrong(field: str) -> PlanError:
        return PlanError(f"is no plan: {field} of resource_changes[{number}] is missing or wrong", where=where)

    if not isinstance(change, Mapping):
        raise wrong("what stands in the place")
    for name in ("address", "type", "name"):
        if not isinstance(change.get(name), str):
            raise wrong(name)
    details = change.get("change")
    if not isinstance(details, Mapping) or not isinstance(details.get("actions"), list):
        raise wrong("change")
    after, unknown = details.get("after"), details.get("after_unknown")
    actions = tuple(str(action) for action in details["actions"])
    if after is not None and not isinstance(after, dict):
        raise wrong("change.after")
    gone = actions == ("delete",)
    return Resource(
        address=change["address"],
        type=change["type"],
        name=change["name"],
        module=str(change.get("module_address") or ""),
        key=change.get("index"),
        mode=str(change.get("mode") or "managed"),
        actions=actions,
        after=(details.get("before") if gone else after) or {},
        unknown=unknown if isinstance(unknown, dict) else {},
        sensitive=details.get("before_sensitive" if gone else "after_sensitive") or False,
    )
