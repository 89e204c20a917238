"""What cloud-init makes of an ECS-optimized Amazon Linux 2023 instance at its first start."""

from __future__ import annotations

from generator.bindings import functions as fn
from generator.hcl.expression import Expr, null
from generator.hcl.types import Str

# Early in every start, before Docker: Docker keeps the rules that it finds in this chain. A host without the rule must
# run no container.
BLOCK_METADATA = (
    "iptables -w -N DOCKER-USER 2>/dev/null; "
    "iptables -w -C DOCKER-USER -d 169.254.169.254/32 -j DROP 2>/dev/null || "
    "iptables -w -I DOCKER-USER -d 169.254.169.254/32 -j DROP || "
    "systemctl mask docker.service docker.socket"
)
AGENT = "/opt/aws/amazon-cloudwatch-agent/bin/amazon-cloudwatch-agent-ctl"
AGENT_FILE = "/etc/amazon-cloudwatch-agent.json"
METRICS_NAMESPACE = "CWAgent"
REAPER = "/usr/local/sbin/reap-containers"
# Arguments: prefix and seconds of containers, then of volumes.
REAPER_SCRIPT = (
    "#!/bin/bash",
    "# Ends containers and removes volumes that outlived their session: ECS knows nothing of them.",
    "set -uo pipefail",
    "older() {",
    "  local created",
    '  created=$(docker "$1" inspect --format "$2" "$3") || return 1',
    '  [ $(( $(date +%s) - $(date --date="$created" +%s) )) -gt "$4" ]',
    "}",
    'docker container ls --all --quiet --filter "name=^/?$1" | while read -r id; do',
    '  if older container \'{{.Created}}\' "$id" "$2"; then docker container rm --force --volumes "$id"; fi',
    "done",
    '[ "$#" -gt 2 ] || exit 0',
    'docker volume ls --quiet --filter "name=^$3" | while read -r name; do',
    '  if older volume \'{{.CreatedAt}}\' "$name" "$4"; then docker volume rm "$name"; fi',
    "done",
)


def user_data(cluster: Expr, group: Expr, name: str, registry: str) -> Expr:
    """The user data of the instances *group* (an entry of the variable) called *name* of *cluster*."""
    files = fn.concat(
        [
            _file("/etc/ecs/ecs.config", _agent_settings(cluster, group)),
            # Containers that others than ECS start would fill the disk with their output.
            _file(
                "/etc/docker/daemon.json",
                fn.jsonencode({"log-driver": "json-file", "log-opts": {"max-file": "3", "max-size": "10m"}}),
            ),
            _file("/root/.docker/config.json", fn.jsonencode({"credHelpers": {registry: "ecr-login"}})),
            _file(AGENT_FILE, fn.jsonencode(_metrics(name))),
        ],
        (group.prune == null).then([], _prune_units(group.prune)),
        (group.reaper == null).then([], _reaper_units(group.reaper)),
    )
    timers = fn.concat(
        (group.prune == null).then([], ["docker-prune.timer"]),
        (group.reaper == null).then([], ["reap-containers.timer"]),
    )
    config = {
        "bootcmd": [["sh", "-c", BLOCK_METADATA]],
        "write_files": files,
        "packages": ["amazon-cloudwatch-agent", "amazon-ecr-credential-helper"],
        "runcmd": fn.concat(
            [[AGENT, "-a", "fetch-config", "-m", "ec2", "-s", "-c", f"file:{AGENT_FILE}"]],
            Expr(f'[for timer in {timers.code} : ["systemctl", "enable", "--now", "--no-block", timer]]'),
        ),
    }
    return fn.base64encode(fn.join("\n", ["#cloud-config", fn.jsonencode(config)]))


def _file(path: str, content: object, permissions: str = "0644") -> dict[str, object]:
    return {"path": path, "permissions": permissions, "content": content}


def _lines(*lines: Str) -> Expr:
    return fn.join("\n", [*lines, ""])


def _agent_settings(cluster: Expr, group: Expr) -> Expr:
    return _lines(
        f"ECS_CLUSTER={cluster}",
        "ECS_AWSVPC_BLOCK_IMDS=true",
        f"ECS_DISABLE_PRIVILEGED={~group.allow_privileged}",
    )


def _metrics(name: str) -> dict[str, object]:
    """Memory and disk by Auto Scaling group alone: no series by instance, which nobody would look at."""
    group = {"AutoScalingGroupName": name}
    return {
        "agent": {"metrics_collection_interval": 60, "omit_hostname": True},
        "metrics": {
            "namespace": METRICS_NAMESPACE,
            "metrics_collected": {
                "mem": {"measurement": ["mem_used_percent"], "append_dimensions": group},
                "disk": {
                    "measurement": ["disk_used_percent"],
                    "resources": ["/"],
                    "drop_device": True,
                    "append_dimensions": group,
                },
            },
            "aggregation_dimensions": [["AutoScalingGroupName"]],
        },
    }


def _prune_units(prune: Expr) -> list[dict[str, object]]:
    unused = f"--force --filter until={prune.unused_hours}h"
    return [
        _file(
            "/etc/systemd/system/docker-prune.service",
            _lines(
                "[Unit]",
                "Description=Remove what Docker no longer uses",
                "After=docker.service",
                "[Service]",
                "Type=oneshot",
                f"ExecStart=/usr/bin/docker container prune {unused}",
                f"ExecStart=/usr/bin/docker image prune {unused}",
                f"ExecStart=/usr/bin/docker builder prune {unused}",
                "ExecStart=/usr/bin/docker volume prune --force",
            ),
        ),
        _timer("docker-prune", f"{prune.every_hours}h"),
    ]


def _reaper_units(reaper: Expr) -> list[dict[str, object]]:
    containers = f"{reaper.container_prefix} {reaper.container_minutes * 60}"
    volumes = (reaper.volume_prefix == null).then("", f" {reaper.volume_prefix} {reaper.volume_minutes * 60}")
    return [
        _file(REAPER, _lines(*REAPER_SCRIPT), "0755"),
        _file(
            "/etc/systemd/system/reap-containers.service",
            _lines(
                "[Unit]",
                "Description=End containers that outlived their session",
                "After=docker.service",
                "[Service]",
                "Type=oneshot",
                f"ExecStart={REAPER} {containers}{volumes}",
            ),
        ),
        _timer("reap-containers", "5min"),
    ]


def _timer(service: str, every: str) -> dict[str, object]:
    return _file(
        f"/etc/systemd/system/{service}.timer",
        _lines("[Timer]", f"OnBootSec={every}", f"OnUnitActiveSec={every}", "[Install]", "WantedBy=timers.target"),
    )
