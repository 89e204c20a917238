"""A code runner on ECS in a root module: who reaches it, what it reaches, and what stays as it was."""

from __future__ import annotations

from pathlib import Path

import pytest

from generator.release import find_deployable
from tests.unit.systems.roots import block, emitted, environment

BASE = """
system: labs
owner: team
region: us-west-2
domain: { name: example.com }
registries: { repositories: [api, web, runner, sessions] }
network:
  vpc:
    availability_zones: [us-west-2a, us-west-2b]
    cidr: 10.0.0.0/16
    subnets:
      public: [10.0.1.0/24, 10.0.2.0/24]
      private: [10.0.10.0/24, 10.0.11.0/24]
      isolated: [10.0.20.0/24, 10.0.21.0/24]
http: { public: { idle_timeout: 180 }, internal: { idle_timeout: 130 } }
services:
  api:
    image: { repository: api, port: 8080 }
    http: { path: /, alias: "api.{domain}" }
    uses: { code_runner: true }
    variables: { RUNNER: "{code_runner_url}" }
  web:
    image: { repository: web, port: 8080 }
    http: { path: /, alias: "www.{domain}" }
code_runner:
  repository: runner
  memory: 512
  timeout: 120
"""
FARGATE = """  engine: fargate
  count: { range: 1-3, cpu_percentage: 70, memory_percentage: 80 }
environments: { test: {} }
"""
HOST = """  engine: ec2
  variables: { IMAGE: "{image.sessions}", REPOSITORY: "{repository.sessions}" }
  host:
    acknowledge_privileged: true
    session_repositories: [sessions]
environments: { test: {} }
"""


def test_callers_of_a_runner_on_fargate_are_let_in_and_let_out(tmp_path: Path) -> None:
    files = emitted(tmp_path, BASE + FARGATE)
    runner, api, web = (block(files, label) for label in ("code_runner", "service_api", "service_web"))
    assert "api = module.service_api.security_group_id" in runner
    assert not any("service_web" in line for line in runner)
    assert "code-runner = { port = 8080, security_group_id = module.code_runner.security_group_id }" in api
    assert "RUNNER = module.code_runner.url" in api
    assert "namespace = module.cluster.service_connect_namespace_arn" in api
    assert not any("code_runner" in line or "namespace" in line for line in web)
    assert not any("InvokeCodeRunner" in line for line in api)


def test_a_runner_on_fargate_reaches_what_starts_it_and_nothing_else(tmp_path: Path) -> None:
    files = emitted(tmp_path, BASE + FARGATE)
    network = " ".join(block(files, "network"))
    for service in ("ecr.api", "ecr.dkr", "logs"):
        assert f'"{service}" = {{ tier = "isolated" }}' in network or f'{service} = {{ tier = "isolated" }}' in network
    assert "isolated_image_layers = true" in network
    assert "ssm" not in network
    assert "service_connect = true" in block(files, "cluster")
    runner = block(files, "code_runner")
    assert "subnet_ids = values(module.network.isolated_subnet_ids)" in runner
    assert "security_group_id = module.network.endpoint_security_group_id" in runner
    assert "cooldown_out = 60" in runner


def test_a_host_is_reached_through_an_internal_load_balancer_by_its_callers_alone(tmp_path: Path) -> None:
    files = emitted(tmp_path, BASE + HOST)
    balancer, api = block(files, "code_runner_load_balancer"), block(files, "service_api")
    assert {"internal = true", "https = false", "ingress_cidrs = []", "idle_timeout = 130"} <= set(balancer)
    assert "api = module.service_api.security_group_id" in balancer
    assert not any("service_web" in line for line in balancer)
    assert 'RUNNER = "http://${module.code_runner_load_balancer.dns_name}"' in api
    assert "code-runner = { port = 80, security_group_id = module.code_runner_load_balancer.security_group_id }" in api
    assert not any(line.startswith("callers") for line in block(files, "code_runner"))


def test_a_host_without_internet_reaches_the_endpoints_that_it_needs(tmp_path: Path) -> None:
    files = emitted(tmp_path, BASE + HOST)
    network, runner = " ".join(block(files, "network")), block(files, "code_runner")
    for service in ("ecr.api", "ecr.dkr", "logs", "ecs", "ecs-agent", "ecs-telemetry", "monitoring", "ssm"):
        assert f'{service}"' in network or f"{service} =" in network
    assert "subnet_ids = values(module.network.isolated_subnet_ids)" in runner
    assert not any("acknowledge_internet_egress" in line for line in runner)


def test_a_host_with_internet_stands_behind_the_nat_gateway(tmp_path: Path) -> None:
    files = emitted(tmp_path, BASE + HOST.replace("    session", "    acknowledge_internet_egress: true\n    session"))
    runner = block(files, "code_runner")
    assert "subnet_ids = values(module.network.private_subnet_ids)" in runner
    assert "acknowledge_internet_egress = true" in runner
    assert not any("endpoints" in line for line in runner)
    assert not any("interface_endpoints" in line for line in block(files, "network"))


def test_sessions_come_from_their_own_repository(tmp_path: Path) -> None:
    files = emitted(tmp_path, BASE + HOST)
    text = "\n".join(block(files, "code_runner"))
    assert 'repository/sessions"' in text
    url = "${data.aws_caller_identity.current.account_id}.dkr.ecr.us-west-2.amazonaws.com/sessions"
    assert f'REPOSITORY = "{url}"' in text
    assert f'IMAGE = "{url}:${{var.session_image_tags["sessions"]}}"' in text
    variable = block(files, "session_image_tags", "variable")
    assert 'sessions = "none"' in variable
    assert "sessions =" in files["outputs.tf"]


@pytest.mark.parametrize(
    ("lines", "cluster"), [(FARGATE, "labs-test"), (HOST, "labs-test-code-runner")], ids=["fargate", "ec2"]
)
def test_a_release_finds_the_service(tmp_path: Path, lines: str, cluster: str) -> None:
    found = find_deployable(environment(tmp_path, BASE + lines), "code-runner")
    assert (found.cluster, found.service, found.is_function) == (cluster, "labs-test-code-runner", False)
