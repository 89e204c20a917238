"""Checks of static sites: branches that exist, a domain where one is needed, and nothing served twice."""

from __future__ import annotations

from collections.abc import Iterator

from generator.systems.manifest.environment import Environment
from generator.systems.manifest.problems import Path, Problem, dotted, one_of

_CURES = {"domain": "Add domain: { name: example.org }.", "load_balancer": "Add http: { path: / } to a service."}


def subdomains(environment: Environment) -> Iterator[Problem]:
    """A subdomain is one of the domain's, leads to a branch of the site, and is no other site's nor a service's."""
    taken: dict[str, str] = {}
    for name, site in environment.hosting.items():
        for prefix, branch in site.subdomains.items():
            path: Path = ("hosting", name, "subdomains", prefix)
            if environment.domain is None:
                yield Problem(path, f"The subdomains of {name} need a domain.", "Add domain: { name: example.org }.")
                break
            if branch not in site.branches:
                what = f'{name} serves no branch "{branch}".'
                yield Problem(path, what, one_of(branch, site.branches))
            host = f"{prefix}.{environment.domain.name}" if prefix else environment.domain.name
            if (other := taken.get(host) or _service(environment, host)) is not None:
                yield Problem(path, f"{host} already leads to {other}.", "Give the site a subdomain of its own.")
            taken[host] = name


def placeholders(environment: Environment) -> Iterator[Problem]:
    """Placeholders in a site's variables stand for something that the environment has."""
    routed = any(service.http for service in environment.services.values())
    missing = {"domain": environment.domain is None, "load_balancer": not routed}
    for name, site in environment.hosting.items():
        for variable, template in site.variables.items():
            for placeholder in template.placeholders:
                if missing.get(placeholder.name, False):
                    path: Path = ("hosting", name, "variables", variable)
                    thing = placeholder.name.replace("_", " ")
                    what = f"{dotted(path)} holds {placeholder}, but there is no {thing}."
                    yield Problem(path, what, _CURES[placeholder.name])


def _service(environment: Environment, host: str) -> str | None:
    for name, service in environment.services.items():
        if service.http and host in [alias.render(environment.values) for alias in service.http.alias]:
            return name
    return None


CHECKS = (subdomains, placeholders)
