"""Who reaches whom: services that call services or databases, and the security group rules and names for it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from generator.hcl.expression import Expr
from generator.systems.databases import database_access
from generator.systems.inputs import identifier
from generator.systems.manifest import Environment
from generator.systems.runner import runner_egress, runner_namespace

if TYPE_CHECKING:
    from generator.systems.environment import EnvironmentRoot

NAMESPACE = Expr("module.cluster.service_connect_namespace_arn")


def security_group(service: str) -> Expr:
    """The security group of the tasks of *service*, whose module need not be called yet."""
    return Expr(f"module.service_{identifier(service)}.security_group_id")


def connections(root: EnvironmentRoot, name: str) -> dict[str, object]:
    """The arguments of the service *name* with which it calls others, and others call it.

    Connections are plain TCP to Service Connect's proxy: of HTTP it would end every request after 15 seconds.
    """
    environment = root.environment
    uses, callers = environment.services[name].uses, environment.callers(name)
    called = {
        other: {"port": environment.services[other].image.port, "security_group_id": security_group(other)}
        for other in uses.services
    }
    inputs: dict[str, object] = {
        "ingress": {caller: {"security_group_id": security_group(caller)} for caller in callers},
        "egress": {**called, **database_access(root, name), **runner_egress(root, environment.services[name])},
    }
    if callers:
        inputs["service_connect"] = {"namespace": NAMESPACE, "server": {"port_name": name}}
    elif called or (uses.code_runner and runner_namespace(environment.code_runner)):
        inputs["service_connect"] = {"namespace": NAMESPACE}
    return inputs


def namespace(environment: Environment) -> dict[str, object]:
    """The arguments of the cluster in which services find each other, and a runner on Fargate, by name."""
    connected = any(service.uses.services for service in environment.services.values())
    return {"service_connect": True} if connected else runner_namespace(environment.code_runner)


def service_hosts(environment: Environment) -> dict[str, object]:
    """The placeholders for services that are called by others: host and port.

    They wait for the service, since tasks never find a name that is younger than they are. Services that call each
    other in a circle cannot wait: of those, all but the last to start have to be deployed again.
    """
    return {
        f"service.{name}": f"{name}:{service.image.port}"
        if name in _reached(environment, name)
        else Expr(f"module.service_{identifier(name)}.endpoint")
        for name, service in environment.services.items()
        if environment.callers(name)
    }


def _reached(environment: Environment, name: str) -> set[str]:
    """The services that *name* calls, and those that they call, and so on."""
    found: set[str] = set()
    waiting = list(environment.services[name].uses.services)
    while waiting:
        if (other := waiting.pop()) not in found:
            found.add(other)
            waiting += environment.services[other].uses.services
    return found
