"""Services that call each other in a root module: rules for the one caller, a name for the one called."""

from __future__ import annotations

from pathlib import Path

from tests.unit.systems.roots import block, emitted

BASE = """
system: example
owner: team
region: us-west-2
registries: { repositories: [api, web, worker] }
http: { public: { https: false } }
network:
  vpc:
    availability_zones: [us-west-2a, us-west-2b]
    cidr: 10.0.0.0/16
    subnets: { public: [10.0.1.0/24, 10.0.2.0/24], private: [10.0.10.0/24, 10.0.11.0/24] }
services:
  web:
    image: { repository: web, port: 8080 }
    http: { path: / }
  worker:
    image: { repository: worker, port: 9000 }
environments: { test: {} }
"""
CALLS = '    uses: { services: [worker] }\n    variables: { WORKER: "http://{service.worker}/run" }\n  worker:\n'
CALLING = BASE.replace("  worker:\n", CALLS)


def test_nobody_reaches_a_service_that_nobody_names(tmp_path: Path) -> None:
    files = emitted(tmp_path, BASE)
    worker = block(files, "service_worker")
    assert not any(line.startswith(("ingress", "load_balancer", "service_connect")) for line in worker)
    assert not any("service_connect" in line for line in block(files, "cluster"))


def test_the_caller_alone_gets_in(tmp_path: Path) -> None:
    files = emitted(tmp_path, CALLING)
    web, worker = block(files, "service_web"), block(files, "service_worker")
    assert worker[worker.index("ingress = {") + 1 :][:2] == [
        "web = { security_group_id = module.service_web.security_group_id }",
        "}",
    ]
    assert "worker = { port = 9000, security_group_id = module.service_worker.security_group_id }" in web
    assert not any(line.startswith("egress") for line in worker)
    assert not any(line.startswith("ingress") for line in web)


def test_the_called_service_has_a_name_and_the_caller_knows_it(tmp_path: Path) -> None:
    files = emitted(tmp_path, CALLING)
    web, worker = block(files, "service_web"), block(files, "service_worker")
    assert 'server = { port_name = "worker" }' in worker
    assert not any(line.startswith("server") for line in web)
    for service in (web, worker):
        assert "namespace = module.cluster.service_connect_namespace_arn" in service
    # Through the output that waits for the service: tasks never find a name that is younger than they are.
    assert 'WORKER = "http://${module.service_worker.endpoint}/run"' in web
    assert "service_connect = true" in block(files, "cluster")


def test_two_services_may_call_each_other(tmp_path: Path) -> None:
    text = CALLING.replace(
        "repository: worker, port: 9000 }\n", "repository: worker, port: 9000 }\n    uses: { services: [web] }\n"
    )
    files = emitted(tmp_path, text)
    for one, other, port in (("web", "worker", 9000), ("worker", "web", 8080)):
        lines = block(files, f"service_{one}")
        assert f"{other} = {{ port = {port}, security_group_id = module.service_{other}.security_group_id }}" in lines
        assert f"{other} = {{ security_group_id = module.service_{other}.security_group_id }}" in lines
        assert f'server = {{ port_name = "{one}" }}' in lines
    # Neither can wait for the other.
    assert 'WORKER = "http://worker:9000/run"' in block(files, "service_web")
