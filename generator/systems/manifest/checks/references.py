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
        host = environment.code_runner.host
        used += [
            (("code_runner", "host", "session_repositories", index), repository)
            for index, repository in enumerate(host.session_repositories if host is not None else ())
        ]
    for path, repository in used:
        if repository not in known:
            what = f'{dotted(path)} names the repository "{repository}", which registries does not list.'
            cure = one_of(repository, known) if known else f"Add {repository} to registries.repositories."
            yield Problem(path, what, cure)


def repositories_once(environment: Environment) -> Iterator[Problem]:
    """No repository is listed twice."""
    names = environment.registries.repositories
    for index, name in enumerate(names):
        if name in names[:index]:
            path: Path = ("registries", "repositories", index)
            yield Problem(path, f'The repository "{name}" is listed twice.', "Remove one of the two.")


def replication(environment: Environment) -> Iterator[Problem]:
    """Images are copied to other regions than the one they are pushed to, each once."""
    regions = environment.registries.replication_regions
    for index, region in enumerate(regions):
        path: Path = ("registries", "replication_regions", index)
        if region == environment.region:
            yield Problem(path, f"{region} is the region that images are pushed to.", "Name another region.")
        elif region in regions[:index]:
            yield Problem(path, f"The region {region} is listed twice.", "Remove one of the two.")
    if regions and not environment.registries.repositories:
        path = ("registries", "replication_regions")
        yield Problem(path, "There is no repository whose images could be copied.", "Add registries.repositories.")


def buckets(environment: Environment) -> Iterator[Problem]:
    """Every bucket in use is declared."""
    for name, service in environment.services.items():
        for index, bucket in enumerate(service.uses.buckets):
            if bucket not in environment.buckets:
                path: Path = ("services", name, "uses", "buckets", index)
                what = f'{name} uses the bucket "{bucket}", which is not declared.'
                yield Problem(path, what, one_of(bucket, environment.buckets))


def code_runner(environment: Environment) -> Iterator[Problem]:
    """Only an environment with a code runner has services that use it, and one that is a service has such."""
    runner = environment.code_runner
    if runner is not None and runner.service and not environment.code_runner_callers:
        what = "Nobody reaches the code runner: no service uses it."
        yield Problem(("code_runner",), what, "Add uses: { code_runner: true } to the service that has programs run.")
    if runner is not None:
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


def runner_placeholders(environment: Environment) -> Iterator[Problem]:
    """Registries that the code runner's variables name are the system's; images, what its host may pull."""
    runner, known = environment.code_runner, environment.registries.repositories
    host = runner.host if runner is not None else None
    pulled = host.session_repositories if host is not None else ()
    for variable, template in (runner.variables if runner is not None else {}).items():
        path: Path = ("code_runner", "variables", variable)
        for placeholder in template.placeholders:
            if placeholder.argument is not None and placeholder.argument not in known:
                what = f"{dotted(path)} holds {placeholder}, but registries does not list it."
                yield Problem(path, what, one_of(placeholder.argument or "", known))
            elif placeholder.name == "image" and placeholder.argument not in pulled:
                what = f"{dotted(path)} holds {placeholder}, but the code runner may not pull it."
                cure = (
                    f"Add host: {{ session_repositories: [{placeholder.argument}] }}, which the engine ec2 alone has."
                )
                yield Problem(path, what, cure)


def _missing(environment: Environment, name: str, kind: str, argument: str | None) -> tuple[str, str] | None:
    uses = environment.services[name].uses
    if kind == "domain" and environment.domain is None:
        return "the system has no domain", "Add domain: { name: example.org }."
    if kind in ("code_runner", "code_runner_url"):
        return _runner_missing(environment, name, kind)
    if kind == "bucket" and argument not in environment.buckets:
        return "no such bucket is declared", one_of(argument or "", environment.buckets)
    if kind == "bucket" and argument not in uses.buckets:
        return f"{name} may not use that bucket", f"Add uses: {{ buckets: [{argument}] }}."
    return None


def _runner_missing(environment: Environment, name: str, kind: str) -> tuple[str, str] | None:
    runner = environment.code_runner
    if runner is None:
        return "there is no code runner", "Add code_runner, or remove the variable."
    if not environment.services[name].uses.code_runner:
        return f"{name} may not invoke it", "Add uses: { code_runner: true }."
    if runner.service and kind == "code_runner":
        return f"the engine {runner.engine} has no function", "Write {code_runner_url}."
    if not runner.service and kind == "code_runner_url":
        return "a function has no URL", "Write {code_runner}, the function to invoke."
    return None


CHECKS = (repositories, repositories_once, replication, buckets, code_runner, placeholders, runner_placeholders)
