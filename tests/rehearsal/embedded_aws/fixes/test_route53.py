"""Route 53: a zone of a VPC is private, and a deleted record can be made again."""

from __future__ import annotations

from typing import Any

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


def test_a_deleted_record_is_made_again_beside_others(either: Cloud) -> None:
    route53 = either.client("route53")
    domain = f"{either.name}.example"
    zone = route53.create_hosted_zone(Name=domain, CallerReference=either.name)["HostedZone"]["Id"]

    def change(action: str, kind: str, name: str, value: str) -> None:
        record: dict[str, Any] = {"Name": name, "Type": kind, "TTL": 60, "ResourceRecords": [{"Value": value}]}
        batch = {"Changes": [{"Action": action, "ResourceRecordSet": record}]}
        route53.change_resource_record_sets(HostedZoneId=zone, ChangeBatch=batch)

    change("CREATE", "A", f"a.{domain}", "192.0.2.1")
    change("CREATE", "CNAME", f"b.{domain}", "target.example")
    change("DELETE", "A", f"a.{domain}", "192.0.2.1")
    with either.fixed():
        change("CREATE", "A", f"a.{domain}", "192.0.2.1")
        found = route53.list_resource_record_sets(HostedZoneId=zone)["ResourceRecordSets"]
        assert {f"a.{domain}.", f"b.{domain}."} <= {record["Name"] for record in found}


def test_a_record_that_exists_is_not_made_again(cloud: Cloud) -> None:
    route53 = cloud.client("route53")
    domain = f"{cloud.name}.example"
    zone = route53.create_hosted_zone(Name=domain, CallerReference=cloud.name)["HostedZone"]["Id"]
    record = {"Name": domain, "Type": "A", "TTL": 60, "ResourceRecords": [{"Value": "192.0.2.1"}]}
    batch = {"Changes": [{"Action": "CREATE", "ResourceRecordSet": record}]}
    route53.change_resource_record_sets(HostedZoneId=zone, ChangeBatch=batch)
    with cloud.refused("InvalidChangeBatch"):
        route53.change_resource_record_sets(HostedZoneId=zone, ChangeBatch=batch)
