"""What AWS answers of a resource, though other resources set it: checkov would judge it twice, or pass what is empty.

After an apply a security group answers with rules that are resources of their own, and a bucket with `logging: []`,
which checkov's check for access logs takes for logging. Before the apply neither is in the plan.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from generator.policy.network import Direction, Network, Opening
from generator.policy.plan import Plan, Resource

DIRECTIONS: tuple[Direction, ...] = ("ingress", "egress")
# checkov reads none of it.
UNREAD = ("prior_state", "relevant_attributes", "checks", "output_changes", "variables")
# Nothing of these types is set by an empty list.
EMPTY = {"aws_s3_bucket": ("logging", "lifecycle_rule", "versioning", "server_side_encryption_configuration")}

Rules = Mapping[str, Sequence[Any]]


def without_read_back(plan: Plan) -> dict[str, Any]:
    """The document of *plan* without what is only read back."""
    network = Network(plan)
    groups = {group.address: _own_rules(network, group) for group in plan.of_type("aws_security_group")}
    document = {name: value for name, value in plan.document.items() if name not in UNREAD}
    if isinstance(document.get("configuration"), dict):
        document["configuration"] = _without_texts(document["configuration"])
    values = document.get("planned_values")
    if isinstance(values, dict) and isinstance(values.get("root_module"), dict):
        document["planned_values"] = {**values, "root_module": _module(values["root_module"], groups)}
    document["resource_changes"] = [_change(change, groups) for change in document.get("resource_changes") or []]
    return document


def _own_rules(network: Network, group: Resource) -> Rules:
    """The rules written in *group*, by direction; none of a direction whose rules all stand elsewhere as well."""
    found: dict[str, Sequence[Any]] = {}
    for direction in DIRECTIONS:
        openings, _ = network.openings(group, direction)
        separate = [o for o in openings if o.source.address != group.address]
        written = [o for o in openings if o.source.address == group.address]
        blocks = group.after.get(direction)
        if separate and isinstance(blocks, list) and len(blocks) == len(written):
            found[direction] = [b for b, o in zip(blocks, written, strict=True) if not _is_repeated(o, separate)]
    return found


def _is_repeated(opening: Opening, others: Sequence[Opening]) -> bool:
    """Whether *others* together open all that *opening* opens: AWS answers rules of the same ports as one."""
    same = [o for o in others if (o.protocol, o.ports) == (opening.protocol, opening.ports)]
    return (
        set(opening.ranges) <= {text for o in same for text in o.ranges}
        and _peers(opening) <= {name for o in same for name in _peers(o)}
        and (not opening.prefix_lists or any(o.prefix_lists for o in same))
    )


def _peers(opening: Opening) -> set[str]:
    return {*opening.peers.outside, *(group.address for group in opening.peers.resources)}


def _without_texts(node: Any) -> Any:
    """A configuration without its variables and outputs, whose descriptions are a great part of it."""
    if isinstance(node, dict):
        return {
            n: _without_texts(v) for n, v in node.items() if not (n in ("variables", "outputs") and "resources" in node)
        }
    return [_without_texts(part) for part in node] if isinstance(node, list) else node


def _module(module: Mapping[str, Any], groups: Mapping[str, Rules]) -> dict[str, Any]:
    found = dict(module)
    if module.get("resources"):
        # What is unknown in every part has no values at all.
        found["resources"] = [
            {**r, "values": _stripped(r, r["values"], groups)} if "values" in r else r for r in module["resources"]
        ]
    if module.get("child_modules"):
        found["child_modules"] = [_module(child, groups) for child in module["child_modules"]]
    return found


def _change(change: Mapping[str, Any], groups: Mapping[str, Rules]) -> dict[str, Any]:
    details = change["change"]
    return {**change, "change": {**details, "after": _stripped(change, details.get("after"), groups)}}


def _stripped(resource: Mapping[str, Any], values: Any, groups: Mapping[str, Rules]) -> Any:
    if not isinstance(values, dict):
        return values
    dropped = {name for name in EMPTY.get(str(resource.get("type")), ()) if values.get(name) == []}
    own = groups.get(str(resource.get("address")), {})
    dropped |= {name for name, blocks in own.items() if not blocks}
    return {name: own.get(name, value) for name, value in values.items() if name not in dropped}
