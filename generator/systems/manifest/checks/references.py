"""Checks of references: repositories, buckets, and placeholders that name them."""

from __future__ import annotations

from collections.abc import Iterator

from generator.systems.manifest.environment import Environment
from generator.systems.manifest.problems import Path, Problem, dotted, one_of


def repositories(environment: Environment) -> Iterator[Problem]:
    """Every image comes from one of the system's registries."""
    known = environment.registries.repositories
    used: list[tuple[Path, str]] = [
        (("services", name, "image", "repository"), service.image.repository)
        for name, service in environment.services.items()
    ]
    if environment.code_runner is not None:
        used.append((("code_runner", "repository"), environment.code_runner.repository))
    for path, repository in used:
        if repository not in known:
            what = f'{dotted(path)} names the repository "{repository}", which registries does not list.'
            yield Problem(path, what, one_of(repository, known))


def repositories_once(environment: Environment) -> Iterator[Problem]:
    """No repository is listed twice."""
    names = environment.registries.repositories
    for index, name in enumerate(names):
        if name in names[:index]:
            yield Problem(("registries", "repositories", index), f'The repository "{name}" is listed twice.')


def buckets(environment: Environment) -> Iterator[Problem]:
    """Every bucket in use is declared."""
    for name, service in environment.services.items():
        for index, bucket in enumerate(service.uses.buckets):
            if bucket not in environment.buckets:
                path: Path = ("services", name, "uses", "buckets", index)
                what = f'{name} uses the bucket "{bucket}", which is not declared.'
                yield Problem(path, what, one_of(bucket, environment.buckets))


def code_runner(environment: Environment) -> Iterator[Problem]:
    """Only an environment with a code runner has services that use it."""
    if environment.code_runner is not None:
        return
    for name, service in environment.services.items():
        if service.uses.code_runner:
            path: Path = ("services", name, "uses", "code_runner")
            yield Problem(path, f"{name} uses the code runner, but there is none.", "Add code_runner, or write false.")


def placeholders(environment: Environment) -> Iterator[Problem]:
    """Placeholders in variables stand for something the service has and may use."""
    for name, service in environment.services.items():
        for variable, template in service.variables.items():
            path: Path = ("services", name, "variables", variable)
            for placeholder in template.placeholders:
                if (found := _missing(environment, name, placeholder.name, placeholder.argument)) is not None:
                    what, cure = found
                    yield Problem(path, f"{dotted(path)} holds {placeholder}, but {what}.", cure)


def _missing(environment: Environment, name: str, kind: str, argument: str | None) -> tuple[str, str] | None:
    uses = environment.services[name].uses
    if kind == "domain" and environment.domain is None:
        return "the system has no domain", "Add domain: { name: example.org }."
    if kind == "code_runner" and environment.code_runner is None:
        return "there is no code runner", "Add code_runner, or remove the variable."
    if kind == "code_runner" and not uses.code_runner:
        return f"{name} may not invoke it", "Add uses: { code_runner: true }."
    if kind == "bucket" and argument not in environment.buckets:
        return "no such bucket is declared", one_of(argument or "", environment.buckets)
    if kind == "bucket" and argument not in uses.buckets:
        return f"{name} may not use that bucket", f"Add uses: {{ buckets: [{argument}] }}."
    return None


CHECKS = (repositories, repositories_once, buckets, code_runner, placeholders)
