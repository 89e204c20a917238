"""Route 53.

- A hosted zone created with a VPC is private; moto looks for a flag that the provider does not send, loses the VPC, and
  every plan of a private `aws_route53_zone` differs.
"""

from __future__ import annotations

from typing import Any

from moto.route53.responses import Route53

from generator.embedded_aws.patching import around
from generator.embedded_aws.state import ServerState

_PRIVATE = "HostedZoneConfig.PrivateZone"


def apply(_: ServerState) -> None:
    @around(Route53, "_get_bool_param")
    def private_with_vpc(original: Any, self: Any, name: str, *args: Any, **kwargs: Any) -> Any:
        if name == _PRIVATE and self._get_param("VPC.VPCId"):
            return True
        return original(self, name, *args, **kwargs)
