"""EC2: a launch template's own tags stay its own."""

from __future__ import annotations

from typing import Any

from tests.rehearsal.embedded_aws.cloud import Cloud

VOLUME = {"ResourceType": "volume", "Tags": [{"Key": "Team", "Value": "platform"}]}
OWN = {"ResourceType": "launch-template", "Tags": [{"Key": "Environment", "Value": "test"}]}


def template(cloud: Cloud, **settings: Any) -> str:
    """Create a template; returns its ID."""
    data = {"InstanceType": "t3.medium", "ImageId": "resolve:ssm:/ami", "TagSpecifications": [VOLUME]}
    answer = cloud.client("ec2").create_launch_template(
        LaunchTemplateName=cloud.name, LaunchTemplateData=data, **settings
    )
    return str(answer["LaunchTemplate"]["LaunchTemplateId"])


def test_what_it_launches_does_not_get_the_templates_tags(either: Cloud) -> None:
    found = template(either, TagSpecifications=[OWN])
    versions = either.client("ec2").describe_launch_template_versions(LaunchTemplateId=found)["LaunchTemplateVersions"]
    with either.fixed():
        assert versions[0]["LaunchTemplateData"]["TagSpecifications"] == [VOLUME]
    described = either.client("ec2").describe_launch_templates(LaunchTemplateIds=[found])["LaunchTemplates"]
    assert described[0]["Tags"] == OWN["Tags"]
