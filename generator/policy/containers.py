"""Tasks of ECS: definitions, containers, and the services that run them."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from generator.policy.plan import Plan, Resource
from generator.policy.plan.values import Unknown


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
        """Whether it is as good as its host: privileged, in the host's namespaces, or with Docker's socket."""
        modes = (self.definition.get("pid_mode"), self.definition.get("ipc_mode"), self.network_mode)
        sockets = any(p.rstrip("/") in ("/", "/run", "/var", "/var/run") or "docker" in p for p in self.paths)
        if sockets or "host" in modes:
            return True
        if self.on_fargate:
            return False
        return None if self.containers is None else any(c.get("privileged") for c in self.containers)

    @property
    def paths(self) -> list[str]:
        return list(self.host_paths.values())


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
