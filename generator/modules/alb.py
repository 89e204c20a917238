"""The load balancer of an environment."""

from __future__ import annotations

from typing import ClassVar

from generator.bindings import functions as fn
from generator.bindings.ec2 import SecurityGroup, VpcSecurityGroupIngressRule
from generator.bindings.elb import (
    Lb,
    LbListener,
    LbListenerDefaultActionFixedResponseBlock,
    LbListenerDefaultActionRedirectBlock,
    LbListenerRule,
    LbListenerRuleConditionBlock,
    LbTargetGroup,
)
from generator.hcl.dynamic import Dynamic
from generator.hcl.expression import Expr, each, for_map, null
from generator.hcl.module import Module, Variable
from generator.hcl.type_constraint import list_of, map_of, object_of, optional, set_of
from generator.modules.shared.common import (
    allow_destroy_variable,
    between,
    every,
    name_variable,
    one_of,
    tags_variable,
)

TLS_POLICIES = ("ELBSecurityPolicy-TLS13-1-2-2021-06", "ELBSecurityPolicy-TLS13-1-3-2021-06")
TARGET_GROUPS = map_of(
    object_of(
        {
            "port": "number",
            "deregistration_delay": optional("number", 60),
            "stickiness": optional("bool", False),
            "health_check": object_of(
                {
                    "path": "string",
                    "success_codes": optional("string", "200"),
                    "interval": optional("number", 30),
                    "timeout": optional("number", 5),
                    "healthy_threshold": optional("number", 5),
                    "unhealthy_threshold": optional("number", 2),
                }
            ),
        }
    )
)
ROUTES = map_of(
    object_of(
        {
            "priority": "number",
            "target_group": "string",
            "hosts": optional(list_of("string"), []),
            "paths": optional(list_of("string"), []),
        }
    )
)


