"""The containers of a task, as ECS takes them: the main one, its sidecars and the X-Ray daemon."""

from __future__ import annotations

from collections.abc import Mapping

from generator.bindings import functions as fn
from generator.bindings.meta import RegionData
from generator.bindings.ssm import SsmParameter
from generator.hcl.expression import Expr, for_list, for_map, null
from generator.hcl.stack import Stack
from generator.modules.shared.common import NO_SECRET, NOT_RELEASED
from generator.modules.shared.fargate import capabilities

MAIN = "main"
XRAY = "xray-daemon"
# The tag of version 3, as AWS documents it: the daemon is not ours to release, and gets its fixes with each task.
XRAY_IMAGE = "public.ecr.aws/xray/aws-xray-daemon:3.x"
XRAY_CPU, XRAY_MEMORY = 32, 256
SIDECARS = Expr("var.sidecars")


def runs_as_root(user: Expr) -> Expr:
    """Whether *user*, a user or a user and a group, is root."""
    return fn.contains(["0", "root"], fn.split(":", user)[0])


def without_nulls(fields: Mapping[str, object]) -> Expr:
    """*fields* but those that are null: ECS would show them as differences for ever."""
    return for_map(fields, lambda k, v: (k, v), names=("key", "value"), when=lambda k, v: v != null)


def sidecar_images(stack: Stack) -> Expr:
    """The image of each sidecar by its name: given, or released through a parameter of its own."""
    pointers = SsmParameter(
        stack,
        "sidecar_image",
        for_each=for_map(
            SIDECARS,
            lambda name, sidecar: (name, sidecar.image_parameter),
            names=("name", "sidecar"),
            when=lambda _, sidecar: sidecar.image_parameter != null,
        ),
        name=Expr("each.value"),
        description=f"Image that the sidecar {Expr('each.key')} runs, by digest; written by each release.",
        type="String",
        insecure_value=NOT_RELEASED,
        tags=Expr("var.tags"),
        lifecycle={"ignore_changes": ["insecure_value"]},
        why="As the main container's image; until its first release a sidecar is left out of the task.",
        skip=NO_SECRET,
    )
    given = for_map(
        SIDECARS,
        lambda name, sidecar: (name, sidecar.image),
        names=("name", "sidecar"),
        when=lambda _, sidecar: sidecar.image_parameter == null,
    )
    written = for_map(
        pointers.reference(), lambda name, pointer: (name, pointer.insecure_value), names=("name", "pointer")
    )
    return stack.local("sidecar_images", fn.merge(given, written))


def present_sidecars(stack: Stack, images: Expr) -> Expr:
    """The sidecars whose image is known."""
    return stack.local(
        "sidecars",
        for_map(
            SIDECARS,
            lambda name, sidecar: (name, sidecar),
            names=("name", "sidecar"),
            when=lambda name, _: images[name] != NOT_RELEASED,
        ),
        "A sidecar without an image yet is left out.",
    )


def log_configuration(log_group_name: object, region: RegionData, prefix: object) -> dict[str, object]:
    return {
        "logDriver": "awslogs",
        "options": {
            "awslogs-group": log_group_name,
            "awslogs-region": region.id,
            "awslogs-stream-prefix": prefix,
        },
    }


def health_check(check: Expr) -> Expr:
    """What ECS calls *check*, null when there is none."""
    return (check == null).then(
        null,
        {
            "command": check.command,
            "interval": check.interval,
            "timeout": check.timeout,
            "retries": check.retries,
            "startPeriod": check.start_period,
        },
    )


def linux_parameters(as_root: Expr, privileged: Expr | None = None) -> object:
    dropped = capabilities(as_root)
    if privileged is None:
        return {"initProcessEnabled": True, "capabilities": dropped}
    return without_nulls({"initProcessEnabled": True, "capabilities": privileged.then(null, dropped)})


