"""Loading manifests: resolving environments, and errors that point at the line that wrote the value."""

from __future__ import annotations

from pathlib import Path

import pytest

from generator.errors import Location, ManifestError
from generator.systems.manifest import ManifestErrors, load_manifest
from generator.systems.manifest.problems import dotted
from tests.unit.systems.manifest.manifests import SMALL, edited, written

SEEPP = Path(__file__).parents[4] / "envs" / "seepp" / "system.yaml"


def test_environments_come_in_the_order_of_the_file(tmp_path: Path) -> None:
    assert load_manifest(edited(tmp_path).path).environments == ("dev", "live")


def test_an_override_completes_and_changes_the_base(tmp_path: Path) -> None:
    manifest = load_manifest(edited(tmp_path).path)
    dev, live = manifest.resolve("dev"), manifest.resolve("live")
    assert (dev.name, live.name) == ("dev", "live")
    assert dev.services["web"].count.range.max == 1
    assert live.services["web"].count.range.max == 6
    assert dev.services["api"] == live.services["api"]
    assert set(dev.buckets) == {"traces"}
    assert live.buckets == {}


def test_the_account_holds_what_environments_share(tmp_path: Path) -> None:
    account = load_manifest(edited(tmp_path).path).account
    assert (account.system, account.owner, account.region) == ("lab", "teaching", "us-east-1")
    assert account.registries.repositories == ("web", "api", "runner")
    assert account.environments == ("dev", "live")


def test_an_unknown_environment_is_refused_with_the_nearest(tmp_path: Path) -> None:
    manifest = load_manifest(edited(tmp_path).path)
    with pytest.raises(ManifestError, match='no environment "lvie"') as caught:
        manifest.resolve("lvie")
    assert caught.value.cure == 'Did you mean "live"?'
    assert caught.value.where == Location(manifest.path)


def test_an_environment_may_override_nothing(tmp_path: Path) -> None:
    head, _, network = SMALL.partition("environments:\n")
    vpc = "\n".join(line[4:] for line in network.splitlines()[3:8]) + "\n"
    head = head.replace("    availability_zones", vpc + "    availability_zones", 1)
    text = head.replace("path: /\n", "path: /\n      alias: lab.{domain}\n", 1) + "environments:\n  dev:\n"
    assert load_manifest(written(tmp_path, text).path).environments == ("dev",)


def test_an_error_in_the_base_is_reported_once_and_without_an_environment(tmp_path: Path) -> None:
    error = edited(tmp_path, ("cpu: 512", "cpu: 500")).error("cpu: 500")
    assert error.what.endswith("not 500.")


def test_an_error_in_an_override_names_its_environment(tmp_path: Path) -> None:
    error = edited(tmp_path, ("range: 2-6", "range: 2-x")).error("range: 2-x")
    assert error.what.endswith('is not a range: "2-x" (environment live).')


def test_an_error_is_where_the_losing_base_was_overridden(tmp_path: Path) -> None:
    change = ("web:\n        http:", "web:\n        image: { port: 80 }\n        http:")
    error = edited(tmp_path, change).error("image: { port: 80 }")
    assert "Port 80" in error.what


def test_errors_come_together_sorted_by_line(tmp_path: Path) -> None:
    manifest = edited(
        tmp_path,
        ("cidr: 10.1.0.0/16", "cidr: nowhere"),
        ("memory: 1024", "memory: lots"),
        ("owner: teaching", "ownre: teaching"),
    )
    errors = manifest.errors()
    lines = [error.where.line for error in errors if error.where]
    # The first is the missing owner, at the manifest's own beginning.
    assert lines == [1, manifest.line("ownre"), manifest.line("lots"), manifest.line("nowhere")]
    assert str(ManifestErrors(reversed(errors))) == "\n".join(str(error) for error in errors)


