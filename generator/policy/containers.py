"""Tasks of ECS: definitions, containers, and the services that run them."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cached_property
from posixpath import normpath
from typing import Any

from generator.policy.plan import Plan, Resource
from generator.policy.plan.values import Unknown

# Directories of a host that are as good as the host: its root, its kernel, and where sockets and credentials lie.
ROOTS = ("/", "/run", "/var", "/var/run", "/home")
KEPT = ("/boot", "/dev", "/etc", "/proc", "/root", "/sys", "/usr", "/var/lib")
# With one of these a container loads a module, traces the host, or mounts its disk.
CAPABILITIES = {"ALL", "SYS_ADMIN", "SYS_MODULE", "SYS_PTRACE", "SYS_RAWIO", "DAC_READ_SEARCH", "BPF"}


@dataclass(frozen=True)
class Task:
    """A task definition and the services that surely run it."""

    plan: Plan
    definition: Resource
    services: tuple[Resource, ...]

    @cached_property
    def containers(self) -> list[dict[str, Any]] | None:
        """Its containers as AWS takes them; None when they are known only after the apply, or are no JSON."""
        text = self.definition.get("container_definitions")
        if isinstance(text, Unknown | None):
            return None
        try:
            found = json.loads(text)
        except (TypeError, ValueError):
            return None
        return [c for c in found if isinstance(c, dict)] if isinstance(found, list) else None

    @property
    def on_fargate(self) -> bool:
        found = self.definition.get("requires_compatibilities")
        return isinstance(found, list) and "FARGATE" in found

    @property
    def network_mode(self) -> str:
        found = self.definition.get("network_mode")
        return found if isinstance(found, str) else "bridge"

    @cached_property
    def host_paths(self) -> dict[str, str]:
        """Directories of the host by volume."""
        return {
            str(volume.get("name")): path
            for volume in self.definition.blocks("volume")
            if isinstance(path := volume.get("host_path"), str) and path
        }

    @property
    def is_host(self) -> bool | None:
        """Whether it is as good as its host: privileged, in the host's namespaces, or with a socket or a directory that
        gives it."""
        modes = (self.definition.get("pid_mode"), self.definition.get("ipc_mode"), self.network_mode)
        if any(_is_roots(path) for path in self.paths) or "host" in modes:
            return True
        if self.on_fargate:
            return False
        owned = None if self.containers is None else any(_is_privileged(c) for c in self.containers)
        return None if owned is False and self._is_hidden else owned

    @property
    def _is_hidden(self) -> bool:
        """Whether a namespace or a volume is written, and known only after the apply."""
        hidden = [n for n in ("pid_mode", "ipc_mode", "volume") if isinstance(self.definition.get(n), Unknown)]
        written = any(self.plan.is_written(self.definition, name) is not False for name in hidden)
        return written or any(isinstance(v.get("host_path"), Unknown) for v in self.definition.blocks("volume"))

    @property
    def paths(self) -> list[str]:
        return list(self.host_paths.values())


def _is_roots(path: str) -> bool:
    """Whether a directory or socket of the host, mounted, gives the host."""
    plain = normpath("/" + path.lstrip("/"))
    kept = any(plain == root or plain.startswith(f"{root}/") for root in KEPT)
    return plain in ROOTS or kept or "docker" in plain or plain.endswith(".sock")


def _is_privileged(container: dict[str, Any]) -> bool:
    capabilities = (container.get("linuxParameters") or {}).get("capabilities") or {}
    added = {str(name).upper().removeprefix("CAP_") for name in capabilities.get("add") or []}
    return bool(container.get("privileged")) or bool(added & CAPABILITIES)


def tasks(plan: Plan) -> list[Task]:
    """The task definitions of *plan*."""
    found = []
    for definition in plan.of_type("aws_ecs_task_definition"):
        services, _ = plan.linking("aws_ecs_service", "task_definition", definition)
        found.append(Task(plan, definition, tuple(services)))
    return found


def environment(container: dict[str, Any]) -> dict[str, str]:
    """The plain environment variables of *container*."""
    return {str(e.get("name")): str(e.get("value")) for e in container.get("environment") or [] if isinstance(e, dict)}


def secrets(container: dict[str, Any]) -> dict[str, str]:
    """Where ECS takes the secrets of *container* from, by variable."""
    return {str(s.get("name")): str(s.get("valueFrom")) for s in container.get("secrets") or [] if isinstance(s, dict)}
