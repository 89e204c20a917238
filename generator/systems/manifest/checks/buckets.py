"""Checks of buckets: versions, ages, and who writes logs where."""

from __future__ import annotations

from collections.abc import Iterator

from generator.systems.manifest.bucket import LOAD_BALANCER_LOGS
from generator.systems.manifest.environment import Environment
from generator.systems.manifest.problems import Path, Problem, dotted

_LEAST_DAYS_OF_STANDARD_IA = 30


def versions(environment: Environment) -> Iterator[Problem]:
    """Only a bucket with versioning has versions that expire."""
    for name, bucket in environment.buckets.items():
        if bucket.noncurrent_expiration_days is not None and not bucket.versioning:
            path = ("buckets", name, "noncurrent_expiration_days")
            yield Problem(path, f"The bucket {name} has no versions that could expire.", "Set versioning: true.")


def transitions(environment: Environment) -> Iterator[Problem]:
    """Objects move to a cheaper class before they expire, and not before S3 lets them."""
    for name, bucket in environment.buckets.items():
        for storage, days in bucket.transitions.items():
            path: Path = ("buckets", name, "transitions", storage)
            least = _LEAST_DAYS_OF_STANDARD_IA if storage == "STANDARD_IA" else 0
            if days < least:
                yield Problem(path, f"{dotted(path)} is {days} days.", f"S3 moves objects there after {least} or more.")
            elif bucket.expiration_days is not None and days >= bucket.expiration_days:
                what = f"Objects of {name} would move to {storage} after {days} days but expire after "
                cure = "Leave the transition out, or let objects expire later."
                yield Problem(path, f"{what}{bucket.expiration_days}.", cure)


def one_for_logs(environment: Environment) -> Iterator[Problem]:
    """Load balancers write to one bucket."""
    named = [name for name, bucket in environment.buckets.items() if bucket.load_balancer_logs]
    for name in named[1:]:
        path: Path = ("buckets", name, "load_balancer_logs")
        yield Problem(path, f"Load balancers already write their logs to the bucket {named[0]}.", "Write false.")


def kept_name(environment: Environment) -> Iterator[Problem]:
    """No bucket is called like the one that load balancers have when no bucket is named for their logs."""
    if LOAD_BALANCER_LOGS in environment.buckets and not any(
        b.load_balancer_logs for b in environment.buckets.values()
    ):
        what = f"The load balancers' own bucket is called {LOAD_BALANCER_LOGS}."
        cure = "Choose another name, or add load_balancer_logs: true to it."
        yield Problem(("buckets", LOAD_BALANCER_LOGS), what, cure, at_key=True)


def cors_domain(environment: Environment) -> Iterator[Problem]:
    """An origin in the system's domain needs one, and has at most one *."""
    for name, bucket in environment.buckets.items():
        for rule, cors in bucket.cors.items():
            for index, origin in enumerate(cors.allowed_origins):
                path: Path = ("buckets", name, "cors", rule, "allowed_origins", index)
                if environment.domain is None and any(p.name == "domain" for p in origin.placeholders):
                    cure = "Add domain: { name: example.org }."
                    yield Problem(path, f"{dotted(path)} holds {{domain}}, but the system has no domain.", cure)
                elif str(origin).count("*") > 1:
                    yield Problem(path, f"{dotted(path)} has more than one *.", "S3 takes one in each origin.")


CHECKS = (versions, transitions, one_for_logs, kept_name, cors_domain)