@pytest.mark.parametrize("key", ["system", "owner", "region", "registries", "environments"])
def test_an_environment_cannot_change_what_belongs_to_the_system(tmp_path: Path, key: str) -> None:
    error = edited(tmp_path, ("  live:\n", f"  live:\n    {key}: other\n")).error(f"{key}: other")
    assert error.what == f"{key} belongs to the whole system and cannot differ in environment live."


@pytest.mark.parametrize(
    ("name", "what"),
    [
        ("account", "is reserved"),
        ("Live", "cannot name an environment"),
        ("li_ve", "cannot name an environment"),
        ("1live", "cannot name an environment"),
        ("li--ve", "cannot name an environment"),
        ("an-environment-of", "cannot name an environment"),
    ],
)
def test_an_environment_name_that_cannot_be_is_refused(tmp_path: Path, name: str, what: str) -> None:
    assert what in edited(tmp_path, ("  live:\n", f"  {name}:\n")).error(f"  {name}:").what


@pytest.mark.parametrize("value", ["", " {}", " []", " 3"])
def test_environments_must_name_at_least_one(tmp_path: Path, value: str) -> None:
    text = SMALL.partition("environments:\n")[0] + f"environments:{value}\n"
    assert "at least one name" in written(tmp_path, text).error("environments:").what


def test_a_manifest_without_environments_is_refused_with_the_likely_cause(tmp_path: Path) -> None:
    error = edited(tmp_path, ("environments:", "enviroments:")).error("system: lab")
    assert error.what == "The manifest needs the key environments."
    assert error.cure == 'Rename the key "enviroments" to environments.'


def test_an_override_that_is_no_map_is_refused(tmp_path: Path) -> None:
    text = SMALL.partition("  live:\n")[0] + "  live: [1]\n"
    assert written(tmp_path, text).error("live: [1]").what == "environments.live must be a map."


def test_a_path_is_written_as_a_person_reads_it() -> None:
    assert dotted(("services", "web", "command", 2)) == "services.web.command[2]"


def test_no_error_carries_a_control_character(tmp_path: Path) -> None:
    manifest = edited(tmp_path, ("owner: teaching", 'owner: "\\e[31m"'))
    assert "\x1b" not in str(ManifestErrors(manifest.errors()))


def test_the_manifest_of_seepp_says_what_its_environments_are() -> None:
    manifest = load_manifest(SEEPP)
    test, prod = manifest.resolve("test"), manifest.resolve("prod")
    assert manifest.environments == ("test", "prod")
    assert test.code_runner is not None
    assert prod.code_runner is not None
    assert (test.code_runner.memory, test.code_runner.timeout, test.code_runner.reserved_concurrency) == (3008, 180, 10)
    assert (prod.code_runner.memory, prod.code_runner.timeout) == (10240, 120)
    assert (test.code_runner_name, prod.code_runner_name) == ("spp-trace-executor-test", "spp-trace-executor-prod")
    assert test.log_group("backend") == "/copilot/spp-test-backend"
    assert (test.log_retention("backend"), prod.log_retention("backend")) == (14, 30)
    assert all(service.count.fixed and service.deployment.rolling == "recreate" for service in test.services.values())
    counts = [service.count for service in prod.services.values()]
    assert all((count.range.min, count.range.max, count.cpu_percentage) == (1, 10, 70) for count in counts)
    assert (test.network.nat, prod.network.nat) == ("single", "per_az")
    assert set(test.buckets) == {"traces"}
    assert prod.buckets == {}


def test_the_routes_of_seepp_reach_the_backend_on_every_host() -> None:
    routes = load_manifest(SEEPP).resolve("prod").routes()
    hosts = {route.service: [host.render({"domain": "seepluspl.us"}) for host in route.hosts] for route in routes}
    assert [route.service for route in routes] == ["backend", "frontend", "frontend-legacy"]
    assert routes[0].patterns == ("/api", "/api/*")
    assert hosts == {
        "backend": [],
        "frontend": ["beta.seepluspl.us"],
        "frontend-legacy": ["seepluspl.us", "legacy.seepluspl.us"],
    }
