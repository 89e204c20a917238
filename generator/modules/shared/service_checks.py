"""What ECS, Fargate and Application Auto Scaling refuse of a service, as preconditions: an apply would fail half-way.

They stand on what exists before the first release, so that the very first plan fails.
"""

from __future__ import annotations

from generator.bindings import functions as fn
from generator.hcl.expression import Expr, for_list, null
from generator.hcl.stack import Stack
from generator.hcl.types import Condition
from generator.modules.shared.common import every, matches
from generator.modules.shared.fargate import size_precondition

VAR = Expr("var")
FARGATE, EC2 = VAR.compatibility == "FARGATE", VAR.compatibility == "EC2"
AWSVPC, BRIDGE = VAR.network_mode == "awsvpc", VAR.network_mode == "bridge"
FARGATE_PROVIDERS = ["FARGATE", "FARGATE_SPOT"]
VOLUME_NAME = "^[a-zA-Z0-9_-]{1,255}$"
EC2_CPU = (128, 196608)
LEAST_MEMORY = 6
NFS, HTTPS = 2049, 443


def refused_unless(condition: Expr, message: str) -> Condition:
    return {"condition": condition, "error_message": message}


def platform(memory_table: Expr) -> list[Condition]:
    """What Fargate has and has not, and what EC2 takes."""
    size = size_precondition(memory_table, VAR.cpu, VAR.memory)
    low, high = EC2_CPU
    return [
        refused_unless(EC2 | size["condition"], str(size["error_message"])),
        refused_unless(
            FARGATE | ((VAR.cpu >= low) & (VAR.cpu <= high) & (VAR.memory >= LEAST_MEMORY)),
            f"ECS on EC2 takes from {low} to {high} CPU units and at least {LEAST_MEMORY} MB of memory.",
        ),
        refused_unless(
            EC2 | ~(VAR.privileged | (fn.length(VAR.host_volumes) > 0)),
            "Fargate has no privileged containers and no host_volumes: set compatibility to EC2.",
        ),
        refused_unless(EC2 | AWSVPC, "Fargate has only the network mode awsvpc."),
        refused_unless(
            FARGATE | (VAR.ephemeral_storage == null),
            "ephemeral_storage is Fargate's: on EC2, tasks share the disk of their instance.",
        ),
        refused_unless(
            ~(VAR.privileged | (fn.length(VAR.host_volumes) > 0)) | VAR.acknowledge_host_access,
            "privileged and host_volumes give a program its whole instance: acknowledge_host_access must be true.",
        ),
    ]


def placement() -> list[Condition]:
    """What a capacity provider strategy may be, and where tasks fit."""
    names, providers = fn.keys(VAR.capacity_providers), fn.values(VAR.capacity_providers)
    based = for_list(providers, lambda p: p, names=("p",), when=lambda p: p.base > 0)
    return [
        refused_unless(
            every(names, lambda name: fn.contains(FARGATE_PROVIDERS, name) == FARGATE, names=("name",)),
            "capacity_providers must be FARGATE and FARGATE_SPOT, or for compatibility EC2 the cluster's own: "
            "a strategy does not mix them.",
        ),
        refused_unless(
            (fn.length(providers) == 0)
            | (fn.anytrue(for_list(providers, lambda p: p.weight > 0, names=("p",))) & (fn.length(based) <= 1)),
            "one of capacity_providers must have a weight above 0, and only one may have a base.",
        ),
        refused_unless(
            every(
                providers,
                lambda p: (p.weight >= 0) & (p.weight <= 1000) & (p.base >= 0) & (p.base <= 100000),
                names=("p",),
            ),
            "capacity_providers must have weights from 0 to 1000 and bases from 0 to 100000.",
        ),
        refused_unless(
            AWSVPC | (VAR.deployment == "recreate"),
            "network_mode bridge needs deployment = recreate: the old task holds the port of the instance.",
        ),
    ]


def network(as_root: Expr) -> list[Condition]:
    """Where the tasks stand, what they listen on and where they may go."""
    return [
        refused_unless(
            BRIDGE | ((VAR.vpc_id != null) & (fn.length(VAR.subnet_ids) > 0)),
            "network_mode awsvpc needs vpc_id and subnet_ids.",
        ),
        refused_unless(
            AWSVPC | (fn.length(VAR.subnet_ids) + fn.length(VAR.ingress) + fn.length(VAR.egress) == 0),
            "network_mode bridge has no subnet_ids, ingress or egress: tasks have the network of their instance.",
        ),
        refused_unless(
            (VAR.port >= 1024) | as_root,
            f"Only root can listen on port {VAR.port}: take one from 1024, or set user to root.",
        ),
        refused_unless(
            ~VAR.xray | (AWSVPC & (VAR.https_egress | reaches(HTTPS))),
            "xray needs network_mode awsvpc, and https_egress or a rule of egress to port 443.",
        ),
    ]


def one_destination(rules: Expr) -> Expr:
    """The condition that each rule of *rules* has a port and one destination."""

    def sound(rule: Expr) -> Expr:
        given = fn.length(fn.compact([rule.cidr_ipv4, rule.security_group_id, rule.prefix_list_id]))
        return (given == 1) & (rule.port >= 1) & (rule.port <= 65535)

    return every(rules, lambda _, rule: sound(rule), names=("_", "rule"))


def reaches(port: int) -> Expr:
    """Whether a rule of egress leads to *port*."""
    return fn.contains(for_list(VAR.egress, lambda _, rule: rule.port, names=("_", "rule")), port)


