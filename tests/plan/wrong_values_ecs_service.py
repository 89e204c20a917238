"""What the module ecs_service refuses: calls with wrong values, and the whole message of every check."""

from __future__ import annotations

from generator.modules.ecs_service import EcsService
from tests.plan.wrong_values import IMAGE_PARAMETER, RETENTION, WrongCall, bad_name

MODULE = "ecs_service"
DIGEST = f"public.ecr.aws/example/proxy@sha256:{'b' * 64}"
SIDECAR = {"image": DIGEST}
HEALTHY: dict[str, object] = {"command": ["CMD-SHELL", "true"]}
UNHEALTHY: dict[str, dict[str, object]] = {
    "no_command": {"command": ["CMD"]},
    "often": {"interval": 4},
    "long": {"timeout": 61},
    "early": {"start_period": -1},
}
EC2: dict[str, object] = {"compatibility": "EC2"}
BRIDGE: dict[str, object] = {
    **EC2,
    "network_mode": "bridge",
    "deployment": "recreate",
    "vpc_id": None,
    "subnet_ids": [],
}
VOLUME = {"host_path": "/data", "container_path": "/data"}
FILES = {
    "file_system_id": "fs-0123456789abcdef0",
    "access_point_id": "fsap-0123456789abcdef0",
    "container_path": "/files",
}
NFS = {"files": {"port": 2049, "security_group_id": "sg-0123456789abcdef0"}}

NO_FARGATE_SIZE = "Fargate has no task of {} CPU units with {} MB of memory."
EC2_SIZE = "ECS on EC2 takes from 128 to 196608 CPU units and at least 6 MB of memory."
FARGATE_HOST = "Fargate has no privileged containers and no host_volumes: set compatibility to EC2."
FARGATE_NETWORK = "Fargate has only the network mode awsvpc."
EC2_DISK = "ephemeral_storage is Fargate's: on EC2, tasks share the disk of their instance."
ACKNOWLEDGE = "privileged and host_volumes give a program its whole instance: acknowledge_host_access must be true."
PROVIDERS = (
    "capacity_providers must be FARGATE and FARGATE_SPOT, or for compatibility EC2 the cluster's own: a strategy does "
    "not mix them."
)
BASES = "one of capacity_providers must have a weight above 0, and only one may have a base."
WEIGHTS = "capacity_providers must have weights from 0 to 1000 and bases from 0 to 100000."
BRIDGE_ROLLING = "network_mode bridge needs deployment = recreate: the old task holds the port of the instance."
NO_SUBNETS = "network_mode awsvpc needs vpc_id and subnet_ids."
BRIDGE_NETWORK = "network_mode bridge has no subnet_ids, ingress or egress: tasks have the network of their instance."
LOW_PORT = "Only root can listen on port 80: take one from 1024, or set user to root."
DESTINATION = "each of egress must have a port and one of cidr_ipv4, security_group_id and prefix_list_id."
XRAY_WAY = "xray needs network_mode awsvpc, and https_egress or a rule of egress to port 443."
VOLUME_NAMES = (
    "scratch_paths, host_volumes and efs_volumes must have names of letters, digits, _ and -, and none twice."
)
PATHS = "scratch_paths, host_volumes and efs_volumes must be mounted on absolute paths, each on its own."
HOST_PATHS = "the host_path of each of host_volumes must be an absolute path."
EFS_IDS = "each of efs_volumes must name a file system such as fs-0123456789abcdef0 and an access point of it."
EFS_WAY = "efs_volumes need a rule of egress to port 2049 of the file system."
EXEC_ROOT = "execute_command needs read_only_root = false: the agent of ECS Exec writes to it."
HELD = "scaling must hold from 1 to 100 per cent, and requests_per_target above 0."
REQUESTS = "scaling.requests_per_target needs load_balancer.arn: AWS counts the requests of a load balancer."
SCHEDULE = (
    "each of scaling.schedules must be cron(…) with six fields or at(yyyy-mm-ddThh:mm:ss), in a time zone such as "
    "Europe/Berlin."
)
SCHEDULE_BOUNDS = "each of scaling.schedules must have a minimum from 0 to its maximum."
SCHEDULE_NAMES = "the names of scaling.schedules must be 1 to 14 lower-case letters, digits and hyphens."
CONNECT_NETWORK = "service_connect needs network_mode awsvpc: its proxy takes over the port of the task."
CONNECT_NAMES = (
    "service_connect.server must have names of lower-case letters, digits, _ and -: port_name at most 64, dns_name at "
    "most 127."
)
CONNECT_PROTOCOL = (
    "service_connect.server.protocol must be http, http2 or grpc; without one, connections are plain TCP."
)
SIDECAR_NAMES = "the names of sidecars must be letters, digits, _ and -, and neither main nor xray-daemon."
SIDECAR_COUNT = "a task has at most 10 containers, with the main one and that of xray."
SIDECAR_IMAGE = "each of sidecars must have either an image or an image_parameter."
SIDECAR_DIGEST = "the image of each of sidecars must be named by its digest: name@sha256:…."
SIDECAR_USER = "the user of each of sidecars must be a user such as 1000, or a user and a group such as 1000:1000."
SIDECAR_SECRETS = "the secrets of sidecars must be ARNs of SSM parameters or Secrets Manager secrets."
SAME_VARIABLE = "environment and secrets of a container must not name the same variable."
SIDECAR_PATHS = "the scratch_paths of sidecars must be absolute paths, each on its own."
SIDECAR_SIZES = (
    "the sidecars and xray must leave the main container memory: their cpu and memory come out of the task's."
)
HEALTH = (
    "each health_check must run a command that begins with CMD or CMD-SHELL, every 5 to 300 seconds for 2 to 60, with "
    "1 to 10 retries and a start_period up to 300."
)
WAIT_FOR = (
    "depends_on of sidecars must name containers of the task, and wait, as main_waits_for, for START, COMPLETE, "
    "SUCCESS or HEALTHY."
)
WAIT_ITSELF = "no container may wait for itself, through depends_on and main_waits_for of sidecars."
WAIT_END = (
    "COMPLETE and SUCCESS can only be waited for where essential is false, HEALTHY where there is a health_check."
)
WAIT_MAIN = "sidecars can wait for START of the main container, and for HEALTHY where it has a health_check."


