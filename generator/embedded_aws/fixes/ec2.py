"""EC2.

- Description of a security group rule that references a group or a prefix list: moto keeps the text in the reference
  and reads it only from CIDR ranges, hence a difference in every plan of `aws_vpc_security_group_*_rule`.
- RevokeSecurityGroupIngress and -Egress of a rule by its ID that is gone: AWS says InvalidSecurityGroupRuleId.NotFound,
  for which the provider takes a repeated call as done; moto says InvalidPermission.NotFound.
- DeleteNatGateway takes the gateway's network interface along and frees its address; moto leaves both.
- DeleteVpc takes the VPC's default network ACL along; moto leaves it.
"""

from __future__ import annotations

from typing import Any

from moto.ec2.exceptions import InvalidPermissionNotFoundError, InvalidSecurityGroupRuleIdNotFoundError
from moto.ec2.models.nat_gateways import NatGatewayBackend
from moto.ec2.models.security_groups import SecurityGroupBackend, SecurityGroupRule
from moto.ec2.models.vpcs import VPCBackend

from generator.embedded_aws.patching import arguments, around
from generator.embedded_aws.state import ServerState


def apply(_: ServerState) -> None:
    @around(NatGatewayBackend, "delete_nat_gateway")
    def delete_its_interface(original: Any, self: Any, nat_gateway_id: str) -> Any:
        gateway = original(self, nat_gateway_id)
        interface = gateway._eni.id
        for address in self.addresses:
            if address.eni is not None and address.eni.id == interface:
                self.disassociate_address(association_id=address.association_id)
        self.enis.pop(interface, None)
        return gateway

    @around(VPCBackend, "delete_vpc")
    def delete_its_network_acl(original: Any, self: Any, vpc_id: str) -> Any:
        deleted = original(self, vpc_id)
        for acl in [acl for acl in self.network_acls.values() if acl.vpc_id == vpc_id and acl.default]:
            del self.network_acls[acl.id]
        return deleted

    for direction in ("ingress", "egress"):

        @around(SecurityGroupBackend, f"revoke_security_group_{direction}")
        def name_the_missing_rule(original: Any, self: Any, *args: Any, **kwargs: Any) -> Any:
            try:
                return original(self, *args, **kwargs)
            except InvalidPermissionNotFoundError as error:
                ids = arguments(original, self, *args, **kwargs)["security_rule_ids"]
                if not ids:
                    raise
                raise InvalidSecurityGroupRuleIdNotFoundError(ids[0]) from error

    @around(SecurityGroupRule, "__init__")
    def keep_prefix_list_description(original: Any, self: Any, *args: Any, **kwargs: Any) -> None:
        original(self, *args, **kwargs)
        prefix_list = arguments(original, self, *args, **kwargs)["prefix_list_id"] or {}
        self.prefix_list_description = prefix_list.get("Description")

    def description(self: Any) -> str | None:
        return (
            self.ip_range.get("Description")
            or self.source_group.get("Description")
            or getattr(self, "prefix_list_description", None)
        )

    name = "description"
    setattr(SecurityGroupRule, name, property(description))
