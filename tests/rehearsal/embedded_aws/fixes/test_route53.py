"""Route 53: a zone of a VPC is private."""

from __future__ import annotations

from tests.rehearsal.embedded_aws.cloud import Cloud


def test_zone_created_with_a_vpc_is_private_and_keeps_it(either: Cloud) -> None:
    vpc = either.client("ec2").create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
    route53 = either.client("route53")
    zone = route53.create_hosted_zone(
        Name=f"{either.name}.internal",
        CallerReference=either.name,
        VPC={"VPCRegion": either.region, "VPCId": vpc},
    )["HostedZone"]["Id"]
    found = route53.get_hosted_zone(Id=zone)
    with either.fixed():
        assert found["HostedZone"]["Config"]["PrivateZone"] is True
        assert found["VPCs"] == [{"VPCRegion": either.region, "VPCId": vpc}]


def test_zone_without_a_vpc_is_public(cloud: Cloud) -> None:
    zone = cloud.client("route53").create_hosted_zone(Name=f"{cloud.name}.example", CallerReference=cloud.name)
    assert zone["HostedZone"]["Config"]["PrivateZone"] is False
    assert zone["DelegationSet"]["NameServers"]
