"""Route 53.

- A hosted zone created with a VPC is private; moto looks for a flag that the provider does not send, loses the VPC, and
  every plan of a private `aws_route53_zone` differs.
- A record that was deleted can be made again; moto remembers the first one, and takes any later record of the zone for
  it, so that an apply after a destroy of part of an environment fails.
"""

from __future__ import annotations

from typing import Any

from moto.route53.models import ChangeList, FakeZone
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

    @around(FakeZone, "delete_rrset")
    def forget_that_it_was_made(original: Any, self: Any, rrset: dict[str, Any]) -> None:
        original(self, rrset)
        gone = _key(rrset)
        self.rr_changes = ChangeList(c for c in self.rr_changes if _key(c["ResourceRecordSet"]) != gone)


def _key(rrset: dict[str, Any]) -> tuple[str, str | None]:
    return rrset["Name"].strip("."), rrset.get("Type")
