"""ContainrLab's environment is what its document and the decisions about it say."""

from __future__ import annotations

from pathlib import Path

import pytest

from generator.systems.manifest import load_manifest
from tests.unit.systems.roots import block, emitted, emitted_account

MANIFEST = Path(__file__).parents[3] / "envs/containrlab/system.yaml"
PROD = load_manifest(MANIFEST).resolve("prod")


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    return emitted(tmp_path_factory.mktemp("containrlab"), MANIFEST.read_text(), "prod")


def test_names_are_those_of_the_document() -> None:
    assert (PROD.prefix, PROD.cluster_name, PROD.load_balancer_name) == (
        "containrlab",
        "containrlab-cluster",
        "containrlab-alb",
    )
    assert [PROD.service_name(name) for name in PROD.services] == ["containrlab-api", "containrlab-web"]
    assert (PROD.code_runner_name, PROD.code_runner_cluster) == ("containrlab-runner", "containrlab-runner-ec2")
    assert PROD.registries.repositories == (
        "containrlab-api",
        "containrlab-web",
        "containrlab-runner",
        "containrlab-runnerd",
    )
    assert PROD.registries.keep_images == 10


def test_network_and_logs() -> None:
    network = PROD.network
    assert (PROD.region, str(network.vpc.cidr), network.nat) == ("us-east-1", "10.0.0.0/16", "single")
    assert network.vpc.availability_zones == ("us-east-1a", "us-east-1b")
    assert [str(s) for s in network.vpc.subnets.private] == ["10.0.10.0/24", "10.0.11.0/24"]
    assert network.vpc.subnets.isolated == ()
    groups = [PROD.log_group(name) for name in PROD.services]
    assert [*groups, PROD.code_runner_log_group] == [
        "/ecs/containrlab-api",
        "/ecs/containrlab-web",
        "/ecs/containrlab-runner",
    ]
    assert PROD.logging.retention == 7


@pytest.mark.parametrize(
    ("name", "port", "health", "host", "rolling"),
    [
        ("api", 8000, "/healthz", "api.containrlab.click", "recreate"),
        ("web", 3000, "/", "app.containrlab.click", "default"),
    ],
)
def test_services(name: str, port: int, health: str, host: str, rolling: str) -> None:
    service = PROD.services[name]
    assert (service.cpu, service.memory, service.platform) == (256, 512, "linux/arm64")
    assert (service.count.range.min, service.count.range.max) == (1, 1)
    assert service.http is not None
    assert (service.image.port, service.http.healthcheck.path, service.deployment.rolling) == (port, health, rolling)
    assert [alias.render(PROD.values) for alias in service.http.alias] == [host]


def test_secrets_stand_in_the_namespace_of_the_document() -> None:
    found = {secret.name.render(PROD.values): secret for secret in PROD.secrets().values()}
    assert found.keys() == {
        f"/containrlab/{name}"
        for name in (
            "GITHUB_CLIENT_ID",
            "GITHUB_CLIENT_SECRET",
            "NEXTAUTH_SECRET",
            "GEMINI_API_KEY",
            "SESSION_TTL_SECONDS",
        )
    }
    assert {secret.store for secret in found.values()} == {"ssm"}
    assert {name: secret.value for name, secret in found.items() if secret.value} == {
        "/containrlab/SESSION_TTL_SECONDS": "1800"
    }


def test_the_supervisor_has_a_host_for_itself() -> None:
    runner = PROD.code_runner
    assert runner is not None
    assert (runner.engine, runner.cpu, runner.memory, runner.platform) == ("ec2", 1024, 2048, "linux/x86_64")
    assert runner.host is not None
    assert (runner.host.instance_type, runner.reaches_internet) == ("t3.medium", True)
    assert runner.host.session_repositories == ("containrlab-runner",)
    assert runner.repository == "containrlab-runnerd"
    assert runner.host.reaper is not None
    assert (runner.host.reaper.containers, runner.host.reaper.volumes) == ("rl_sess_", "rl_ws_")


def test_every_load_balancer_outwaits_a_build() -> None:
    assert PROD.code_runner is not None
    assert PROD.code_runner.timeout == 120
    assert (PROD.http.public.idle_timeout, PROD.http.internal.idle_timeout) == (180, 180)
    assert PROD.http.public.https


def test_the_api_alone_finds_and_reaches_the_supervisor(files: dict[str, str]) -> None:
    api, web = block(files, "service_api"), block(files, "service_web")
    assert 'RUNNERD_BASE_URL = "http://${module.code_runner_load_balancer.dns_name}"' in api
    assert any(line.startswith("code-runner = { port = 80,") for line in api)
    assert not any("code_runner" in line for line in web)
    balancer = block(files, "code_runner_load_balancer")
    assert {"internal = true", "api = module.service_api.security_group_id"} <= set(balancer)
    assert 'code-runner = { port = 8080, target_type = "instance", health_check = { path = "/health" } }' in balancer


def test_what_the_document_watches_is_an_alarm(files: dict[str, str]) -> None:
    found = " ".join(block(files, "monitoring"))
    assert "service = module.service_api.name cpu_percent = 70 memory_percent = 80 minimum_tasks = 1" in found
    assert "latency_seconds = 0.5" in found
    assert "cpu_percent = 80 memory_percent = 80 disk_percent = 80 minimum_credits = 50" in found
    assert PROD.observability.container_insights is False


def test_the_workflow_may_push_and_update_and_nothing_else(tmp_path: Path) -> None:
    found = " ".join(block(emitted_account(tmp_path, MANIFEST.read_text()), "delivery"))
    for repository in PROD.registries.repositories:
        assert f":repository/{repository}" in found
    for service in ("containrlab-cluster/containrlab-api", "containrlab-runner-ec2/containrlab-runner"):
        assert f":service/{service}" in found
