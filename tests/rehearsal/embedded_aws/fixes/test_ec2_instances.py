"""EC2: an instance takes the interface along that was made for it."""

from __future__ import annotations

from typing import Any

import pytest

from tests.rehearsal.embedded_aws.cloud import Cloud


def interface_after_termination(cloud: Cloud, **settings: Any) -> list[str]:
    """Start and end an instance; returns what is left of its interface."""
    ec2 = cloud.client("ec2")
    image = ec2.describe_images(Owners=["amazon"])["Images"][0]["ImageId"]
    vpc = ec2.create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
    subnet = ec2.create_subnet(VpcId=vpc, CidrBlock="10.0.1.0/24")["Subnet"]["SubnetId"]
    network = {"NetworkInterfaces": [{"DeviceIndex": 0, "SubnetId": subnet, **settings}]} if settings else {}
    started = ec2.run_instances(ImageId=image, MinCount=1, MaxCount=1, **(network or {"SubnetId": subnet}))
    (instance,) = started["Instances"]
    assert len(instance["NetworkInterfaces"]) == 1
    ec2.terminate_instances(InstanceIds=[instance["InstanceId"]])
    left = ec2.describe_network_interfaces(Filters=[{"Name": "subnet-id", "Values": [subnet]}])["NetworkInterfaces"]
    return [interface["NetworkInterfaceId"] for interface in left]


@pytest.mark.parametrize("settings", [{}, {"AssociatePublicIpAddress": False}])
def test_the_interface_goes_with_the_instance(either: Cloud, settings: dict[str, Any]) -> None:
    left = interface_after_termination(either, **settings)
    with either.fixed():
        assert left == []


def test_it_stays_where_the_caller_says_so(cloud: Cloud) -> None:
    assert len(interface_after_termination(cloud, DeleteOnTermination=False)) == 1