def common_fields(
    of: Expr, logs: Mapping[str, object], mounts: object, waits: object, linux: object
) -> dict[str, object]:
    """The fields that a sidecar *of* ``var.sidecars`` and the main container, ``var`` itself, have alike."""
    return {
        "command": (fn.length(of.command) > 0).then(of.command, null),
        "user": (of.user == "root").then("0", of.user),
        "readonlyRootFilesystem": of.read_only_root,
        "linuxParameters": linux,
        "environment": for_list(
            of.environment, lambda name, value: {"name": name, "value": value}, names=("name", "value")
        ),
        "secrets": for_list(of.secrets, lambda name, arn: {"name": name, "valueFrom": arn}, names=("name", "arn")),
        "mountPoints": mounts,
        "logConfiguration": logs,
        "healthCheck": health_check(of.health_check),
        "dependsOn": waits,
    }


def mounts(volumes: Expr, path: str | None = None, read_only: bool = False) -> Expr:
    """The mount points of *volumes* by name: paths, or objects with *path* and ``read_only``."""

    def mount(name: Expr, volume: Expr) -> dict[str, object]:
        if path is None:
            return {"sourceVolume": name, "containerPath": volume, "readOnly": read_only}
        return {"sourceVolume": name, "containerPath": Expr(f"{volume.code}.{path}"), "readOnly": volume.read_only}

    return for_list(volumes, mount, names=("name", "path" if path is None else "volume"))


def main_container(image: object, logs: Mapping[str, object], as_root: Expr, sidecars: Expr) -> Expr:
    main = Expr("var")
    waits = for_list(
        sidecars,
        lambda name, sidecar: {"containerName": name, "condition": sidecar.main_waits_for},
        names=("name", "sidecar"),
        when=lambda _, sidecar: sidecar.main_waits_for != null,
    )
    awaited = for_list(sidecars, lambda _, s: s.main_waits_for, names=("_", "sidecar"))
    everything = fn.concat(
        mounts(main.scratch_paths),
        mounts(main.host_volumes, "container_path"),
        mounts(main.efs_volumes, "container_path"),
    )
    port_name = fn.try_(main.service_connect.server.port_name, null)
    protocol = fn.try_(main.service_connect.server.protocol, null)
    port = {"name": port_name, "containerPort": main.port, "hostPort": main.port, "protocol": "tcp"}
    return without_nulls(
        {
            "name": MAIN,
            "image": image,
            "essential": True,
            "portMappings": [without_nulls({**port, "appProtocol": protocol})],
            "privileged": main.privileged.then(True, null),
            **common_fields(
                main,
                logs,
                everything,
                (fn.length(fn.compact(awaited)) > 0).then(waits, null),
                linux_parameters(as_root, main.privileged),
            ),
        }
    )


def sidecar_containers(sidecars: Expr, images: Expr, logs: Mapping[str, object]) -> Expr:
    def container(name: Expr, sidecar: Expr) -> Expr:
        waits = for_list(
            sidecar.depends_on,
            lambda other, condition: {"containerName": other, "condition": condition},
            names=("other", "condition"),
            when=lambda other, _: fn.contains(fn.concat([MAIN], fn.keys(sidecars)), other),
        )
        return without_nulls(
            {
                "name": name,
                "image": images[name],
                "essential": sidecar.essential,
                "cpu": sidecar.cpu,
                "memory": sidecar.memory,
                **common_fields(
                    sidecar,
                    logs,
                    mounts(sidecar.scratch_paths),
                    (fn.length(sidecar.depends_on) > 0).then(waits, null),
                    linux_parameters(runs_as_root(sidecar.user)),
                ),
            }
        )

    return for_list(sidecars, container, names=("container", "sidecar"))


def xray_container(logs: Mapping[str, object]) -> dict[str, object]:
    """The X-Ray daemon: what traces a program sends to port 2000 of its own task, it hands on."""
    return {
        "name": XRAY,
        "image": XRAY_IMAGE,
        "essential": False,
        "cpu": XRAY_CPU,
        "memoryReservation": XRAY_MEMORY,
        "user": "1000:1000",
        "readonlyRootFilesystem": True,
        "linuxParameters": {"initProcessEnabled": True, "capabilities": {"drop": ["ALL"]}},
        "logConfiguration": logs,
    }
