"""What rules look through: the plan, and what is computed from it once for all rules."""

from __future__ import annotations

from dataclasses import dataclass
from fnmatch import fnmatchcase
from functools import cached_property

from generator.policy.containers import Task, tasks
from generator.policy.network import Network
from generator.policy.permissions import Permissions
from generator.policy.plan import Plan, Resource

# What a component that runs people's programs is called, unless policy.yaml names its address.
RUNNERS = ("*runner*", "*executor*", "*sandbox*", "*judge*", "*grader*")


@dataclass
class Platform:
    """*runners* are patterns of addresses of functions and services that run people's code; by default their names
    tell. *production* says that the plan is of an environment that people rely on."""

    plan: Plan
    runners: tuple[str, ...] = ()
    production: bool = False

    @cached_property
    def network(self) -> Network:
        return Network(self.plan)

    @cached_property
    def permissions(self) -> Permissions:
        return Permissions(self.plan)

    @cached_property
    def tasks(self) -> list[Task]:
        """The task definitions, each with the services that run it."""
        return tasks(self.plan)

    def is_runner(self, resource: Resource) -> bool:
        """Whether *resource*, a function, a service or a task definition, runs people's programs."""
        if self.runners:
            return any(matches(resource.address, pattern) for pattern in self.runners)
        named = (resource.name, resource.module, *(resource.after.get(n) for n in ("function_name", "name", "family")))
        return any(isinstance(n, str) and fnmatchcase(n.lower(), pattern) for n in named for pattern in RUNNERS)

    @cached_property
    def functions(self) -> list[Resource]:
        """The Lambda functions that run people's programs."""
        return [function for function in self.plan.of_type("aws_lambda_function") if self.is_runner(function)]

    @cached_property
    def runner_tasks(self) -> list[Task]:
        """The tasks of ECS that run people's programs."""
        return [
            task for task in self.tasks if self.is_runner(task.definition) or any(map(self.is_runner, task.services))
        ]


def matches(address: str, pattern: str) -> bool:
    """Whether *pattern*, in which only ``*`` stands for anything, is the whole *address*."""
    return fnmatchcase(address, pattern.replace("[", "[[]").replace("?", "[?]"))
