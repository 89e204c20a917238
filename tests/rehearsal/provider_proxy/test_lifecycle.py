"""Killed at any moment, the user of a proxy leaves no provider behind."""

from __future__ import annotations

import json
import socket
import subprocess
import sys
from pathlib import Path

from generator.terraform.provider_proxy import find_provider_binary
from tests.rehearsal.conftest import processes_below
from tests.rehearsal.provider_proxy.planning import PROVIDER, Bench, write_root
from tests.unit.terraform.processes import wait_until

PROJECT = Path(__file__).resolve().parents[3]


def is_running(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] not in "ZX"
    except OSError:
        return False


def listens(address: str) -> bool:
    host, _, port = address.rpartition(":")
    try:
        socket.create_connection((host, int(port))).close()
    except OSError:
        return False
    return True


def test_kill_9_of_the_user_ends_the_proxy_and_its_providers(bench: Bench, tmp_path: Path) -> None:
    root = write_root(tmp_path / "root", PROVIDER + 'data "aws_region" "this" {}')
    binary = find_provider_binary(bench.tools.provider, bench.tools.binary)
    arguments = [str(bench.tools.binary.path), str(binary), str(root)]
    program = subprocess.Popen(
        [sys.executable, "-m", "tests.rehearsal.provider_proxy.starter", *arguments],
        cwd=PROJECT,
        env=bench.environment | {"TMPDIR": str(tmp_path)},
        stdout=subprocess.PIPE,
        text=True,
    )
    with program:
        assert program.stdout is not None
        (told,) = json.loads(program.stdout.readline()).values()
        proxy = told["Pid"]
        assert program.stdout.readline() == "planned\n"
        below = processes_below([proxy])
        # One without a configuration, one with.
        assert len(below) == 2
        program.kill()
    # Its terraform goes on, and kills the proxy as soon as the port refuses it.
    wait_until(lambda: not listens(told["Addr"]["String"]), "its port is closed")
    assert not list(tmp_path.glob("slipway-provider-*"))
    assert not any(map(is_running, below))
    wait_until(lambda: not is_running(proxy), "the proxy ended")
