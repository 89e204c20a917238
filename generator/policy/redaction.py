"""Keeping secrets out of every output: what a plan marks as secret, and what looks like one, is never repeated."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import Any

from generator.policy.containers import environment, tasks
from generator.policy.findings import Finding
from generator.policy.plan import Plan
from generator.policy.secrecy import looks_secret, options

HIDDEN = "(secret)"
# A shorter value is in half of all words; nobody guards a secret of three letters.
SHORTEST = 4


def secrets_of(plan: Plan) -> frozenset[str]:
    """The values of *plan* that no output may have."""
    found = {value for value in _values(plan) if len(value) >= SHORTEST}
    return frozenset(form for value in found for form in _forms(value))


def _forms(value: str) -> set[str]:
    """*value* as it is, and as it stands in JSON, in JSON of Terraform's, and in a string of JSON that holds JSON."""
    inner = {json.dumps(value, ensure_ascii=ascii_only)[1:-1] for ascii_only in (True, False)}
    inner |= {form.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026") for form in inner}
    return {value, *inner, *(json.dumps(form)[1:-1] for form in inner)}


def redacted(findings: Iterable[Finding], secrets: frozenset[str]) -> Iterator[Finding]:
    """*findings* without *secrets* in any text."""
    for finding in findings:
        yield replace(
            finding, message=without(finding.message, secrets), remediation=without(finding.remediation, secrets)
        )


def without(text: str, secrets: frozenset[str]) -> str:
    """*text* without *secrets*, the longest first: one may hold another."""
    for secret in sorted((secret for secret in secrets if secret in text), key=len, reverse=True):
        text = text.replace(secret, HIDDEN)
    return text


def _values(plan: Plan) -> Iterator[str]:
    for resource in (*plan.resources, *plan.deleted):
        yield from _marked(resource.after, resource.sensitive)
        if resource.type == "aws_lambda_function":
            for block in resource.blocks("environment"):
                variables = block.get("variables")
                yield from _looking(variables if isinstance(variables, dict) else {})
        if resource.type == "aws_ssm_parameter":
            # HCL alone may not tell the name.
            name = resource.after.get("name")
            last = name.rpartition("/")[2] if isinstance(name, str) else ""
            for attribute in ("value", "insecure_value"):
                yield from _looking({last: resource.after.get(attribute)})
        for name in ("password", "master_password", "secret_string"):
            if isinstance(resource.after.get(name), str):
                yield resource.after[name]
    for task in tasks(plan):
        for container in task.containers or []:
            yield from _looking(environment(container))
            yield from _looking(options(container))
    for variable in _sensitive_variables(plan):
        value = plan.variables.get(variable)
        yield from _leaves(value)


def _looking(variables: dict[str, Any]) -> Iterator[str]:
    return (value for name, value in variables.items() if isinstance(value, str) and looks_secret(name, value))


def _marked(value: Any, marks: Any) -> Iterator[str]:
    if marks is True:
        yield from _leaves(value)
    elif isinstance(marks, dict) and isinstance(value, dict):
        for name, mark in marks.items():
            yield from _marked(value.get(name), mark)
    elif isinstance(marks, list) and isinstance(value, list):
        for part, mark in zip(value, marks, strict=False):
            yield from _marked(part, mark)


def _leaves(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for part in value.values():
            yield from _leaves(part)
    elif isinstance(value, list):
        for part in value:
            yield from _leaves(part)


def _sensitive_variables(plan: Plan) -> list[str]:
    declared = plan.configuration.get("variables") or {}
    return [name for name, v in declared.items() if isinstance(v, dict) and v.get("sensitive") is True]