def wrong(inputs: dict[str, object], *messages: str) -> WrongCall:
    """The example with *inputs*, which is refused with exactly *messages*."""
    return WrongCall(MODULE, {**EcsService.example, **inputs}, messages)


def scaled(**scaling: object) -> dict[str, object]:
    return {"scaling": {"minimum": 1, "maximum": 2, "cpu_percentage": 70, **scaling}}


def scheduled(name: str = "night", **schedule: object) -> dict[str, object]:
    night = {"schedule": "cron(0 20 ? * MON-FRI *)", "minimum": 0, "maximum": 0, **schedule}
    return scaled(schedules={name: night})


VALIDATIONS = {
    "ecs_service_all": wrong(
        {
            "name": "a" * 241,
            "image_parameter": "images/backend",
            "port": 65536,
            "compatibility": "EXTERNAL",
            "network_mode": "host",
            "ephemeral_storage": 20,
            "architecture": "arm64",
            "secrets": {"KEY": "arn:aws:s3:::bucket"},
            "user": "1000:",
            "permissions": {"read-things": {"actions": ["s3:GetObject"], "resources": ["*"]}},
            "scaling": {"minimum": 3, "maximum": 2},
            "deployment": "blue-green",
            "log_retention_days": 2,
        },
        bad_name(240),
        IMAGE_PARAMETER,
        "port must be from 1 to 65535.",
        "compatibility must be one of FARGATE, EC2.",
        "network_mode must be one of awsvpc, bridge.",
        "ephemeral_storage must be from 21 to 200.",
        "architecture must be one of X86_64, ARM64.",
        "secrets must be ARNs of SSM parameters or Secrets Manager secrets.",
        "user must be a user such as 1000, or a user and a group such as 1000:1000.",
        "the keys of permissions must be statement ids: letters and digits.",
        "scaling.minimum must be from 0 to scaling.maximum.",
        "scaling to a greater maximum needs cpu_percentage, memory_percentage or requests_per_target.",
        "deployment must be one of rolling, recreate.",
        RETENTION,
    ),
    "ecs_service_less_than_none": wrong(
        {**scaled(minimum=-1), "port": 0},
        "scaling.minimum must be from 0 to scaling.maximum.",
        "port must be from 1 to 65535.",
    ),
    "ecs_service_huge_disk": wrong(
        {"ephemeral_storage": 201, "secrets": {"KEY": "/example/test/key"}},
        "ephemeral_storage must be from 21 to 200.",
        "secrets must be ARNs of SSM parameters or Secrets Manager secrets.",
    ),
    "ecs_service_egress_nowhere": wrong({"egress": {"nowhere": {"port": 5432}}}, DESTINATION),
    "ecs_service_egress_twice": wrong(
        {"egress": {"both": {"port": 5432, "cidr_ipv4": "10.0.0.0/16", "prefix_list_id": "pl-0123456789abcdef0"}}},
        DESTINATION,
    ),
    "ecs_service_egress_port": wrong({"egress": {"all": {"port": 0, "cidr_ipv4": "10.0.0.0/16"}}}, DESTINATION),
    "ecs_service_egress_high_port": wrong(
        {"egress": {"all": {"port": 65536, "cidr_ipv4": "10.0.0.0/16"}}}, DESTINATION
    ),
}
# Terraform says the same words of one resource only once: these are planned in groups that have no message in common.
REFUSED = {
    "ecs_service_size": wrong(
        {"cpu": 256, "memory": 4096, "port": 80, "execute_command": True},
        NO_FARGATE_SIZE.format(256, 4096),
        LOW_PORT,
        EXEC_ROOT,
    ),
    "ecs_service_big": wrong({"cpu": 16384, "memory": 36864}, NO_FARGATE_SIZE.format(16384, 36864)),
    "ecs_service_cpu": wrong({"cpu": 300}, NO_FARGATE_SIZE.format(300, 512)),
    "ecs_service_fargate_host": wrong(
        {"privileged": True, "network_mode": "bridge"},
        FARGATE_HOST,
        FARGATE_NETWORK,
        ACKNOWLEDGE,
        BRIDGE_ROLLING,
        BRIDGE_NETWORK,
    ),
    "ecs_service_fargate_host_volume": wrong(
        {"host_volumes": {"data": VOLUME}, "acknowledge_host_access": True}, FARGATE_HOST
    ),
    "ecs_service_host_volume": wrong({**EC2, "host_volumes": {"data": VOLUME}}, ACKNOWLEDGE),
    "ecs_service_ec2_privileged": wrong({**EC2, "privileged": True}, ACKNOWLEDGE),
    "ecs_service_ec2": wrong({**EC2, "cpu": 127, "ephemeral_storage": 21}, EC2_SIZE, EC2_DISK),
    "ecs_service_ec2_large": wrong({**EC2, "cpu": 196609}, EC2_SIZE),
    "ecs_service_ec2_no_memory": wrong({**EC2, "memory": 5}, EC2_SIZE),
    "ecs_service_mixed_providers": wrong(
        {"capacity_providers": {"FARGATE": {}, "instances": {"weight": 1, "base": -1}}}, PROVIDERS, WEIGHTS
    ),
    "ecs_service_ec2_on_fargate": wrong({**EC2, "capacity_providers": {"FARGATE_SPOT": {}}}, PROVIDERS),
    "ecs_service_no_weight": wrong({"capacity_providers": {"FARGATE": {"weight": 0}}}, BASES),
    "ecs_service_two_bases": wrong(
        {"capacity_providers": {"FARGATE": {"base": 1}, "FARGATE_SPOT": {"base": 1}}}, BASES
    ),
    "ecs_service_weights": wrong({"capacity_providers": {"FARGATE": {"weight": 1001}}}, WEIGHTS),
    "ecs_service_negative_weight": wrong(
        {"capacity_providers": {"FARGATE": {}, "FARGATE_SPOT": {"weight": -1}}}, WEIGHTS
    ),
    "ecs_service_large_base": wrong({"capacity_providers": {"FARGATE": {"base": 100001}}}, WEIGHTS),
    "ecs_service_bridge_rolling": wrong({**BRIDGE, "deployment": "rolling"}, BRIDGE_ROLLING),
    "ecs_service_bridge_ingress": wrong(
        {**BRIDGE, "ingress": {"web": {"security_group_id": "sg-0123456789abcdef0"}}}, BRIDGE_NETWORK
    ),
    "ecs_service_bridge_egress": wrong({**BRIDGE, "egress": NFS}, BRIDGE_NETWORK),
    "ecs_service_bridge_subnets": wrong({**BRIDGE, "subnet_ids": ["subnet-0123456789abcdef0"]}, BRIDGE_NETWORK),
    "ecs_service_bridge_xray": wrong({**BRIDGE, "xray": True}, XRAY_WAY),
    "ecs_service_bridge_connect": wrong({**BRIDGE, "service_connect": {"namespace": "example"}}, CONNECT_NETWORK),
    "ecs_service_no_subnets": wrong({"subnet_ids": []}, NO_SUBNETS),
    "ecs_service_no_vpc": wrong({"vpc_id": None}, NO_SUBNETS),
    "ecs_service_xray_closed": wrong({"xray": True, "https_egress": False}, XRAY_WAY),
    "ecs_service_volume_twice": wrong(
        {"scratch_paths": {"files": "/tmp"}, "efs_volumes": {"files": FILES}, "egress": NFS}, VOLUME_NAMES
    ),
    "ecs_service_host_volume_twice": wrong(
        {**EC2, "acknowledge_host_access": True, "scratch_paths": {"data": "/tmp"}, "host_volumes": {"data": VOLUME}},
        VOLUME_NAMES,
    ),
    "ecs_service_volume_name": wrong({"scratch_paths": {"a b": "/tmp"}}, VOLUME_NAMES),
    "ecs_service_path_twice": wrong({"scratch_paths": {"a": "/tmp", "b": "/tmp"}}, PATHS),
    "ecs_service_host_path_twice": wrong(
        {**EC2, "acknowledge_host_access": True, "scratch_paths": {"tmp": "/data"}, "host_volumes": {"data": VOLUME}},
        PATHS,
    ),
    "ecs_service_efs_path_twice": wrong(
        {"scratch_paths": {"tmp": "/files"}, "efs_volumes": {"files": FILES}, "egress": NFS}, PATHS
    ),
    "ecs_service_relative_path": wrong({"scratch_paths": {"a": "tmp"}}, PATHS),
    "ecs_service_host_path": wrong(
        {**EC2, "acknowledge_host_access": True, "host_volumes": {"data": {**VOLUME, "host_path": "data"}}}, HOST_PATHS
    ),
    "ecs_service_efs_ids": wrong(
        {"efs_volumes": {"files": {**FILES, "access_point_id": "fs-0123456789abcdef0"}}}, EFS_IDS, EFS_WAY
    ),
    "ecs_service_held": wrong(scaled(cpu_percentage=101), HELD),
    "ecs_service_held_memory": wrong(scaled(memory_percentage=0), HELD),
    "ecs_service_requests": wrong(scaled(requests_per_target=1000), REQUESTS),
    "ecs_service_no_requests": wrong(scaled(requests_per_target=0), HELD, REQUESTS),
    "ecs_service_cron": wrong(scheduled(schedule="cron(0 20 * * *)"), SCHEDULE),
    "ecs_service_rate": wrong(scheduled(schedule="rate(1 hour)"), SCHEDULE),
    "ecs_service_at": wrong(scheduled(schedule="at(2030-01-01 20:00)"), SCHEDULE),
    "ecs_service_zone": wrong(scheduled(time_zone="+01:00"), SCHEDULE),
    "ecs_service_night": wrong(scheduled(minimum=1), SCHEDULE_BOUNDS),
    "ecs_service_negative_night": wrong(scheduled(minimum=-1), SCHEDULE_BOUNDS),
    "ecs_service_schedule_name": wrong(scheduled("At night"), SCHEDULE_NAMES),
    "ecs_service_connect": wrong(
        {"service_connect": {"namespace": "example", "server": {"port_name": "Web", "protocol": "tcp"}}},
        CONNECT_NAMES,
        CONNECT_PROTOCOL,
    ),
    "ecs_service_connect_dns": wrong(
        {"service_connect": {"namespace": "example", "server": {"port_name": "web", "dns_name": "-web"}}}, CONNECT_NAMES
    ),
    "ecs_service_sidecar_main": wrong({"sidecars": {"main": SIDECAR}}, SIDECAR_NAMES),
    "ecs_service_sidecar_xray": wrong({"sidecars": {"xray-daemon": SIDECAR}}, SIDECAR_NAMES),
    "ecs_service_sidecar_name": wrong({"sidecars": {"a.b": SIDECAR}}, SIDECAR_NAMES),
    "ecs_service_sidecar_count": wrong({"xray": True, "sidecars": {f"s{n}": SIDECAR for n in range(9)}}, SIDECAR_COUNT),
    "ecs_service_sidecar_no_image": wrong({"sidecars": {"proxy": {}}}, SIDECAR_IMAGE),
    "ecs_service_sidecar_two_images": wrong(
        {"sidecars": {"proxy": {**SIDECAR, "image_parameter": "/example/proxy"}}}, SIDECAR_IMAGE
    ),
    "ecs_service_sidecar_tag": wrong({"sidecars": {"proxy": {"image": "nginx:latest"}}}, SIDECAR_DIGEST),
    "ecs_service_sidecar_fields": wrong(
        {
            "sidecars": {
                "proxy": {
                    **SIDECAR,
                    "user": "1000:",
                    "environment": {"KEY": "value"},
                    "secrets": {"KEY": "arn:aws:s3:::bucket"},
                    "scratch_paths": {"a": "/tmp", "b": "/tmp"},
                    "memory": 512,
                }
            }
        },
        SIDECAR_USER,
        SIDECAR_SECRETS,
        SAME_VARIABLE,
        SIDECAR_PATHS,
        SIDECAR_SIZES,
    ),
    "ecs_service_sidecar_relative_path": wrong(
        {"sidecars": {"proxy": {**SIDECAR, "scratch_paths": {"a": "tmp"}}}}, SIDECAR_PATHS
    ),
    "ecs_service_sidecar_cpu": wrong({"xray": True, "sidecars": {"proxy": {**SIDECAR, "cpu": 225}}}, SIDECAR_SIZES),
    "ecs_service_sidecar_xray_memory": wrong(
        {"xray": True, "sidecars": {"proxy": {**SIDECAR, "memory": 256}}}, SIDECAR_SIZES
    ),
    "ecs_service_sidecar_no_memory": wrong({"sidecars": {"proxy": {**SIDECAR, "memory": 5}}}, SIDECAR_SIZES),
    "ecs_service_sidecar_no_cpu": wrong({"sidecars": {"proxy": {**SIDECAR, "cpu": 0}}}, SIDECAR_SIZES),
    "ecs_service_same_variable": wrong(
        {
            "environment": {"KEY": "value"},
            "secrets": {"KEY": "arn:aws:ssm:us-west-2:123456789012:parameter/example/test/key"},
        },
        SAME_VARIABLE,
    ),
    **{
        f"ecs_service_health_{name}": wrong({"health_check": {**HEALTHY, **wrong_part}}, HEALTH)
        for name, wrong_part in UNHEALTHY.items()
    },
    "ecs_service_sidecar_health": wrong({"sidecars": {"proxy": {**SIDECAR, "health_check": {"command": []}}}}, HEALTH),
    "ecs_service_wait_unknown": wrong({"sidecars": {"proxy": {**SIDECAR, "depends_on": {"other": "START"}}}}, WAIT_FOR),
    "ecs_service_wait_ready": wrong({"sidecars": {"proxy": {**SIDECAR, "main_waits_for": "READY"}}}, WAIT_FOR),
    "ecs_service_wait_ready_main": wrong(
        {"sidecars": {"proxy": {**SIDECAR, "depends_on": {"main": "READY"}}}}, WAIT_FOR
    ),
    "ecs_service_wait_round": wrong(
        {
            "sidecars": {
                "a": {**SIDECAR, "depends_on": {"b": "START"}, "main_waits_for": "START"},
                "b": {**SIDECAR, "depends_on": {"c": "START"}},
                "c": {**SIDECAR, "depends_on": {"main": "START"}},
            }
        },
        WAIT_ITSELF,
    ),
    # The longest way round that a task has room for.
    "ecs_service_wait_long_round": wrong(
        {"sidecars": {f"s{n}": {**SIDECAR, "depends_on": {f"s{(n + 1) % 9}": "START"}} for n in range(9)}}, WAIT_ITSELF
    ),
    "ecs_service_wait_essential": wrong({"sidecars": {"proxy": {**SIDECAR, "main_waits_for": "COMPLETE"}}}, WAIT_END),
    "ecs_service_wait_success": wrong(
        {"sidecars": {"a": {**SIDECAR, "depends_on": {"b": "SUCCESS"}}, "b": SIDECAR}}, WAIT_END
    ),
    "ecs_service_wait_healthy": wrong({"sidecars": {"proxy": {**SIDECAR, "main_waits_for": "HEALTHY"}}}, WAIT_END),
    "ecs_service_wait_healthy_main": wrong(
        {"sidecars": {"proxy": {**SIDECAR, "depends_on": {"main": "HEALTHY"}}}}, WAIT_MAIN
    ),
    "ecs_service_wait_complete_main": wrong(
        {"sidecars": {"proxy": {**SIDECAR, "depends_on": {"main": "COMPLETE"}}}}, WAIT_MAIN
    ),
}


def first_of_each_message() -> dict[str, WrongCall]:
    """Calls of REFUSED that show every message, none of them twice."""
    chosen: dict[str, WrongCall] = {}
    shown: set[str] = set()
    for name, call in REFUSED.items():
        if not shown & set(call.messages):
            chosen[name] = call
            shown |= set(call.messages)
    return chosen


PRECONDITIONS = first_of_each_message()
