"""The part of the AWS CLI that the READMEs use, on boto3: ``python -m tests.rehearsal.aws_cli SERVICE OPERATION …``.

The CLI itself pins another botocore than the tests' other tools. As in it, a query of text output sees one page at a
time, one of JSON sees all of them.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import boto3
import jmespath
from botocore import xform_name
from botocore.model import OperationModel

OWN = ("--output", "--query", "--region")
SERVICES = {"s3api": "s3"}


def main(words: Sequence[str]) -> str:
    """Run one command and return what it prints. Raises ClientError and WaiterError as boto3 does."""
    service, operation, *rest = words
    options = _options(rest)
    own = {name: options.pop(name) for name in OWN if name in options}
    client: Any = boto3.client(SERVICES.get(service, service), region_name=own.get("--region"))
    if operation == "wait":
        waiter, *rest = rest
        options = _options(rest)
        waits = client.get_waiter(waiter.replace("-", "_"))
        waits.wait(**_parameters(client.meta.service_model.operation_model(waits.config.operation), options))
        return ""
    method = operation.replace("-", "_")
    model = client.meta.service_model.operation_model(client.meta.method_to_api_mapping[method])
    parameters = _parameters(model, options)
    if client.can_paginate(method):
        pages = client.get_paginator(method).paginate(**parameters)
    else:
        pages = [getattr(client, method)(**parameters)]
    query = own.get("--query", "@")
    if own.get("--output") == "text":
        return "".join(_text(jmespath.search(query, _plain(page))) for page in pages)
    answer = pages.build_full_result() if client.can_paginate(method) else pages[0]
    return json.dumps(jmespath.search(query, _plain(answer)), indent=4) + "\n"


def _plain(answer: Any) -> Any:
    """*answer* with moments as texts."""
    return json.loads(json.dumps(answer, default=lambda moment: moment.isoformat()))


def _options(words: Sequence[str]) -> dict[str, str]:
    """The values of ``--name value``; a switch has none, and ``--no-name`` is the switch turned off."""
    options: dict[str, str] = {}
    waiting = list(words)
    while waiting:
        name = waiting.pop(0)
        if not name.startswith("--"):
            # Positional words belong to `wait` alone.
            continue
        options[name] = waiting.pop(0) if waiting and not waiting[0].startswith("--") else ""
    return options


def _parameters(model: OperationModel, options: dict[str, str]) -> dict[str, Any]:
    """The arguments of the API's call. Raises SystemExit for an option that it has not, as the CLI does."""
    shape = model.input_shape
    members = (
        {f"--{xform_name(name, '-')}": (name, of.type_name) for name, of in shape.members.items()} if shape else {}
    )
    found: dict[str, Any] = {}
    for option, value in options.items():
        switch = option.replace("--no-", "--", 1)
        if option in members:
            name, kind = members[option]
            found[name] = True if kind == "boolean" else _value(kind, value)
        elif switch in members and members[switch][1] == "boolean":
            found[members[switch][0]] = False
        else:
            raise SystemExit(f"aws: unknown option {option} of {model.name}")
    return found


def _value(kind: str, value: str) -> Any:
    if value.startswith("file://"):
        value = Path(value.removeprefix("file://")).read_text()
    if kind == "integer":
        return int(value)
    return value.split() if kind == "list" else value


def _text(found: Any) -> str:
    """*found* as ``--output text`` prints it: a line a row, cells between tabs."""
    if isinstance(found, list):
        if any(isinstance(row, list) for row in found):
            return "".join(_text(row) for row in found)
        return "\t".join(str(cell) for cell in found) + "\n" if found else ""
    return f"{found}\n"


if __name__ == "__main__":
    sys.stdout.write(main(sys.argv[1:]))