class Alb(Module):
    """An application load balancer that routes by host and path.

    With a certificate it redirects HTTP to HTTPS; without one it serves HTTP, which has to be said (`https = false`).
    Routes have explicit priorities, so that a new one moves no other. Target groups are named after what forces their
    replacement: the successor exists beside its predecessor, and a listener can change over.

    The security group lets the world in on the listeners' ports and nothing out: each service module adds the one rule
    that leads to it.
    """

    example: ClassVar = {
        "name": "example-test",
        "vpc_id": "vpc-0123456789abcdef0",
        "subnet_ids": ["subnet-0123456789abcdef0", "subnet-0fedcba9876543210"],
        "access_logs_bucket": "example-test-logs-123456789012-us-west-2",
        "certificate_arn": "arn:aws:acm:us-west-2:123456789012:certificate/12345678-1234-1234-1234-123456789012",
        "target_groups": {"web": {"port": 80, "health_check": {"path": "/"}}},
        "routes": {"web": {"priority": 100, "target_group": "web", "hosts": ["example.com"]}},
    }

    name = name_variable(32, reason="AWS's limit for load balancers")
    vpc_id = Variable("string", "ID of the VPC.")
    subnet_ids = Variable(
        list_of("string"),
        "Subnets of the load balancer, in at least two zones.",
        checks=lambda v: [(fn.length(v) >= 2, "subnet_ids must name at least two subnets.")],
    )
    internal = Variable("bool", "Whether only the VPC can reach it.", default=False)
    ingress_cidrs = Variable(
        set_of("string"),
        "IPv4 ranges that may connect.",
        default=["0.0.0.0/0"],
        checks=lambda v: [
            (
                every(v, lambda cidr: fn.can(fn.cidrnetmask(cidr)), names=("cidr",)),
                "ingress_cidrs must be IPv4 ranges such as 0.0.0.0/0.",
            )
        ],
    )
    https = Variable("bool", "Whether to serve HTTPS and redirect HTTP to it.", default=True)
    certificate_arn = Variable("string", "Certificate that covers every host of the routes.", default=None)
    tls_policy = Variable(
        "string",
        "TLS versions and ciphers that clients may use.",
        default=TLS_POLICIES[0],
        checks=lambda v: [one_of("tls_policy", v, TLS_POLICIES)],
    )
    idle_timeout = Variable(
        "number",
        "Seconds without a byte after which a connection is closed; more than the slowest answer takes.",
        default=60,
        checks=lambda v: [between("idle_timeout", v, 1, 4000)],
    )
    access_logs_bucket = Variable("string", "Bucket for the access logs; null keeps none.", default=None)
    target_groups = Variable(
        TARGET_GROUPS,
        "Groups of tasks by name: port, health check (seconds) and seconds to finish requests of a leaving task.",
        default={},
        checks=lambda v: [
            (
                every(v, lambda _, g: g.health_check.timeout < g.health_check.interval, names=("_", "group")),
                "the health checks of target_groups must have a timeout that is less than their interval.",
            )
        ],
    )
    routes = Variable(
        ROUTES,
        "Where requests go, by name: the first route whose hosts and paths match; an empty list matches all.",
        default={},
        checks=lambda v: [
            (
                every(v, lambda _, route: fn.length(fn.concat(route.hosts, route.paths)) > 0, names=("_", "route")),
                "each of routes must have hosts or paths; use default_target_group for what matches no route.",
            ),
            (
                every(v, lambda _, route: fn.length(fn.concat(route.hosts, route.paths)) <= 5, names=("_", "route")),
                "each of routes may have 5 hosts and paths together: AWS takes no more for a rule.",
            ),
            (
                fn.length(fn.distinct(Expr("[for route in var.routes : route.priority]"))) == fn.length(v),
                "each of routes must have a priority of its own.",
            ),
            (
                every(
                    v,
                    lambda _, route: fn.contains(fn.keys(Expr("var.target_groups")), route.target_group),
                    names=("_", "route"),
                ),
                "each of routes must name one of target_groups.",
            ),
        ],
    )
    default_target_group = Variable("string", "Target group of what matches no route; null answers 404.", default=None)
    allow_destroy = allow_destroy_variable()
    tags = tags_variable()

    def build(self) -> None:
        group = self.security_group()
        load_balancer = Lb(
            self,
            "this",
            name=self.name,
            internal=self.internal,
            load_balancer_type="application",
            security_groups=[group.id],
            subnets=self.subnet_ids,
            idle_timeout=self.idle_timeout,
            drop_invalid_header_fields=True,
            enable_deletion_protection=~self.allow_destroy,
            access_logs=Dynamic(
                (self.access_logs_bucket == null).then([], ["on"]),
                lambda _: {"bucket": self.access_logs_bucket, "enabled": True},
            ),
            tags=self.tags,
        )
        with self.file("target_groups"):
            targets = self.target_group_resources()
        with self.file("listeners"):
            listening = self.listeners(load_balancer, targets)
        self.output("arn", load_balancer.arn, "ARN of the load balancer.")
        self.output("dns_name", load_balancer.dns_name, "Name that AWS gives the load balancer.")
        self.output("zone_id", load_balancer.zone_id, "Hosted zone of that name, for alias records.")
        self.output("security_group_id", group.id, "Security group of the load balancer.")
        self.output(
            "target_group_arns",
            for_map(targets, lambda name, t: (name, t.arn), names=("name", "target")),
            "ARNs of the target groups by name, once the listeners use them: ECS takes no other.",
            depends_on=listening,
        )

    def security_group(self) -> SecurityGroup:
        group = SecurityGroup(
            self,
            "this",
            name=f"{self.name}-alb",
            description=f"Load balancer {self.name}",
            vpc_id=self.vpc_id,
            tags=self.tags,
        )
        for port, scheme, wanted in ((80, "http", Expr("true")), (443, "https", self.https)):
            VpcSecurityGroupIngressRule(
                self,
                scheme,
                for_each=self.ingress_cidrs if port == 80 else wanted.then(self.ingress_cidrs, fn.toset([])),
                security_group_id=group.id,
                description=f"{scheme.upper()} from clients",
                cidr_ipv4=each.value,
                ip_protocol="tcp",
                from_port=port,
                to_port=port,
            )
        return group

    def target_group_resources(self) -> LbTargetGroup:
        check = each.value.health_check
        suffix = fn.substr(fn.sha1(f"{each.key}-{each.value.port}"), 0, 5)
        return LbTargetGroup(
            self,
            "this",
            for_each=self.target_groups,
            name=f"{fn.trim(fn.substr(f'{self.name}-{each.key}', 0, 26), '-')}-{suffix}",
            port=each.value.port,
            protocol="HTTP",
            target_type="ip",
            vpc_id=self.vpc_id,
            deregistration_delay=each.value.deregistration_delay,
            health_check={
                "path": check.path,
                "matcher": check.success_codes,
                "interval": check.interval,
                "timeout": check.timeout,
                "healthy_threshold": check.healthy_threshold,
                "unhealthy_threshold": check.unhealthy_threshold,
            },
            stickiness={"type": "lb_cookie", "enabled": each.value.stickiness},
            tags=self.tags,
            lifecycle={"create_before_destroy": True},
            why="The name ends with a hash of what forces a replacement: the new group can exist beside the old.",
        )

    def listeners(self, load_balancer: Lb, targets: LbTargetGroup) -> tuple[LbListener, LbListener, LbListenerRule]:
        default = self.default_target_group
        action = self.local("default_action", (default == null).then("fixed-response", "forward"))
        target = self.local("default_target_group_arn", (default == null).then(null, targets[default].arn))
        answers_404 = Dynamic(
            (action == "fixed-response").then(["404"], []),
            lambda block: LbListenerDefaultActionFixedResponseBlock(
                content_type="text/plain", message_body="Not found", status_code=block.value
            ),
        )
        http = LbListener(
            self,
            "http",
            load_balancer_arn=load_balancer.arn,
            port=80,
            protocol="HTTP",
            default_action={
                "type": self.https.then("redirect", action),
                "target_group_arn": self.https.then(null, target),
                "redirect": Dynamic(
                    self.https.then(["HTTPS"], []),
                    lambda block: LbListenerDefaultActionRedirectBlock(
                        protocol=block.value, port="443", status_code="HTTP_301"
                    ),
                ),
                "fixed_response": Dynamic(
                    (~self.https & (action == "fixed-response")).then(["404"], []), answers_404.content
                ),
            },
            tags=self.tags,
        )
        https = LbListener(
            self,
            "https",
            count=self.https.then(1, 0),
            load_balancer_arn=load_balancer.arn,
            port=443,
            protocol="HTTPS",
            ssl_policy=self.tls_policy,
            certificate_arn=self.certificate_arn,
            default_action={"type": action, "target_group_arn": target, "fixed_response": answers_404},
            tags=self.tags,
            lifecycle={
                "precondition": [
                    {
                        "condition": self.certificate_arn != null,
                        "error_message": "HTTPS needs certificate_arn; set https = false to serve plain HTTP.",
                    }
                ]
            },
        )
        hosts, paths = each.value.hosts, each.value.paths
        rules = LbListenerRule(
            self,
            "this",
            for_each=self.routes,
            listener_arn=self.https.then(https.attribute_of_one("arn"), http.arn),
            priority=each.value.priority,
            action={"type": "forward", "target_group_arn": targets[each.value.target_group].arn},
            condition=[
                Dynamic(
                    (fn.length(hosts) > 0).then([hosts], []),
                    lambda block: LbListenerRuleConditionBlock(host_header={"values": block.value}),
                ),
                Dynamic(
                    (fn.length(paths) > 0).then([paths], []),
                    lambda block: LbListenerRuleConditionBlock(path_pattern={"values": block.value}),
                ),
            ],
            tags=self.tags,
        )
        return http, https, rules
