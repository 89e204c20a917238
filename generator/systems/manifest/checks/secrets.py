"""Checks of secrets: what several services read is described alike, and copies are elsewhere."""

from __future__ import annotations

from collections.abc import Iterator

from generator.systems.manifest.environment import Environment
from generator.systems.manifest.problems import Path, Problem
from generator.systems.manifest.secret import Secret


def described_alike(environment: Environment) -> Iterator[Problem]:
    """A secret that is read in several places has one value and one list of copies."""
    first: dict[str, tuple[str, Secret]] = {}
    for name, variable, secret in environment.secret_references():
        key = environment.secret_key(secret)
        other, before = first.setdefault(key, (f"{variable} of {name}", secret))
        if (secret.value, secret.replicas) != (before.value, before.replicas):
            path: Path = ("services", name, "secrets", variable)
            what = f"{variable} of {name} and {other} are both {key}, with another value or other replicas."
            yield Problem(path, what, "Write both alike.")


def copies_elsewhere(environment: Environment) -> Iterator[Problem]:
    """A copy of a secret is in another region, once."""
    for name, variable, secret in environment.secret_references():
        for index, region in enumerate(secret.replicas):
            path: Path = ("services", name, "secrets", variable, "replicas", index)
            if region == environment.region:
                yield Problem(path, f"{region} is the region of the secret itself.", "Name another region.")
            elif region in secret.replicas[:index]:
                yield Problem(path, f"The region {region} is written twice.", "Remove one of the two.")


CHECKS = (described_alike, copies_elsewhere)
