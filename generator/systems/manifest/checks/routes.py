"""Checks of routes: paths, hosts, and no two services on one route."""

from __future__ import annotations

import re
from collections.abc import Iterator

from generator.systems.manifest.environment import Environment
from generator.systems.manifest.problems import Path, Problem, dotted, one_of
from generator.systems.manifest.service import Http

_PATH = re.compile(r"/[A-Za-z0-9_.$/~\"'@:+&*?-]*")
_HOST = re.compile(r"(\*\.)?([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?")
_VALUES_PER_RULE = 5
_PATTERN_LENGTH = 128


def _http(environment: Environment) -> Iterator[tuple[str, Http]]:
    return ((name, service.http) for name, service in environment.services.items() if service.http is not None)


def _hosts(environment: Environment, http: Http) -> list[str | None]:
    """The hosts of a route in full; None where a host names a domain that the system does not have."""
    return [
        None if environment.domain is None and _needs_domain(http, index) else alias.render(environment.values)
        for index, alias in enumerate(http.alias)
    ]


def _needs_domain(http: Http, index: int) -> bool:
    return any(placeholder.name == "domain" for placeholder in http.alias[index].placeholders)


def path_form(environment: Environment) -> Iterator[Problem]:
    """A path begins with a slash, ends without one, and holds only what a listener rule allows."""
    for name, http in _http(environment):
        path: Path = ("services", name, "http", "path")
        if not http.path.startswith("/"):
            yield Problem(path, f'{dotted(path)} must begin with a slash: "{http.path}".', f"Write /{http.path}.")
        elif _PATH.fullmatch(http.path) is None:
            cure = "Use letters, digits and _ - . $ / ~ \" ' @ : + & * ?."
            yield Problem(path, f'{dotted(path)} holds a character that routes do not allow: "{http.path}".', cure)
        elif max(map(len, http.patterns)) > _PATTERN_LENGTH:
            yield Problem(
                path, f"{dotted(path)} is {len(http.path)} characters long.", "A route's pattern has at most 128."
            )
        elif http.path != "/" and (http.path.endswith("/") or "//" in http.path):
            cure = f"Write {re.sub('/+', '/', http.path).rstrip('/') or '/'}; it leads everything below it too."
            yield Problem(path, f'{dotted(path)} has an empty part: "{http.path}".', cure)


def alias_needs_domain(environment: Environment) -> Iterator[Problem]:
    """A host name needs a domain whose zone and certificate it can stand in."""
    if environment.domain is not None:
        return
    for name, http in _http(environment):
        if http.alias:
            path: Path = ("services", name, "http", "alias")
            yield Problem(path, f"The alias of {name} needs a domain.", "Add domain: { name: example.org }.")


def https_needs_domain(environment: Environment) -> Iterator[Problem]:
    """A certificate is for a domain."""
    if environment.domain is None and environment.http.public.https and any(True for _ in _http(environment)):
        cure = "Add domain: { name: example.org }, or say http: { public: { https: false } }."
        yield Problem(("http", "public", "https"), "HTTPS needs a domain for its certificate.", cure)


def https_needs_alias(environment: Environment) -> Iterator[Problem]:
    """A certificate is for hosts: a route for every host names none."""
    public, routes = environment.http.public, [http for _, http in _http(environment)]
    if environment.domain is not None and public.https and routes and not any(http.alias for http in routes):
        cure = "Add alias to the http of a service, or say http: { public: { https: false } }."
        yield Problem(("http", "public", "https"), "HTTPS needs a host for its certificate.", cure)


def alias_form(environment: Environment) -> Iterator[Problem]:
    """An alias is a host name inside the system's domain."""
    for name, http in _http(environment):
        for index, host in enumerate(_hosts(environment, http)):
            path: Path = ("services", name, "http", "alias", index)
            if host is None or environment.domain is None:
                continue
            if len(host) > 128 or _HOST.fullmatch(host) is None:
                yield Problem(path, f'The alias "{host}" of {name} is not a host name.', "Write it as name.{domain}.")
            elif host != environment.domain.name and not host.endswith(f".{environment.domain.name}"):
                what = f'The alias "{host}" of {name} is outside the domain {environment.domain.name}.'
                yield Problem(path, what, "Write it as name.{domain}.")


def duplicate_route(environment: Environment) -> Iterator[Problem]:
    """No two services, and no service twice, answer the same host and path."""
    taken: dict[tuple[str | None, str], str] = {}
    for name, http in _http(environment):
        named = [host for host in _hosts(environment, http) if host is not None]
        for index, host in enumerate(named or [None]):
            key = (host.lower() if host else None, http.path)
            if key in taken:
                path: Path = ("services", name, "http", "alias", index) if host else ("services", name, "http", "path")
                route = f"{host}{http.path}" if host else f"{http.path} on every host"
                what = f"The route {route} of {name} is already taken by {taken[key]}."
                yield Problem(path, what, f"Give {name} a path of its own, or a host of its own as alias.")
            taken.setdefault(key, name)


def default_service(environment: Environment) -> Iterator[Problem]:
    """What matches no route goes to a service that has one."""
    name, path = environment.http.public.default_service, ("http", "public", "default_service")
    routed = [service for service, _ in _http(environment)]
    if name is None or not routed or name in routed:
        return
    if name in environment.services:
        what = f"The default service {name} is not behind the load balancer."
        yield Problem(path, what, f"Add http: {{ path: / }} to {name}.")
    else:
        yield Problem(path, f'The default service "{name}" is not declared.', one_of(name, routed))


def values_per_rule(environment: Environment) -> Iterator[Problem]:
    """A listener rule holds at most five hosts and paths together (Elastic Load Balancing quotas)."""
    for name, http in _http(environment):
        paths = len(http.patterns) if http.path != "/" or not http.alias else 0
        if len(http.alias) + paths > _VALUES_PER_RULE:
            most = _VALUES_PER_RULE - paths
            what = f"{name} has {len(http.alias)} hosts; with its path, a listener rule takes {most}."
            yield Problem(("services", name, "http", "alias"), what, "Use a wildcard, as *.{domain}, or remove hosts.")


CHECKS = (
    path_form,
    alias_needs_domain,
    https_needs_domain,
    https_needs_alias,
    alias_form,
    duplicate_route,
    default_service,
    values_per_rule,
)
