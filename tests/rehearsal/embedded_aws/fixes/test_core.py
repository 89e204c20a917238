"""A reset forgets every account, gives back what it held, and costs less than the accounts did."""

from __future__ import annotations

import time
from dataclasses import replace
from pathlib import Path

from tests.rehearsal.embedded_aws.cloud import Cloud

ACCOUNTS = [f"7000000000{n:02}" for n in range(10)]
LARGE = b"x" * (17 << 20)  # more than moto keeps in memory


def test_nothing_of_any_account_is_left(cloud: Cloud) -> None:
    before = _open_files(cloud)
    clouds = [replace(cloud, account=account, name=f"{cloud.name}-{account}") for account in ACCOUNTS[:2]]
    for each in clouds:
        s3 = each.client("s3")
        s3.create_bucket(Bucket=each.name, CreateBucketConfiguration={"LocationConstraint": each.region})
        s3.put_object(Bucket=each.name, Key="a", Body=LARGE)
        each.client("ec2").create_vpc(CidrBlock="10.0.0.0/16")
        each.client("secretsmanager").create_secret(Name="a", SecretString="x")
    assert _open_files(cloud) == before + len(clouds)
    cloud.aws.reset()
    assert _open_files(cloud) == before
    for each in clouds:
        assert each.client("s3").list_buckets()["Buckets"] == []
        assert [vpc["IsDefault"] for vpc in each.client("ec2").describe_vpcs()["Vpcs"]] == [True]
        assert each.client("secretsmanager").list_secrets()["SecretList"] == []
        # Its name is free again.
        each.client("s3").create_bucket(Bucket=each.name, CreateBucketConfiguration={"LocationConstraint": each.region})


def test_a_reset_makes_no_account_anew(cloud: Cloud) -> None:
    clients = [replace(cloud, account=account).client("ec2") for account in ACCOUNTS]
    begun = time.monotonic()
    for client in clients:
        client.describe_vpcs()
    made = time.monotonic()
    cloud.aws.reset()
    assert time.monotonic() - made < (made - begun) / 2


def _open_files(cloud: Cloud) -> int:
    """How many files without a name the server has open: the contents of objects."""
    return sum(map(_is_nameless, Path(f"/proc/{cloud.aws.pid}/fd").iterdir()))


def _is_nameless(descriptor: Path) -> bool:
    try:
        return " (deleted)" in str(descriptor.readlink())
    except FileNotFoundError:  # closed since it was listed, as an answered request's socket is
        return False
