"""Checks of paths, hosts, and services on one route."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.unit.systems.manifest.manifests import edited

DOMAIN = "domain: { name: example.org }\n"
DEV_ALIAS = 'alias: "dev.{domain}"'


@pytest.mark.parametrize(
    ("path", "what", "cure"),
    [
        ("api", "must begin with a slash", "Write /api."),
        ("/api/", "has an empty part", "Write /api; it leads everything below it too."),
        ("//", "has an empty part", "Write /; it leads everything below it too."),
        ("/a//b", "has an empty part", "Write /a/b; it leads everything below it too."),
        ('"/a b"', "holds a character that routes do not allow", "Use letters"),
        ("/ä", "holds a character that routes do not allow", "Use letters"),
        ("/" + "a" * 126, "is 127 characters long", "A route's pattern has at most 128."),
    ],
)
def test_a_path_that_is_no_route_is_refused(tmp_path: Path, path: str, what: str, cure: str) -> None:
    error = edited(tmp_path, ("path: /api", f"path: {path}")).error(f"path: {path}")
    assert what in error.what
    assert error.cure.startswith(cure)


@pytest.mark.parametrize("path", ["/a", "/a-b_c.d", "/a/*/b", "/api*", "/" + "a" * 125])
def test_a_path_that_is_a_route_is_taken(tmp_path: Path, path: str) -> None:
    assert edited(tmp_path, ("path: /api", f"path: {path}")).resolve()


def test_an_alias_needs_a_domain(tmp_path: Path) -> None:
    manifest = edited(tmp_path, (DOMAIN, ""), ("idle_timeout: 200", "idle_timeout: 200\n    https: false"))
    errors = manifest.errors()
    assert [error.what for error in errors] == [
        "The alias of web needs a domain (environment dev).",
        "The alias of web needs a domain (environment live).",
    ]
    assert [error.where.line for error in errors if error.where] == [
        manifest.line("dev.{domain}"),
        manifest.line('alias: "{domain}"'),
    ]


def test_https_needs_a_domain(tmp_path: Path) -> None:
    errors = edited(tmp_path, (DOMAIN, ""), ("idle_timeout: 200", "idle_timeout: 200\n    https: true")).errors()
    assert "HTTPS needs a domain for its certificate." in [error.what for error in errors]


def test_https_needs_a_host(tmp_path: Path) -> None:
    (error,) = edited(tmp_path, (DEV_ALIAS, "stickiness: true")).errors()
    assert error.what == "HTTPS needs a host for its certificate (environment dev)."
    plain = ("idle_timeout: 200", "https: false\n    idle_timeout: 200")
    assert edited(tmp_path, plain, (DEV_ALIAS, "stickiness: true")).resolve()


def test_http_alone_needs_no_domain(tmp_path: Path) -> None:
    manifest = edited(
        tmp_path,
        (DOMAIN, ""),
        ("idle_timeout: 200", "https: false\n    idle_timeout: 200"),
        (DEV_ALIAS, "stickiness: true"),
        ('alias: "{domain}"', "stickiness: true"),
    )
    assert manifest.resolve().domain is None


@pytest.mark.parametrize("host", ["a_b.{domain}", "-a.{domain}", "a..{domain}", "a*.{domain}", "A.{domain}"])
def test_an_alias_that_is_no_host_name_is_refused(tmp_path: Path, host: str) -> None:
    assert "is not a host name" in edited(tmp_path, (DEV_ALIAS, f'alias: "{host}"')).error(host).what


@pytest.mark.parametrize("host", ["dev.example.com", "notexample.org"])
def test_an_alias_outside_the_domain_is_refused(tmp_path: Path, host: str) -> None:
    assert "outside the domain example.org" in edited(tmp_path, (DEV_ALIAS, f"alias: {host}")).error(host).what


@pytest.mark.parametrize("host", ["{domain}", "*.dev.{domain}", "a.b.c.{domain}", "{environment}.{domain}"])
def test_an_alias_in_the_domain_is_taken(tmp_path: Path, host: str) -> None:
    assert edited(tmp_path, ('alias: "{domain}"', 'alias: "live.{domain}"'), (DEV_ALIAS, f'alias: "{host}"')).resolve()


def test_two_services_on_every_host_and_one_path_are_refused(tmp_path: Path) -> None:
    manifest = edited(
        tmp_path,
        ("path: /api", "path: /"),
        ("idle_timeout: 200", "https: false\n    idle_timeout: 200"),
        (DEV_ALIAS, "stickiness: true"),
        ('alias: "{domain}"', "stickiness: true"),
    )
    error = manifest.error("healthcheck: /health")
    assert error.what == "The route / on every host of api is already taken by web."


def test_two_services_on_one_host_and_path_are_refused(tmp_path: Path) -> None:
    change = (
        'alias: "dev.{domain}" }\n',
        'alias: "dev.{domain}" }\n      api:\n        http: { path: /, alias: dev.example.org }\n',
    )
    error = edited(tmp_path, change).error("alias: dev.example.org")
    assert error.what == "The route dev.example.org/ of api is already taken by web (environment dev)."


def test_one_host_twice_in_a_service_is_refused(tmp_path: Path) -> None:
    error = edited(tmp_path, (DEV_ALIAS, 'alias: ["dev.{domain}", dev.example.org]')).error("dev.example.org]")
    assert error.what == "The route dev.example.org/ of web is already taken by web (environment dev)."


def test_more_hosts_than_a_listener_rule_takes_are_refused(tmp_path: Path) -> None:
    five, four = (", ".join(f"h{i}.example.org" for i in range(count)) for count in (5, 4))
    assert edited(tmp_path, (DEV_ALIAS, f"alias: [{five}]")).resolve()
    error = edited(tmp_path, (DEV_ALIAS, f"alias: [{five}, x.example.org]")).error("x.example.org")
    assert error.what == "web has 6 hosts; with its path, a listener rule takes 5 (environment dev)."
    change = ("path: /api,", f"path: /api, alias: [{four}],")
    assert any(
        "api has 4 hosts; with its path, a listener rule takes 3" in error.what
        for error in edited(tmp_path, change).errors()
    )


def test_routes_are_tried_longest_path_first_then_named_hosts(tmp_path: Path) -> None:
    image = "    image: { repository: web, port: 3000 }\n"
    admin = f"  admin:\n{image}    http: {{ path: /api/admin }}\n"
    beta = f"  beta:\n{image}    http: {{ path: /api, alias: 'beta-{{environment}}.{{domain}}' }}\n"
    change = ("code_runner:\n  repository", f"{admin}{beta}code_runner:\n  repository")
    routes = edited(tmp_path, change).resolve().routes()
    assert [route.service for route in routes] == ["admin", "beta", "api", "web"]
