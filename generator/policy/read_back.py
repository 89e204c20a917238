"""What AWS answers of a resource, though other resources set it: checkov would judge it twice, or pass what is empty.

After an apply a security group answers with rules that are resources of their own, and a bucket with `logging: []`,
which checkov's check for access logs takes for logging. Before the apply neither is in the plan.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from generator.policy.plan import Plan

RULES = ("aws_vpc_security_group_ingress_rule", "aws_vpc_security_group_egress_rule", "aws_security_group_rule")
# checkov reads none of it, and reads slowly: it parses JSON as YAML.
UNREAD = ("prior_state", "relevant_attributes", "checks", "output_changes", "variables")
# Nothing of these types is set by an empty list.
EMPTY = {"aws_s3_bucket": ("logging", "lifecycle_rule", "versioning", "server_side_encryption_configuration")}


def without_read_back(plan: Plan) -> dict[str, Any]:
    """The document of *plan* without what is only read back."""
    groups = {
        group.address
        for kind in RULES
        for rule in plan.of_type(kind)
        for group in plan.links(rule, "security_group_id", "aws_security_group").resources
    }
    document = {name: value for name, value in plan.document.items() if name not in UNREAD}
    if isinstance(document.get("configuration"), dict):
        document["configuration"] = _without_texts(document["configuration"])
    values = document.get("planned_values")
    if isinstance(values, dict) and isinstance(values.get("root_module"), dict):
        document["planned_values"] = {**values, "root_module": _module(values["root_module"], groups)}
    document["resource_changes"] = [_change(change, groups) for change in document.get("resource_changes") or []]
    return document


def _without_texts(node: Any) -> Any:
    """A configuration without its variables and outputs, whose descriptions are a great part of it."""
    if isinstance(node, dict):
        return {
            n: _without_texts(v) for n, v in node.items() if not (n in ("variables", "outputs") and "resources" in node)
        }
    return [_without_texts(part) for part in node] if isinstance(node, list) else node


def _module(module: Mapping[str, Any], groups: set[str]) -> dict[str, Any]:
    found = dict(module)
    if module.get("resources"):
        # What is unknown in every part has no values at all.
        found["resources"] = [
            {**r, "values": _stripped(r, r["values"], groups)} if "values" in r else r for r in module["resources"]
        ]
    if module.get("child_modules"):
        found["child_modules"] = [_module(child, groups) for child in module["child_modules"]]
    return found


def _change(change: Mapping[str, Any], groups: set[str]) -> dict[str, Any]:
    details = change["change"]
    return {**change, "change": {**details, "after": _stripped(change, details.get("after"), groups)}}


def _stripped(resource: Mapping[str, Any], values: Any, groups: set[str]) -> Any:
    if not isinstance(values, dict):
        return values
    dropped = {name for name in EMPTY.get(str(resource.get("type")), ()) if values.get(name) == []}
    if resource.get("address") in groups:
        dropped |= {"ingress", "egress"}
    return {name: value for name, value in values.items() if name not in dropped} if dropped else values
