"""Checks of the code runner and of buckets."""

from __future__ import annotations

import re
from collections.abc import Iterator

from generator.systems.manifest.environment import Environment
from generator.systems.manifest.problems import Problem

TIMEOUT_MARGIN = 10
"""Seconds by which the load balancer's idle timeout exceeds the timeout of every code runner behind it."""

_FUNCTION_NAME = re.compile(r"[A-Za-z0-9_-]+")


def runner_timeout(environment: Environment) -> Iterator[Problem]:
    """The load balancer outlasts a run, or callers would see 504 while their program still runs."""
    runner, idle = environment.code_runner, environment.http.public.idle_timeout
    behind = [name for name, service in environment.services.items() if service.http and service.uses.code_runner]
    if runner is not None and behind and runner.timeout > idle - TIMEOUT_MARGIN:
        what = (
            f"A run may take {runner.timeout} s, but the load balancer in front of {behind[0]} hangs up after {idle} s."
        )
        cure = (
            f"Raise http.public.idle_timeout to at least {runner.timeout + TIMEOUT_MARGIN}"
            f", or lower the timeout to at most {idle - TIMEOUT_MARGIN}."
            if idle > TIMEOUT_MARGIN
            else f"Raise http.public.idle_timeout to at least {runner.timeout + TIMEOUT_MARGIN}."
        )
        yield Problem(("code_runner", "timeout"), what, cure)


def function_name(environment: Environment) -> Iterator[Problem]:
    """The function's name holds only what Lambda allows; a long one is cut, not refused."""
    name = environment.code_runner_name
    if name is not None and _FUNCTION_NAME.fullmatch(name) is None:
        yield Problem(
            ("code_runner", "name"),
            f'Lambda refuses the function name "{name}".',
            "Use letters, digits, hyphens and underscores.",
        )


def bucket_versions(environment: Environment) -> Iterator[Problem]:
    """Only a bucket with versioning has versions that expire."""
    for name, bucket in environment.buckets.items():
        if bucket.noncurrent_expiration_days is not None and not bucket.versioning:
            path = ("buckets", name, "noncurrent_expiration_days")
            yield Problem(path, f"The bucket {name} has no versions that could expire.", "Set versioning: true.")


CHECKS = (runner_timeout, function_name, bucket_versions)