def storage(stack: Stack) -> list[Condition]:
    """The volumes of a task and where the main container has them; *stack* gets the locals that list them."""
    kinds = (VAR.scratch_paths, VAR.host_volumes, VAR.efs_volumes)
    sidecars = for_list(VAR.sidecars, lambda _, sidecar: fn.keys(sidecar.scratch_paths), names=("_", "sidecar"))
    scratch = fn.distinct(fn.concat(fn.keys(VAR.scratch_paths), fn.flatten(sidecars)))
    names = stack.local(
        "volume_names",
        fn.concat(scratch, *(fn.keys(kind) for kind in kinds[1:])),
        "Scratch volumes may be shared by containers; else each volume has a name, and each path a volume.",
    )
    paths = stack.local(
        "mounted_paths",
        fn.concat(
            fn.values(VAR.scratch_paths),
            *(for_list(kind, lambda _, volume: volume.container_path, names=("_", "volume")) for kind in kinds[1:]),
        ),
    )
    ids = for_list(VAR.efs_volumes, lambda _, v: f"{v.file_system_id} {v.access_point_id}", names=("_", "volume"))
    return [
        refused_unless(
            every(names, lambda name: matches(VOLUME_NAME, name), names=("name",))
            & (fn.length(fn.distinct(names)) == fn.length(names)),
            "scratch_paths, host_volumes and efs_volumes must have names of letters, digits, _ and -, and none twice.",
        ),
        refused_unless(
            every(paths, lambda path: fn.startswith(path, "/"), names=("path",))
            & (fn.length(fn.distinct(paths)) == fn.length(paths)),
            "scratch_paths, host_volumes and efs_volumes must be mounted on absolute paths, each on its own.",
        ),
        refused_unless(
            every(VAR.host_volumes, lambda _, v: fn.startswith(v.host_path, "/"), names=("_", "volume")),
            "the host_path of each of host_volumes must be an absolute path.",
        ),
        refused_unless(
            every(ids, lambda id_: matches("^fs-[0-9a-f]{8,40} fsap-[0-9a-f]{8,40}$", id_), names=("id",)),
            "each of efs_volumes must name a file system such as fs-0123456789abcdef0 and an access point of it.",
        ),
        refused_unless(
            (fn.length(VAR.efs_volumes) == 0) | BRIDGE | reaches(NFS),
            "efs_volumes need a rule of egress to port 2049 of the file system.",
        ),
        refused_unless(
            ~VAR.execute_command | ~VAR.read_only_root,
            "execute_command needs read_only_root = false: the agent of ECS Exec writes to it.",
        ),
    ]


def scaling() -> list[Condition]:
    schedules = VAR.scaling.schedules
    at, cron = r"at\([0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}\)", r"cron\([^ )]+( [^ )]+){5}\)"
    zones = for_list(schedules, lambda _, s: s.time_zone, names=("_", "schedule"))
    percentages = fn.compact([VAR.scaling.cpu_percentage, VAR.scaling.memory_percentage])
    return [
        refused_unless(
            every(percentages, lambda p: (fn.tonumber(p) >= 1) & (fn.tonumber(p) <= 100), names=("p",))
            & (fn.coalesce(VAR.scaling.requests_per_target, 1) > 0),
            "scaling must hold from 1 to 100 per cent, and requests_per_target above 0.",
        ),
        refused_unless(
            (VAR.scaling.requests_per_target == null) | fn.try_(VAR.load_balancer.arn != null, False),
            "scaling.requests_per_target needs load_balancer.arn: AWS counts the requests of a load balancer.",
        ),
        refused_unless(
            every(schedules, lambda _, s: matches(f"^({at}|{cron})$", s.schedule), names=("_", "schedule"))
            & every(zones, lambda zone: matches("^[A-Za-z]+(/[A-Za-z0-9_+-]+)*$", zone), names=("zone",)),
            "each of scaling.schedules must be cron(…) with six fields or at(yyyy-mm-ddThh:mm:ss), in a time zone "
            "such as Europe/Berlin.",
        ),
        refused_unless(
            every(schedules, lambda _, s: (s.minimum >= 0) & (s.minimum <= s.maximum), names=("_", "schedule")),
            "each of scaling.schedules must have a minimum from 0 to its maximum.",
        ),
        refused_unless(
            every(fn.keys(schedules), lambda name: matches("^[a-z0-9][a-z0-9-]{0,13}$", name), names=("name",)),
            "the names of scaling.schedules must be 1 to 14 lower-case letters, digits and hyphens.",
        ),
    ]


def service_connect() -> list[Condition]:
    server = fn.try_(VAR.service_connect.server, null)
    dns_name = fn.try_(VAR.service_connect.server.dns_name, null)
    protocol = fn.try_(VAR.service_connect.server.protocol, null)
    return [
        refused_unless(
            (VAR.service_connect == null) | AWSVPC,
            "service_connect needs network_mode awsvpc: its proxy takes over the port of the task.",
        ),
        refused_unless(
            (server == null)
            | (
                matches("^[a-z0-9][a-z0-9_-]{0,63}$", fn.try_(VAR.service_connect.server.port_name, ""))
                & matches("^[a-z0-9_.][a-z0-9_.-]{0,126}$", fn.coalesce(dns_name, "name"))
            ),
            "service_connect.server must have names of lower-case letters, digits, _ and -: port_name at most 64, "
            "dns_name at most 127.",
        ),
        refused_unless(
            fn.contains(["http", "http2", "grpc", "none"], fn.coalesce(protocol, "none")),
            "service_connect.server.protocol must be http, http2 or grpc; without one, connections are plain TCP.",
        ),
    ]
