"""What keeps untrusted code in besides routes and security groups: a network ACL, and a firewall for DNS."""

from __future__ import annotations

from generator.bindings import functions as fn
from generator.bindings.ec2 import NetworkAcl, NetworkAclAssociation, NetworkAclRule, Subnet
from generator.bindings.ec2 import Vpc as AwsVpc
from generator.bindings.route53resolver import (
    Route53ResolverFirewallConfig,
    Route53ResolverFirewallDomainList,
    Route53ResolverFirewallRule,
    Route53ResolverFirewallRuleGroup,
    Route53ResolverFirewallRuleGroupAssociation,
)
from generator.hcl.expression import Expr, each, for_list, null
from generator.modules.shared.network_variables import NetworkVariables

# The ports from which Linux connects. A wider range would admit connections to 3389 and the like.
CLIENT_PORTS = (32768, 65535)


def network_acl(module: NetworkVariables, vpc: AwsVpc, isolated: Subnet) -> None:
    wanted = module.isolated_network_acl
    acl = NetworkAcl(
        module,
        "isolated",
        count=wanted.then(1, 0),
        vpc_id=vpc.id,
        tags=module.named("-isolated"),
        skip={"CKV2_AWS_1": "Each isolated subnet has it, by an association of its own: checkov looks for subnet_ids."},
        why="What no rule allows, it denies.",
    )
    for direction, egress in (("in", False), ("out", True)):
        NetworkAclRule(
            module,
            f"vpc_{direction}",
            count=wanted.then(1, 0),
            network_acl_id=acl[0].id,
            egress=egress,
            rule_number=100,
            rule_action="allow",
            protocol="-1",
            from_port=0,
            to_port=0,
            cidr_block=vpc.cidr_block,
            skip={} if egress else {"CKV_AWS_352": "From within the VPC alone: security groups decide on the ports."},
        )
        first, last = (443, 443) if egress else CLIENT_PORTS
        NetworkAclRule(
            module,
            f"image_layers_{direction}",
            count=(wanted & module.isolated_image_layers).then(1, 0),
            network_acl_id=acl[0].id,
            egress=egress,
            rule_number=110,
            rule_action="allow",
            protocol="tcp",
            from_port=first,
            to_port=last,
            cidr_block="0.0.0.0/0",
            why="S3's addresses are public and change, and a network ACL takes no prefix list: the route table, which "
            "has a route to S3 alone, is what limits this."
            if egress
            else "The answers: a network ACL does not remember what was asked.",
        )
    NetworkAclAssociation(
        module,
        "isolated",
        for_each=wanted.then(module.isolated_subnets, {}),
        network_acl_id=acl[0].id,
        subnet_id=isolated[each.key].id,
    )


def dns_firewall(module: NetworkVariables, vpc: AwsVpc, endpoint_domains: list[Expr]) -> None:
    """Declare the firewall: what is on the list resolves, nothing else does, not even while the firewall fails."""
    given = module.dns_firewall_allowed_domains
    # A list, and its length before duplicates go: both are known although a name on it is not yet.
    allowed = module.local("resolvable_domains", (given == null).then([], fn.concat(given, *endpoint_domains)))
    wanted, some_allowed = (given != null).then(1, 0), (fn.length(allowed) > 0).then(1, 0)
    group = Route53ResolverFirewallRuleGroup(module, "this", count=wanted, name=module.name, tags=module.named())
    # With the dot at their end, as AWS answers them: without it every plan would show a difference.
    dotted = for_list(fn.distinct(allowed), lambda domain: f"{domain}.", names=("domain",))
    allow_list = _domain_list(module, "allowed", some_allowed, dotted)
    Route53ResolverFirewallRule(
        module,
        "allowed",
        count=some_allowed,
        name="allowed",
        firewall_rule_group_id=group[0].id,
        firewall_domain_list_id=allow_list[0].id,
        priority=100,
        action="ALLOW",
        firewall_domain_redirection_action="TRUST_REDIRECTION_DOMAIN",
        why="Names that an allowed one points at (CNAME) are allowed with it: they change, and its owner chose them.",
    )
    Route53ResolverFirewallRule(
        module,
        "all",
        count=wanted,
        name="all",
        firewall_rule_group_id=group[0].id,
        firewall_domain_list_id=_domain_list(module, "all", wanted, ["*."])[0].id,
        priority=200,
        action="BLOCK",
        block_response="NXDOMAIN",
    )
    Route53ResolverFirewallConfig(
        module,
        "this",
        count=wanted,
        resource_id=vpc.id,
        firewall_fail_open="DISABLED",
        why="While the firewall cannot answer, nothing resolves.",
    )
    Route53ResolverFirewallRuleGroupAssociation(
        module,
        "this",
        count=wanted,
        name=module.name,
        firewall_rule_group_id=group[0].id,
        vpc_id=vpc.id,
        priority=101,
        tags=module.named(),
        depends_on=[Expr("aws_route53_resolver_firewall_rule.allowed"), Expr("aws_route53_resolver_firewall_rule.all")],
        why="Last: a group that blocks before it allows would cut off what runs.",
    )


def _domain_list(
    module: NetworkVariables, name: str, wanted: Expr, domains: Expr | list[str]
) -> Route53ResolverFirewallDomainList:
    return Route53ResolverFirewallDomainList(
        module,
        name,
        count=wanted,
        name=f"{module.name}-{name}",
        domains=domains,
        tags=module.named(f"-{name}"),
    )
