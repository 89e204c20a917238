"""Other users of the machine are refused."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from generator.terraform.provider_proxy.peers import peer_uid
from generator.terraform.provider_proxy.protocol import GET_SCHEMA
from tests.unit.terraform.provider_proxy.conftest import Start

OTHER_USER = 65534
# A client in a process of its own, since only that can be another user's.
CLIENT = """
import os, grpc
# Loaded now: the other user may not be able to read the interpreter's files.
channel = grpc.insecure_channel("{address}")
os.setgroups([])
os.setgid({user})
os.setuid({user})
try:
    channel.unary_unary("{method}")(b"", timeout=60)
except grpc.RpcError as error:
    print(error.code().name)
"""


def test_the_user_at_the_other_end_is_known() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        with socket.create_connection(("127.0.0.1", port)) as client:
            theirs = client.getsockname()[1]
            assert peer_uid(f"ipv4:127.0.0.1:{theirs}", port) == os.getuid()
            # The same two ports the other way round are our own end.
            assert peer_uid(f"ipv4:127.0.0.1:{port}", port) is None


def test_no_connection_is_nobodys(tmp_path: Path) -> None:
    table = tmp_path / "tcp"
    table.write_text("  sl  local_address rem_address   st\n")
    assert peer_uid("ipv4:127.0.0.1:40000", 50000, [table, tmp_path / "tcp6"]) is None


@pytest.mark.skipif(os.getuid() != 0, reason="only root can become another user")
def test_another_user_is_refused(start: Start) -> None:
    (reattach,) = json.loads(start().environment()["TF_REATTACH_PROVIDERS"]).values()
    client = CLIENT.format(user=OTHER_USER, address=reattach["Addr"]["String"], method=GET_SCHEMA)
    done = subprocess.run([sys.executable, "-c", client], capture_output=True, text=True, check=False, timeout=60)
    assert done.stdout.strip() == "PERMISSION_DENIED", done.stderr
