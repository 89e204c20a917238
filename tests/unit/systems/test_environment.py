"""From a manifest to a root module: names, priorities, and what a change does to everything else."""

from __future__ import annotations

from collections.abc import Callable
from ipaddress import IPv4Network
from pathlib import Path

import pytest

from generator.hcl.writer import write
from generator.schema.prune import load
from generator.systems.environment import EnvironmentRoot, by_zone, route_priorities
from generator.systems.inputs import volume_name
from generator.systems.manifest import Route, Template, load_manifest
from generator.systems.root import zone_name

BASE = """
system: example
owner: team
region: us-west-2
domain: { name: example.com }
registries: { repositories: [web, api] }
network:
  vpc: { availability_zones: [us-west-2a, us-west-2b] }
services:
  web:
    image: { repository: web, port: 8080 }
    http: { path: /, alias: "www.{domain}" }
environments:
  test:
    network:
      vpc:
        cidr: 10.0.0.0/16
        subnets: { public: [10.0.1.0/24, 10.0.2.0/24], private: [10.0.10.0/24, 10.0.11.0/24] }
"""
counter = iter(range(10_000))


@pytest.fixture
def emitted(tmp_path: Path) -> Callable[[str], dict[str, str]]:
    """Write a manifest and return the files of its environment `test`."""

    def emit(text: str) -> dict[str, str]:
        # A construct's name is unique in its tree, so each emission is another system.
        text = text.replace("system: example", f"system: example{next(counter)}")
        path = tmp_path / "system.yaml"
        path.write_text(text)
        files = write(EnvironmentRoot(load_manifest(path).resolve("test")), load(), "header")
        return {name: body.replace(text.split("system: ")[1].split()[0], "example") for name, body in files.items()}

    return emit


def routes(*items: tuple[str, str, bool]) -> list[Route]:
    return [Route(service, (Template.parse("a.b"),) if hosts else (), path, (path,)) for service, path, hosts in items]


def test_longer_paths_and_named_hosts_come_first() -> None:
    found = route_priorities(routes(("root", "/", True), ("any", "/", False), ("api", "/api", False)))
    assert found["api"] < found["root"] < found["any"]
    assert all(1 <= priority <= 50_000 for priority in found.values())


def test_a_new_route_moves_no_other() -> None:
    before = [("web", "/", True), ("api", "/api", False), ("admin", "/admin", True)]
    found = route_priorities(routes(*before))
    with_more = route_priorities(routes(*before, ("reports", "/api", True), ("a", "/", True)))
    assert {name: with_more[name] for name in found} == found


def test_every_route_has_a_priority_of_its_own() -> None:
    many = routes(*((f"service-{n}", "/", True) for n in range(60)))
    assert len(set(route_priorities(many).values())) == 60


@pytest.mark.parametrize(
    ("hosts", "zone"),
    [
        (["test.example.com", "beta.test.example.com"], "test.example.com"),
        (["example.com", "legacy.example.com"], "example.com"),
        (["a.example.com", "b.example.com"], "${var.domain}"),
        (["*.test.example.com"], "test.example.com"),
    ],
)
def test_a_new_zone_is_the_smallest_that_holds_all_hosts(hosts: list[str], zone: str) -> None:
    from generator.hcl.expression import Expr

    assert zone_name(hosts, Expr("var.domain")) == zone


def test_a_tier_without_ranges_has_no_subnets_and_a_range_too_few_is_an_error() -> None:
    assert by_zone(["a", "b"], []) == {}
    with pytest.raises(ValueError, match="zip"):
        by_zone(["a", "b"], [IPv4Network("10.0.0.0/24")])


@pytest.mark.parametrize(("path", "name"), [("/tmp", "tmp"), ("/var/cache/nginx", "var-cache-nginx")])
def test_a_volume_is_called_after_its_path(path: str, name: str) -> None:
    assert volume_name(path) == name


def test_another_service_changes_no_block_of_the_others(emitted: Callable[[str], dict[str, str]]) -> None:
    before = emitted(BASE)
    api = "  api:\n    image: { repository: api, port: 3000 }\n    http: { path: /api }\nenvironments:"
    after = emitted(BASE.replace("environments:", api))
    (web,) = [b for b in before["services.tf"].split("\n\n") if '"service_web"' in b]
    assert web in after["services.tf"]
    assert before["network.tf"] == after["network.tf"]


def test_text_of_a_manifest_is_never_code(emitted: Callable[[str], dict[str, str]]) -> None:
    variables = "    variables: { PRICE: '${5} and %{ if x }' }\nenvironments:"
    files = emitted(BASE.replace("environments:", variables))
    assert 'PRICE = "$${5} and %%{ if x }"' in files["services.tf"]


def test_long_names_stay_within_aws_limits(emitted: Callable[[str], dict[str, str]]) -> None:
    files = emitted(
        BASE.replace("  test:\n", "  test:\n    buckets: { bucket-with-quite-a-long-name-for-trace: {} }\n")
    )
    (line,) = [x for x in files["storage.tf"].splitlines() if "name " in x]
    name = line.split('"')[1].replace("${data.aws_caller_identity.current.account_id}", "1" * 12)
    assert len(name) <= 63


def test_a_secret_is_a_place_and_an_arn_never_a_value(emitted: Callable[[str], dict[str, str]]) -> None:
    secret = (
        '    secrets: { KEY: "ssm:/example/{environment}/key", MAIL: "secretsmanager:mail:password" }\nenvironments:'
    )
    services = emitted(BASE.replace("environments:", secret))["services.tf"]
    assert 'name = "/example/test/key"' in services
    assert 'KEY  = module.secrets.arns["ssm:/example/test/key"]' in services
    assert 'MAIL = "${module.secrets.arns["secretsmanager:mail"]}:password::"' in services


def test_an_environment_without_https_has_no_names(emitted: Callable[[str], dict[str, str]]) -> None:
    files = emitted(BASE.replace("services:", "http: { public: { https: false } }\nservices:", 1))
    (https,) = [line.split("=")[1].strip() for line in files["load_balancer.tf"].splitlines() if " https " in line]
    assert https == "false"
    assert "dns_certificate" not in files["load_balancer.tf"]
    assert 'value       = ["http://www.${var.domain}"]' in files["outputs.tf"]
