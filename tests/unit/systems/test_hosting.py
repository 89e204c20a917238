"""Static sites: what becomes of a site of the manifest, and what a site cannot be."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.unit.systems.manifest.manifests import Edited, edited
from tests.unit.systems.roots import block, emitted
from tests.unit.systems.test_runner import BASE

SITE = """hosting:
  front-end:
    branches: { main: {}, feature/x: { stage: BETA, auto_build: false } }
    variables: { API_URL: "https://api.{domain}", ALB: "{load_balancer}", PRICE: "${5}", VERSION: 1.10 }
    subdomains: { "": main, learn: main }
environments: { test: {} }
"""
MANIFEST = BASE.replace("{code_runner_url}", "{code_runner}")


def test_a_site_is_an_app_with_its_branches_and_its_domain(tmp_path: Path) -> None:
    found = block(emitted(tmp_path, MANIFEST + SITE), "site_front_end")
    assert {
        'name = "labs-test-front-end"',
        'main = { stage = "PRODUCTION", auto_build = true }',
        '"feature/x" = { stage = "BETA", auto_build = false }',
        '(var.domain) = { subdomains = { "" = "main", learn = "main" } }',
    } <= set(found)


def test_builds_know_what_they_are_told_and_text_is_never_code(tmp_path: Path) -> None:
    found = block(emitted(tmp_path, MANIFEST + SITE), "site_front_end")
    assert {
        'API_URL = "https://api.${var.domain}"',
        "ALB = module.load_balancer.dns_name",
        'PRICE = "$${5}"',
        'VERSION = "1.10"',
    } <= set(found)


def test_the_operator_says_when_the_repository_is_connected(tmp_path: Path) -> None:
    files = emitted(tmp_path, MANIFEST + SITE)
    name = "site_front_end_repository_connected"
    assert f"repository_connected = var.{name}" in block(files, "site_front_end")
    assert "default = false" in block(files, name, "variable")
    for output in ("app_id", "urls", "dns_records"):
        assert f'output "site_front_end_{output}"' in files["outputs.tf"]


def test_a_site_without_a_domain_of_its_own_has_amplifys(tmp_path: Path) -> None:
    text = SITE.replace('    subdomains: { "": main, learn: main }\n', "")
    files = emitted(tmp_path, MANIFEST + text)
    assert not any("domains" in line for line in block(files, "site_front_end"))
    assert "dns_records" not in files["outputs.tf"]


def test_an_environment_without_sites_has_nothing_of_them(tmp_path: Path) -> None:
    files = emitted(tmp_path, MANIFEST + "environments: { test: {} }\n")
    assert "hosting.tf" not in files


def with_site(directory: Path, text: str, *changes: tuple[str, str]) -> Edited:
    return edited(directory, ("    buckets:\n", f"    hosting:\n      site: {text}\n    buckets:\n"), *changes)


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("{ branches: {} }", "hosting.site.branches must not be empty"),
        ("{}", "hosting.site needs the key branches"),
        ("{ branches: { main: { stage: LIVE } } }", "hosting.site.branches.main.stage must be one of"),
        ("{ branches: { 'feature/*': {} } }", '"feature/*" cannot be a name in hosting.site.branches'),
        ("{ branches: { main: {} }, subdomains: { www: mian } }", 'site serves no branch "mian"'),
        ("{ branches: { main: {} }, subdomains: { a.b: main } }", '"a.b" cannot be a name in hosting.site.subdomains'),
        ("{ branches: { main: {} }, subdomains: { dev: main } }", "dev.example.org already leads to web"),
        ("{ branches: { main: {} }, variables: { A: '{bucket.x}' } }", "hosting.site.variables.A holds the unknown"),
    ],
)
def test_a_site_that_cannot_be_served_is_refused(tmp_path: Path, text: str, what: str) -> None:
    assert with_site(tmp_path, text).error("  site:").what.startswith(what)


def test_two_sites_on_one_host_are_refused(tmp_path: Path) -> None:
    one = "{ branches: { main: {} }, subdomains: { www: main } }"
    error = with_site(tmp_path, f"{one}\n      zite: {one}").error("  zite:")
    assert error.what == "www.example.org already leads to site (environment dev)."


def test_a_subdomain_needs_a_domain(tmp_path: Path) -> None:
    text = "{ branches: { main: {} }, subdomains: { www: main }, variables: { A: '{domain}' } }"
    errors = with_site(tmp_path, text, ("domain: { name: example.org }\n", "")).errors()
    found = [error.what for error in errors if error.what.startswith(("The subdomains", "hosting"))]
    assert found == [
        "The subdomains of site need a domain (environment dev).",
        "hosting.site.variables.A holds {domain}, but there is no domain (environment dev).",
    ]


def test_two_environments_cannot_share_the_host_of_a_site(tmp_path: Path) -> None:
    site = "hosting: { site: { branches: { main: {} }, subdomains: { www: main } } }\n"
    error = edited(tmp_path, ("code_runner:\n", f"{site}code_runner:\n")).error("hosting:")
    assert error.what == "hosting.site.subdomains.www: www.example.org already leads to dev."
