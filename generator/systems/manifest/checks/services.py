"""Checks of services: Fargate sizes, users and ports, counts, storage, environment variables."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from generator.systems.manifest.environment import CODE_RUNNER, Environment
from generator.systems.manifest.problems import Path, Problem, dotted
from generator.systems.manifest.service import Count

FARGATE_MEMORY: Mapping[int, range] = {
    256: range(512, 2048 + 1, 512),
    512: range(1024, 4096 + 1, 1024),
    1024: range(2048, 8192 + 1, 1024),
    2048: range(4096, 16384 + 1, 1024),
    4096: range(8192, 30720 + 1, 1024),
    8192: range(16384, 61440 + 1, 4096),
    16384: range(32768, 122880 + 1, 8192),
}
"""Memory in MiB that Fargate allows for each number of CPU units (Amazon ECS, task CPU and memory)."""

_LOG_GROUP = re.compile(r"[A-Za-z0-9_./#-]{1,512}")


def fargate_memory(cpu: int) -> list[int]:
    """The memory sizes in MiB that Fargate allows with *cpu* units."""
    # The smallest size knows 512, 1024 and 2048, not the step between the last two.
    return [size for size in FARGATE_MEMORY[cpu] if (cpu, size) != (256, 1536)]


def fargate_size(environment: Environment) -> Iterator[Problem]:
    """CPU and memory are a pair that Fargate offers."""
    for name, service in environment.services.items():
        yield from size_problems(("services", name, "memory"), service.cpu, service.memory)


def size_problems(path: Path, cpu: int, memory: int) -> Iterator[Problem]:
    """What is wrong with a task of *cpu* units and *memory*, which stands at *path*."""
    allowed = fargate_memory(cpu)
    if memory not in allowed:
        step = allowed[1] - allowed[0]
        choices = (
            f"{allowed[0]} to {allowed[-1]} MiB in steps of {step}"
            if len(allowed) > 3
            else ", ".join(map(str, allowed[:-1])) + f" or {allowed[-1]} MiB"
        )
        yield Problem(
            path, f"Fargate has no task with cpu {cpu} and memory {memory}.", f"With cpu {cpu}, memory is {choices}."
        )


def privileged_port(environment: Environment) -> Iterator[Problem]:
    """A port below 1024 is bound by root only, and root is said."""
    for name, service in environment.services.items():
        port = service.image.port
        if port is not None and port < 1024 and not service.runs_as_root:
            path: Path = ("services", name, "image", "port")
            what = f"Port {port} of {name} is below 1024, which only root can bind."
            yield Problem(path, what, "Use a port from 1024, or say user: root for this service.")


def port_behind_load_balancer(environment: Environment) -> Iterator[Problem]:
    """A service with a route names the port it listens on."""
    for name, service in environment.services.items():
        if service.http is not None and service.image.port is None:
            path: Path = ("services", name, "image")
            what = f"{dotted(path)} needs the key port, because {name} has a route."
            yield Problem(path, what, "Add the port that the container listens on, as port: 8080.")


def count_range(environment: Environment) -> Iterator[Problem]:
    """The range's ends are in order, and what moves within it is named."""
    for name, service in environment.services.items():
        yield from range_problems(("services", name, "count", "range"), service.count)


def range_problems(path: Path, count: Count) -> Iterator[Problem]:
    """What is wrong with the range of *count*, which stands at *path*."""
    if count.range.min > count.range.max:
        what = f"{dotted(path)} begins at {count.range.min} and ends at {count.range.max}."
        yield Problem(path, what, f"Write {count.range.max}-{count.range.min}.")
    elif not count.fixed and count.cpu_percentage is None and count.memory_percentage is None:
        cure = "Add cpu_percentage or memory_percentage, or write a fixed count."
        yield Problem(path, f"{dotted(path)} has nothing that it scales by.", cure)


def spot_from_in_range(environment: Environment) -> Iterator[Problem]:
    """The first task on Spot is one that the range can have."""
    for name, service in environment.services.items():
        first, most = service.count.range.spot_from, service.count.range.max
        if first is not None and first > most:
            path: Path = ("services", name, "count", "range", "spot_from")
            what = f"{dotted(path)} is {first}, but {name} never has more than {most} tasks."
            yield Problem(path, what, f"Write at most {most}.")


def log_groups_agree(environment: Environment) -> Iterator[Problem]:
    """Services that share a log group say alike how long it is kept."""
    first: dict[str, str] = {}
    for name in environment.services:
        group, days = environment.log_group(name), environment.log_retention(name)
        other = first.setdefault(group, name)
        if days != environment.log_retention(other):
            path: Path = ("services", name, "logging", "retention")
            what = f"{other} keeps the log group {group} {environment.log_retention(other)} days, {name} {days}."
            yield Problem(path, what, "A log group that services share has one retention: leave it to the environment.")


def code_runner_apart(environment: Environment) -> Iterator[Problem]:
    """A code runner has its name and, on ECS, its log group for itself."""
    runner = environment.code_runner
    if runner is None:
        return
    if CODE_RUNNER in environment.services:
        what = f"{CODE_RUNNER} is what releases call the code runner."
        yield Problem(("services", CODE_RUNNER), what, "Give the service another name.", at_key=True)
    if runner.service:
        taken = environment.code_runner_log_group
        sharing = [name for name in environment.services if environment.log_group(name) == taken]
        if sharing:
            what = f'The code runner and {sharing[0]} would share the log group "{taken}".'
            cure = "Programs fill their log as they like: name another as code_runner.logging.group."
            yield Problem(("code_runner",), what, cure)


def health_check_times(environment: Environment) -> Iterator[Problem]:
    """A health check's timeout is shorter than its interval."""
    for name, service in environment.services.items():
        if service.http is None:
            continue
        check = service.http.healthcheck
        if check.timeout >= check.interval:
            path: Path = ("services", name, "http", "healthcheck", "timeout")
            what = f"The health check of {name} waits {check.timeout} s but is repeated every {check.interval} s."
            yield Problem(path, what, "Make timeout smaller than interval.")


def exec_needs_writable_root(environment: Environment) -> Iterator[Problem]:
    """ECS Exec writes to the container's root file system."""
    for name, service in environment.services.items():
        if service.exec and service.storage.readonly_fs:
            what = f"{name} has exec, which needs a writable root file system."
            yield Problem(("services", name, "exec"), what, "Add storage: { readonly_fs: false }, or remove exec.")


def variable_or_secret(environment: Environment) -> Iterator[Problem]:
    """No name is both a variable and a secret; ECS refuses that."""
    for name, service in environment.services.items():
        for key in service.secrets:
            if key in service.variables:
                path: Path = ("services", name, "secrets", key)
                what = f"{key} of {name} is both a variable and a secret."
                yield Problem(path, what, "Remove one of the two.", at_key=True)


def log_group_names(environment: Environment) -> Iterator[Problem]:
    """Log group names hold only what CloudWatch allows."""
    for name, service in environment.services.items():
        group = environment.log_group(name)
        if _LOG_GROUP.fullmatch(group) is None:
            own = service.logging.group is not None
            path: Path = ("services", name, "logging", "group") if own else ("logging", "group")
            cure = "Use letters, digits and - _ / . #, at most 512 in all."
            yield Problem(path, f'CloudWatch refuses the log group name "{group}".', cure)


CHECKS = (
    fargate_size,
    privileged_port,
    port_behind_load_balancer,
    count_range,
    spot_from_in_range,
    health_check_times,
    exec_needs_writable_root,
    variable_or_secret,
    log_group_names,
    log_groups_agree,
    code_runner_apart,
)
