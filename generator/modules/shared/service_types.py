"""What a service on ECS is described with: the types of the module's variables."""

from __future__ import annotations

from generator.hcl.type_constraint import list_of, map_of, object_of, one_line, optional

HEALTH_CHECK = one_line(
    {
        "command": list_of("string"),
        "interval": optional("number", 30),
        "timeout": optional("number", 5),
        "retries": optional("number", 3),
        "start_period": optional("number", 0),
    }
)
SCALING = object_of(
    {
        "minimum": "number",
        "maximum": "number",
        "cpu_percentage": optional("number"),
        "memory_percentage": optional("number"),
        "requests_per_target": optional("number"),
        "cooldown_in": optional("number", 120),
        "cooldown_out": optional("number", 60),
        "schedules": optional(
            map_of(
                one_line(
                    {
                        "schedule": "string",
                        "time_zone": optional("string", "UTC"),
                        "minimum": "number",
                        "maximum": "number",
                    }
                )
            ),
            {},
        ),
    }
)
SIDECARS = map_of(
    object_of(
        {
            "image": optional("string"),
            "image_parameter": optional("string"),
            "repository_arn": optional("string"),
            "essential": optional("bool", True),
            "command": optional(list_of("string"), []),
            "environment": optional(map_of("string"), {}),
            "secrets": optional(map_of("string"), {}),
            "user": optional("string", "1000:1000"),
            "read_only_root": optional("bool", True),
            "scratch_paths": optional(map_of("string"), {}),
            "health_check": optional(HEALTH_CHECK),
            "depends_on": optional(map_of("string"), {}),
            "main_waits_for": optional("string"),
            "cpu": optional("number"),
            "memory": optional("number"),
        }
    )
)
LOAD_BALANCER = one_line({"security_group_id": "string", "target_group_arn": "string", "arn": optional("string")})
HOST_VOLUMES = map_of(
    one_line({"host_path": "string", "container_path": "string", "read_only": optional("bool", True)})
)
EFS_VOLUMES = map_of(
    object_of(
        {
            "file_system_id": "string",
            "access_point_id": "string",
            "container_path": "string",
            "read_only": optional("bool", False),
        }
    )
)
CAPACITY_PROVIDERS = map_of(one_line({"weight": optional("number", 1), "base": optional("number", 0)}))
INGRESS = map_of(one_line({"security_group_id": "string", "description": optional("string")}))
EGRESS = map_of(
    object_of(
        {
            "port": "number",
            "cidr_ipv4": optional("string"),
            "security_group_id": optional("string"),
            "prefix_list_id": optional("string"),
            "description": optional("string"),
        }
    )
)
SERVICE_CONNECT = object_of(
    {
        "namespace": "string",
        "server": optional(
            one_line(
                {"port_name": "string", "dns_name": optional("string"), "protocol": optional("string")},
            )
        ),
    }
)
