"""Load balancers: access logs need a bucket that admits them, and protection holds."""

from __future__ import annotations

import json
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.rehearsal.embedded_aws.cloud import Cloud, policy

SERVICE = {"Service": "logdelivery.elasticloadbalancing.amazonaws.com"}
DELIVERY_ACCOUNT = {"AWS": "arn:aws:iam::797873946194:root"}


def load_balancer(cloud: Cloud) -> str:
    ec2, elb = cloud.client("ec2"), cloud.client("elbv2")
    vpc = ec2.create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
    subnets = [
        ec2.create_subnet(VpcId=vpc, CidrBlock=f"10.0.{n}.0/24", AvailabilityZone=f"{cloud.region}{zone}")["Subnet"]
        for n, zone in enumerate("ab")
    ]
    created = elb.create_load_balancer(Name=cloud.name, Subnets=[subnet["SubnetId"] for subnet in subnets])
    arn: str = created["LoadBalancers"][0]["LoadBalancerArn"]
    return arn


def enable_access_logs(cloud: Cloud, bucket: str) -> None:
    arn = load_balancer(cloud)
    attributes = {"access_logs.s3.enabled": "true", "access_logs.s3.bucket": bucket, "access_logs.s3.prefix": "alb"}
    cloud.client("elbv2").modify_load_balancer_attributes(
        LoadBalancerArn=arn,
        Attributes=[{"Key": key, "Value": value} for key, value in attributes.items()],
    )


def bucket(cloud: Cloud, principal: dict[str, Any] | None) -> None:
    s3 = cloud.client("s3")
    s3.create_bucket(Bucket=cloud.name, CreateBucketConfiguration={"LocationConstraint": cloud.region})
    if principal:
        document = policy("Allow", "s3:PutObject", f"arn:aws:s3:::{cloud.name}/alb/*", Principal=principal)
        s3.put_bucket_policy(Bucket=cloud.name, Policy=json.dumps(document))


@pytest.mark.parametrize("principal", [SERVICE, DELIVERY_ACCOUNT])
def test_access_logs_begin_with_a_test_object(either: Cloud, principal: dict[str, str]) -> None:
    bucket(either, principal)
    enable_access_logs(either, either.name)
    with either.fixed():
        keys = [entry["Key"] for entry in either.client("s3").list_objects_v2(Bucket=either.name).get("Contents", [])]
        assert keys == [f"alb/AWSLogs/{either.account}/ELBAccessLogTestFile"]


@pytest.mark.parametrize("principal", [None, {"Service": "logging.s3.amazonaws.com"}])
def test_bucket_that_does_not_admit_the_delivery_is_refused(either: Cloud, principal: dict[str, str] | None) -> None:
    bucket(either, principal)
    with either.refused("InvalidConfigurationRequest"):
        enable_access_logs(either, either.name)


def test_absent_bucket_is_refused(cloud: Cloud) -> None:
    with pytest.raises(ClientError, match="InvalidConfigurationRequest"):
        enable_access_logs(cloud, f"{cloud.name}-absent")


def test_a_load_balancer_faces_the_internet_unless_told_otherwise(either: Cloud) -> None:
    ec2, elb = either.client("ec2"), either.client("elbv2")
    vpc = ec2.create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
    subnets = [
        ec2.create_subnet(VpcId=vpc, CidrBlock=f"10.0.{n}.0/24", AvailabilityZone=f"{either.region}{zone}")["Subnet"]
        for n, zone in enumerate("ab")
    ]
    elb.create_load_balancer(Name=either.name, Subnets=[subnet["SubnetId"] for subnet in subnets])
    with either.fixed():
        assert elb.describe_load_balancers(Names=[either.name])["LoadBalancers"][0].get("Scheme") == "internet-facing"


def protected(cloud: Cloud) -> str:
    """The ARN of a load balancer whose deletion protection is on."""
    elb = cloud.client("elbv2")
    arn = load_balancer(cloud)
    elb.modify_load_balancer_attributes(
        LoadBalancerArn=arn, Attributes=[{"Key": "deletion_protection.enabled", "Value": "true"}]
    )
    return arn


def test_a_protected_load_balancer_is_not_deleted(either: Cloud) -> None:
    arn = protected(either)
    with either.refused("OperationNotPermitted"):
        either.client("elbv2").delete_load_balancer(LoadBalancerArn=arn)


def test_a_load_balancer_is_deleted_once_its_protection_is_lifted(cloud: Cloud) -> None:
    elb, arn = cloud.client("elbv2"), protected(cloud)
    elb.modify_load_balancer_attributes(
        LoadBalancerArn=arn, Attributes=[{"Key": "deletion_protection.enabled", "Value": "false"}]
    )
    elb.delete_load_balancer(LoadBalancerArn=arn)
    assert elb.describe_load_balancers()["LoadBalancers"] == []
