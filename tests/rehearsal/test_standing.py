"""An environment that stays up: what can be done with it, and that its checks can fail."""

from __future__ import annotations

import fcntl
import os
import signal
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from generator.rehearsal.standing import Standing
from tests.rehearsal.conftest import PROJECT, slipway
from tests.rehearsal.standing import brought_up, checks_of, copied

pytestmark = [pytest.mark.xdist_group("standing"), pytest.mark.rehearsal(200)]

# What is changed in a copy of the manifest, and the check that has to notice.
MUTATIONS: dict[str, tuple[str, Any, str]] = {
    "VPC": ("environments.test.network.vpc.cidr", "10.0.0.0/17", "VPC range"),
    "subnet": ("environments.test.network.vpc.subnets.private", ["10.0.30.0/24", "10.0.11.0/24"], "private subnets"),
    "NAT": ("network.nat", "per_az", "NAT gateways stand in"),
    "flow logs": ("network.flow_logs", False, "flow logs record"),
    "idle timeout": ("http.public.idle_timeout", 299, "idle timeout, seconds"),
    "TLS policy": ("http.public.ssl_policy", "ELBSecurityPolicy-TLS13-1-3-2021-06", "TLS policy"),
    "default service": ("http.public.default_service", "frontend", "unknown.invalid/ belongs to"),
    "host": ("environments.test.services.frontend.http.alias", "gamma.test.{domain}", "certificate covers"),
    "path": ("services.backend.http.path", "/v2", "belongs to"),
    "health check": ("services.backend.http.healthcheck", "/healthz", "health check of backend"),
    "memory": ("services.backend.memory", 1024, "backend: CPU and memory"),
    "architecture": ("services.backend.platform", "linux/arm64", "backend: architecture"),
    "number of tasks": ("environments.test.services.backend.count", 2, "backend: tasks, least and most"),
    "deployment": ("environments.test.services.backend.deployment.rolling", "default", "backend: deployment"),
    "port": ("services.backend.image.port", 3001, "backend: port"),
    "scratch": ("services.backend.storage.scratch", ["/work"], "backend: writable paths"),
    "variable": ("services.backend.variables.EXEC_MODE", "fargate", "backend: variables"),
    "root": ("services.backend.user", "root", "backend: runs as root"),
    "permission": ("environments.test.services.backend.uses.buckets", [], "backend: may use"),
    "log group": ("logging.group", "/ecs/{environment}-{service}", "backend: days that logs are kept"),
    "retention": ("environments.test.logging.retention", 30, "backend: days that logs are kept"),
    "runner memory": ("environments.test.code_runner.memory", 1024, "code runner: memory"),
    "runner timeout": ("environments.test.code_runner.timeout", 60, "code runner: timeout"),
    "runner concurrency": ("environments.test.code_runner.reserved_concurrency", 11, "code runner: runs at the same"),
    "versioning": ("environments.test.buckets.traces", {"versioning": False}, "bucket traces: versioning"),
    "expiry": ("environments.test.buckets.traces.noncurrent_expiration_days", 7, "bucket traces: days until"),
}


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return copied(tmp_path_factory.mktemp("project"))


@pytest.fixture(scope="module")
def standing(copy: Path) -> Iterator[Standing]:
    with brought_up("seepp/test", copy) as standing:
        yield standing


def test_every_check_holds(standing: Standing) -> None:
    checks = checks_of(standing, PROJECT / "envs/seepp/system.yaml")
    assert [check for check in checks if not check.passed] == []
    assert len(checks) > 130


@pytest.mark.parametrize("changed", MUTATIONS)
def test_a_check_notices_another(changed: str, standing: Standing, tmp_path: Path) -> None:
    path, value, check = MUTATIONS[changed]
    yaml = YAML()
    manifest = yaml.load(PROJECT / "envs/seepp/system.yaml")
    *parents, last = path.split(".")
    place = manifest
    for key in parents:
        place = place.setdefault(key, {})
    place[last] = value
    if changed == "permission":
        # A variable may name a bucket only while the service uses it.
        del manifest["environments"]["test"]["services"]["backend"]["variables"]
    mutated = tmp_path / "system.yaml"
    yaml.dump(manifest, mutated)
    failed = [c.name for c in checks_of(standing, mutated) if not c.passed]
    assert any(check in name for name in failed), f"only these failed: {failed}"


def test_a_program_reads_its_input_and_answers_through_the_environment(
    standing: Standing, copy: Path, tmp_path: Path
) -> None:
    program = tmp_path / "double.cpp"
    program.write_text("#include <iostream>\nint main() { int n; std::cin >> n; std::cout << 2 * n; }\n")
    done = slipway("run", str(program), "--env", standing.name, stdin="21", cwd=copy)
    assert (done.returncode, done.stdout) == (0, "42")


def test_a_program_that_fails_is_a_finding(standing: Standing, copy: Path, tmp_path: Path) -> None:
    program = tmp_path / "fails.cpp"
    program.write_text("int main() { return 3; }\n")
    done = slipway("run", str(program), "--env", standing.name, cwd=copy)
    assert done.returncode == 1
    assert "runtime_error" in done.stderr


def test_what_is_up_is_not_brought_up_again(standing: Standing, copy: Path) -> None:
    again = slipway("up", "seepp/test", cwd=copy)
    assert again.returncode == 2
    assert "slipway down seepp/test" in again.stderr
    assert standing.aws().health()["pid"] == standing.pid


def test_two_commands_do_not_bring_one_environment_up_and_down_at_once(standing: Standing, copy: Path) -> None:
    with (copy / ".slipway/up/seepp-test.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        down = slipway("down", "seepp/test", cwd=copy)
    assert down.returncode == 2
    assert "Wait for it to end" in down.stderr
    assert standing.aws().health()["pid"] == standing.pid


def test_down_forgets_an_environment_whose_server_was_killed(tmp_path: Path) -> None:
    from generator.embedded_aws import EmbeddedAws

    (tmp_path / "envs/one").mkdir(parents=True)
    (tmp_path / "envs/one/system.yaml").write_text("system: one\n")
    folder = tmp_path / ".slipway/up/one-test"
    folder.mkdir(parents=True)
    aws = EmbeddedAws.start()
    aws.leave_running()
    record = {"name": "one/test", "region": "us-west-2", "account_id": "111122223333", "port": aws.port}
    (folder / "standing.json").write_text(str({**record, "pid": aws.pid, "outputs": {}}).replace("'", '"'))
    os.kill(aws.pid, signal.SIGKILL)
    deadline = time.monotonic() + 10
    while Path(f"/proc/{aws.pid}/cmdline").exists() and time.monotonic() < deadline:
        if Path(f"/proc/{aws.pid}/cmdline").read_bytes() == b"":
            break
        time.sleep(0.05)
    down = slipway("down", "one/test", cwd=tmp_path)
    aws.stop()
    assert (down.returncode, down.stdout.strip()) == (0, "one/test is down")
    assert not folder.exists()
