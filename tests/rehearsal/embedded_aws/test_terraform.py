"""The stock provider applies an environment of every service we use, sees no difference, and destroys it."""

from __future__ import annotations

import json
import os
import shutil
from pathlib import Path

import pytest

from generator.terraform.binary import find_terraform
from generator.terraform.child_environment import child_environment
from generator.terraform.driver import Terraform
from generator.terraform.provider_mirror import find_provider_mirror
from tests.rehearsal.embedded_aws.cloud import Cloud

ENVIRONMENT = Path(__file__).with_name("environment")
HANDLER = b"def handler(event, context):\n    return [event, context.invoked_function_arn]\n"


@pytest.mark.slow
def test_environment_applies_plans_empty_and_is_destroyed(cloud: Cloud, tmp_path: Path) -> None:
    workspace = tmp_path / "environment"
    shutil.copytree(ENVIRONMENT, workspace)
    binary = find_terraform()
    source = find_provider_mirror(platform=binary.platform)
    environment = child_environment(os.environ, source, embedded=cloud.aws.environment(cloud.account))
    terraform = Terraform(workspace, binary=binary, provider_source=source, environment=environment)
    variables = {"image_uri": cloud.image({"handler.py": HANDLER})}

    terraform.init()
    applied = terraform.apply(variables=variables)
    assert applied.counts.add > 60
    plan = terraform.plan(variables=variables)
    assert plan.changes == ()
    assert not plan.has_changes
    outputs = terraform.output()
    assert outputs["function_vpc_id"].value == outputs["vpc_id"].value
    check_function(cloud)
    check_service(cloud)

    destroyed = terraform.destroy(variables=variables)
    assert destroyed.counts.destroy == applied.counts.add
    check_nothing_is_left(cloud, outputs["vpc_id"].value)


def check_function(cloud: Cloud) -> None:
    answer = cloud.client("lambda").invoke(FunctionName="demo-test-runner:live", Payload=b'{"code": ""}')
    arn = f"arn:aws:lambda:{cloud.region}:{cloud.account}:function:demo-test-runner:live"
    assert json.loads(answer["Payload"].read()) == [{"code": ""}, arn]
    assert answer["ExecutedVersion"] == "1"


def check_service(cloud: Cloud) -> None:
    service = cloud.client("ecs").describe_services(cluster="demo-test", services=["backend"])["services"][0]
    assert service["deploymentConfiguration"]["deploymentCircuitBreaker"] == {"enable": True, "rollback": True}
    assert service["runningCount"] == 2


def check_nothing_is_left(cloud: Cloud, vpc: str) -> None:
    vpcs = cloud.client("ec2").describe_vpcs()["Vpcs"]
    assert vpc not in [found["VpcId"] for found in vpcs]
    assert cloud.client("lambda").list_functions()["Functions"] == []
    assert cloud.client("ecs").list_clusters()["clusterArns"] == []
    assert cloud.client("elbv2").describe_load_balancers()["LoadBalancers"] == []
    assert cloud.client("s3").list_buckets()["Buckets"] == []
    assert cloud.client("logs").describe_log_groups()["logGroups"] == []
    names = [found["repositoryName"] for found in cloud.client("ecr").describe_repositories()["repositories"]]
    assert names == [cloud.name]
