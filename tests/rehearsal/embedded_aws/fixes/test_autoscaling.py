"""Auto Scaling: what a group is told of its instances' lives is read back."""

from __future__ import annotations

from typing import Any

from tests.rehearsal.embedded_aws.cloud import Cloud
from tests.rehearsal.embedded_aws.fixes.test_ec2_launch_templates import template

POLICY = {"MinHealthyPercentage": 100, "MaxHealthyPercentage": 200}


def described(cloud: Cloud) -> dict[str, Any]:
    found = cloud.client("autoscaling").describe_auto_scaling_groups(AutoScalingGroupNames=[cloud.name])
    group: dict[str, Any] = found["AutoScalingGroups"][0]
    return group


def group(cloud: Cloud, **settings: Any) -> Any:
    """Create a group, of no instances unless said otherwise; returns the client."""
    autoscaling = cloud.client("autoscaling")
    autoscaling.create_auto_scaling_group(
        AutoScalingGroupName=cloud.name,
        LaunchTemplate={"LaunchTemplateId": template(cloud)},
        AvailabilityZones=[f"{cloud.region}a"],
        **{"MinSize": 0, "MaxSize": 1, **settings},
    )
    return autoscaling


def test_the_lifetime_and_replacement_of_instances_are_read_back(either: Cloud) -> None:
    autoscaling = group(either, MaxInstanceLifetime=604800, InstanceMaintenancePolicy=POLICY)
    with either.fixed():
        assert described(either).get("MaxInstanceLifetime") == 604800
    with either.fixed():
        assert described(either).get("InstanceMaintenancePolicy") == POLICY
    changed = {"MinHealthyPercentage": 90, "MaxHealthyPercentage": 120}
    autoscaling.update_auto_scaling_group(
        AutoScalingGroupName=either.name, MaxInstanceLifetime=86400, InstanceMaintenancePolicy=changed
    )
    with either.fixed():
        assert described(either).get("MaxInstanceLifetime") == 86400
    with either.fixed():
        assert described(either).get("InstanceMaintenancePolicy") == changed


def test_they_are_taken_away_again_as_aws_wants_it(cloud: Cloud) -> None:
    autoscaling = group(cloud, MaxInstanceLifetime=604800, InstanceMaintenancePolicy=POLICY)
    autoscaling.update_auto_scaling_group(AutoScalingGroupName=cloud.name, MaxSize=2)
    assert described(cloud)["MaxInstanceLifetime"] == 604800
    nothing = {"MinHealthyPercentage": -1, "MaxHealthyPercentage": -1}
    autoscaling.update_auto_scaling_group(
        AutoScalingGroupName=cloud.name, MaxInstanceLifetime=0, InstanceMaintenancePolicy=nothing
    )
    assert not {"MaxInstanceLifetime", "InstanceMaintenancePolicy"} & described(cloud).keys()


def test_a_group_has_neither_unless_asked(cloud: Cloud) -> None:
    group(cloud)
    assert not {"MaxInstanceLifetime", "InstanceMaintenancePolicy"} & described(cloud).keys()


def test_an_instance_too_many_goes_when_its_protection_does(either: Cloud) -> None:
    autoscaling = group(either, MinSize=1, NewInstancesProtectedFromScaleIn=True)
    (instance,) = described(either)["Instances"]
    autoscaling.update_auto_scaling_group(AutoScalingGroupName=either.name, MinSize=0, DesiredCapacity=0)
    assert len(described(either)["Instances"]) == 1
    autoscaling.set_instance_protection(
        AutoScalingGroupName=either.name, InstanceIds=[instance["InstanceId"]], ProtectedFromScaleIn=False
    )
    with either.fixed():
        assert described(either)["Instances"] == []
