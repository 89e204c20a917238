"""A provider in miniature, really spoken to over gRPC: it tells what it was asked, and misbehaves when asked to.

Run by the proxy as the executable that `install` writes. It answers a call with JSON: its process, its configuration,
the request and the variables that it was started with.
"""

from __future__ import annotations

import json
import os
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import grpc

from tests.unit.terraform.provider_proxy.messages import diagnostic, schema_entry, text

SCHEMA = (
    text(1, b"the provider's own")
    + schema_entry(2, "aws_vpc", b"a resource")
    + schema_entry(3, "aws_vpc", b"a data source")
    + schema_entry(2, "aws_subnet", b"a subnet")
    + text(7, text(1, b"arn_parse"))
)
# In place of the request for a configuration:
REFUSED, WARNED = b"refused", b"warned"


def install(directory: Path, *, protocol: int = 5) -> Path:
    """Write the executable."""
    root = Path(__file__).resolve().parents[4]
    program = directory / "terraform-provider-aws_v5.100.0_x5"
    program.write_text(
        f"#!{sys.executable}\nimport sys\nsys.path.insert(0, {str(root)!r})\n"
        f"from tests.unit.terraform.provider_proxy.small_provider import main\nmain({protocol})\n"
    )
    program.chmod(0o755)
    return program


class _Provider(grpc.GenericRpcHandler):
    def __init__(self) -> None:
        self._configuration: str | None = None

    def service(self, handler_call_details: grpc.HandlerCallDetails) -> Any:
        service, _, method = handler_call_details.method[1:].partition("/")
        known = service == "tfplugin5.Provider" and hasattr(self, f"_{method}")
        return grpc.unary_unary_rpc_method_handler(getattr(self, f"_{method}")) if known else None

    def _GetSchema(self, _: bytes, __: grpc.ServicerContext) -> bytes:  # noqa: N802 - the protocol's names
        return SCHEMA

    def _Configure(self, request: bytes, _: grpc.ServicerContext) -> bytes:  # noqa: N802
        self._configuration = request.decode()
        if request == REFUSED:
            return diagnostic(1, 1, "no credentials")
        return diagnostic(1, 2, "deprecated") if request == WARNED else b""

    def _PrepareProviderConfig(self, request: bytes, _: grpc.ServicerContext) -> bytes:  # noqa: N802
        answer = text(1, str(time.monotonic_ns()).encode())
        return answer + diagnostic(2, 1, "wrong") if request == REFUSED else answer

    def _ReadDataSource(self, request: bytes, context: grpc.ServicerContext) -> bytes:  # noqa: N802
        if request.startswith(b"sleep"):
            time.sleep(float(request.split()[1]))
        if request == b"fail":
            context.abort(grpc.StatusCode.INVALID_ARGUMENT, "so it was asked")
        if request == b"crash":
            print("panic: nil map", file=sys.stderr, flush=True)
            os._exit(2)
        if request == b"shout":
            # More than any pipe holds, to where nobody asked for it.
            print("x" * 2**20, flush=True)
            print("x" * 2**20, file=sys.stderr, flush=True)
        known = {"pid": os.getpid(), "configuration": self._configuration, "environment": dict(os.environ)}
        return json.dumps({**known, "directory": str(Path.cwd()), "request": request.decode()}).encode()

    _Stop = _ReadDataSource


def main(protocol: int) -> None:
    if os.environ.get("TF_PLUGIN_MAGIC_COOKIE") is None:
        sys.exit("This program is a plugin, not meant to be executed directly.")
    server = grpc.server(ThreadPoolExecutor(8), handlers=[_Provider()])
    socket = f"{os.environ['PLUGIN_UNIX_SOCKET_DIR']}/plugin{os.getpid()}"
    server.add_insecure_port(f"unix:{socket}")
    server.start()
    print(f"1|{protocol}|unix|{socket}|grpc|", flush=True)
    threading.Event().wait()
