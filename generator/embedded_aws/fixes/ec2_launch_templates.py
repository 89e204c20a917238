"""EC2's launch templates.

- CreateLaunchTemplate: the tags of the template itself are no part of what it launches; moto answers them there, too,
  which is a difference in every plan of a template with tags.
"""

from __future__ import annotations

from typing import Any

from moto.ec2.models.launch_templates import LaunchTemplate

from generator.embedded_aws.patching import around
from generator.embedded_aws.state import ServerState


def apply(_: ServerState) -> None:
    @around(LaunchTemplate, "create_version")
    def without_its_own_tags(original: Any, self: Any, data: dict[str, Any], description: str) -> Any:
        launched = [spec for spec in data.get("TagSpecifications", []) if spec["ResourceType"] != "launch-template"]
        return original(self, {**data, "TagSpecifications": launched}, description)
