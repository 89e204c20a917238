"""The host of a privileged supervisor: one instance, hard to get out of, behind an internal load balancer."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from typing import Any

from generator.rehearsal.checks.check import Check, Live, Task
from generator.systems.manifest.runner import Host

LABEL = "code runner"
PORT, LISTENER = 8080, 80


def checks(live: Live, wanted: Host, task: Task) -> Iterator[Check]:
    yield from supervisor(live, task)
    yield from group(live, wanted)
    yield from template(live, wanted)
    yield from load_balancer(live)


def supervisor(live: Live, task: Task) -> Iterator[Check]:
    main, definition = task.main, task.definition
    yield Check(f"{LABEL}: privileged", main.get("privileged"), True)
    yield Check(f"{LABEL}: runs on", definition["requiresCompatibilities"], ["EC2"])
    yield Check(f"{LABEL}: network", definition["networkMode"], "bridge")
    hosts = [v["host"]["sourcePath"] for v in definition.get("volumes", []) if v.get("host", {}).get("sourcePath")]
    yield Check(f"{LABEL}: files of the host", hosts, ["/var/run/docker.sock"])
    yield Check(f"{LABEL}: port of the host", [p.get("hostPort") for p in main["portMappings"]], [PORT])
    deployment = task.service["deploymentConfiguration"]
    percent = (deployment["minimumHealthyPercent"], deployment["maximumPercent"])
    yield Check(f"{LABEL}: deployment, % of tasks", percent, (0, 100))
    providers = [p["capacityProvider"] for p in task.service.get("capacityProviderStrategy") or ()]
    own = f"{live.environment.code_runner_cluster}-host"
    yield Check(f"{LABEL}: capacity of its own cluster", providers, [own])


def group(live: Live, wanted: Host) -> Iterator[Check]:
    found = _group(live)
    size = (found["MinSize"], found["DesiredCapacity"], found["MaxSize"])
    yield Check(f"{LABEL}: instances, least, now and most", size, (1, 1, 1))
    subnets = sorted(found["VPCZoneIdentifier"].split(","))
    tier = "private" if wanted.acknowledge_internet_egress else "isolated"
    yield Check(f"{LABEL}: subnets of the host", subnets, live.subnet_ids(tier))
    ids = [i["InstanceId"] for i in found["Instances"]]
    reservations = live.client("ec2").describe_instances(InstanceIds=ids)["Reservations"] if ids else []
    running = [i for r in reservations for i in r["Instances"] if i["State"]["Name"] == "running"]
    types = [i["InstanceType"] for i in running]
    yield Check(f"{LABEL}: instances that run", types, [wanted.instance_type], stub=True)
    yield Check(f"{LABEL}: addresses of instances", [i.get("PublicIpAddress") for i in running], [None])


def template(live: Live, wanted: Host) -> Iterator[Check]:
    data = _template(live)
    yield Check(f"{LABEL}: instance type", data["InstanceType"], wanted.instance_type)
    image = "resolve:ssm:/aws/service/ecs/optimized-ami/amazon-linux-2023/recommended/image_id"
    yield Check(f"{LABEL}: machine image", data["ImageId"], image)
    metadata = data["MetadataOptions"]
    yield Check(f"{LABEL}: metadata needs a token (IMDSv2)", metadata["HttpTokens"], "required")
    yield Check(f"{LABEL}: hops to the metadata", metadata["HttpPutResponseHopLimit"], 1)
    disks = [d["Ebs"] for d in data["BlockDeviceMappings"]]
    found = [(d["VolumeSize"], d["Encrypted"]) for d in disks]
    yield Check(f"{LABEL}: disk, GiB and encrypted", found, [(wanted.disk, True)])
    script = base64.b64decode(data["UserData"]).decode()
    for text, why in (
        ("ECS_AWSVPC_BLOCK_IMDS=true", "tasks are kept from the metadata"),
        ("169.254.169.254/32 -j DROP", "containers are kept from the metadata"),
        ("amazon-cloudwatch-agent", "memory and disk are measured"),
        ("ecr-login", "sessions' images are pulled with the host's role"),
    ):
        yield Check(f"{LABEL}: {why}", text in script, True)
    yield Check(f"{LABEL}: a key to log in by SSH", data.get("KeyName"), None)
    yield Check(f"{LABEL}: sessions that were forgotten end", "reap-containers" in script, wanted.reaper is not None)


def load_balancer(live: Live) -> Iterator[Check]:
    elb, balancer = live.client("elbv2"), live.internal_load_balancer
    arn = balancer["LoadBalancerArn"]
    yield Check(f"{LABEL}: its load balancer is", balancer["Scheme"], "internal")
    subnets = sorted(zone["SubnetId"] for zone in balancer["AvailabilityZones"])
    yield Check(f"{LABEL}: subnets of its load balancer", subnets, live.subnet_ids("private"))
    attributes = {
        a["Key"]: a["Value"] for a in elb.describe_load_balancer_attributes(LoadBalancerArn=arn)["Attributes"]
    }
    idle = int(attributes["idle_timeout.timeout_seconds"])
    yield Check(f"{LABEL}: its idle timeout", idle, live.environment.http.internal.idle_timeout)
    wanted = live.environment.code_runner
    assert wanted is not None
    yield Check(f"{LABEL}: its load balancer outwaits it", idle >= wanted.timeout + 10, True)
    listeners = elb.describe_listeners(LoadBalancerArn=arn)["Listeners"]
    yield Check(f"{LABEL}: ports of its load balancer", [li["Port"] for li in listeners], [LISTENER])
    groups = elb.describe_target_groups(LoadBalancerArn=arn)["TargetGroups"]
    found = [(g["TargetType"], g["Port"], g["HealthCheckPath"]) for g in groups]
    yield Check(f"{LABEL}: behind it", found, [("instance", PORT, "/health")])


def security_groups(live: Live) -> list[str]:
    """The security groups of the host."""
    data = _template(live)
    interfaces = data.get("NetworkInterfaces", [])
    return [group for interface in interfaces for group in interface.get("Groups", [])] or data["SecurityGroupIds"]


def _group(live: Live) -> dict[str, Any]:
    name = live.outputs["code_runner_instances"]
    found = live.client("autoscaling").describe_auto_scaling_groups(AutoScalingGroupNames=[name])
    return dict(found["AutoScalingGroups"][0])


def _template(live: Live) -> dict[str, Any]:
    group = _group(live)
    used = group.get("LaunchTemplate") or group["MixedInstancesPolicy"]["LaunchTemplate"]["LaunchTemplateSpecification"]
    versions = live.client("ec2").describe_launch_template_versions(
        LaunchTemplateId=used["LaunchTemplateId"], Versions=["$Latest"]
    )
    return dict(versions["LaunchTemplateVersions"][0]["LaunchTemplateData"])
