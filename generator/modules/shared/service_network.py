"""The security group of a service's tasks: who may reach them, and where they may go."""

from __future__ import annotations

from generator.bindings import functions as fn
from generator.bindings.ec2 import SecurityGroup, VpcSecurityGroupEgressRule, VpcSecurityGroupIngressRule
from generator.hcl.expression import Expr, each, null
from generator.hcl.stack import Stack

AWSVPC = Expr("var.network_mode") == "awsvpc"
PORT, NAME = Expr("var.port"), Expr("var.name")


def task_security_group(stack: Stack) -> SecurityGroup:
    """Declare the group and its rules; in network mode bridge tasks have the instance's group instead."""
    group = SecurityGroup(
        stack,
        "this",
        count=AWSVPC.then(1, 0),
        name=NAME,
        description=f"Tasks of {NAME}",
        vpc_id=Expr("var.vpc_id"),
        tags=Expr("var.tags"),
        skip={"CKV2_AWS_5": "Attached to the service, which is absent until an image is released."},
    )
    _load_balancer(stack, group)
    _callers(stack, group)
    _ways_out(stack, group)
    return group


def _load_balancer(stack: Stack, group: SecurityGroup) -> None:
    behind = (AWSVPC & (Expr("var.load_balancer") != null)).then(1, 0)
    balancer = Expr("var.load_balancer.security_group_id")
    VpcSecurityGroupIngressRule(
        stack,
        "load_balancer",
        count=behind,
        security_group_id=group[0].id,
        description="Requests from the load balancer",
        referenced_security_group_id=balancer,
        ip_protocol="tcp",
        from_port=PORT,
        to_port=PORT,
    )
    VpcSecurityGroupEgressRule(
        stack,
        "load_balancer",
        count=behind,
        security_group_id=balancer,
        description=f"Requests to {NAME}",
        referenced_security_group_id=group[0].id,
        ip_protocol="tcp",
        from_port=PORT,
        to_port=PORT,
        why="On the load balancer's group, which has no way out but to the services behind it.",
    )


def _callers(stack: Stack, group: SecurityGroup) -> None:
    VpcSecurityGroupIngressRule(
        stack,
        "caller",
        for_each=AWSVPC.then(Expr("var.ingress"), {}),
        security_group_id=group[0].id,
        description=fn.coalesce(each.value.description, f"Requests from {each.key}"),
        referenced_security_group_id=each.value.security_group_id,
        ip_protocol="tcp",
        from_port=PORT,
        to_port=PORT,
    )


def _ways_out(stack: Stack, group: SecurityGroup) -> None:
    VpcSecurityGroupEgressRule(
        stack,
        "https",
        count=(AWSVPC & Expr("var.https_egress")).then(1, 0),
        security_group_id=group[0].id,
        description="AWS APIs, the registry and other HTTPS services",
        cidr_ipv4="0.0.0.0/0",
        ip_protocol="tcp",
        from_port=443,
        to_port=443,
    )
    VpcSecurityGroupEgressRule(
        stack,
        "to",
        for_each=AWSVPC.then(Expr("var.egress"), {}),
        security_group_id=group[0].id,
        description=fn.coalesce(each.value.description, f"Way to {each.key}"),
        cidr_ipv4=each.value.cidr_ipv4,
        referenced_security_group_id=each.value.security_group_id,
        prefix_list_id=each.value.prefix_list_id,
        ip_protocol="tcp",
        from_port=each.value.port,
        to_port=each.value.port,
    )
