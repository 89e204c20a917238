"""The load balancer of an environment."""

from __future__ import annotations

from typing import ClassVar

from generator.bindings import functions as fn
from generator.bindings.ec2 import SecurityGroup, VpcSecurityGroupIngressRule
from generator.bindings.elb import (
    Lb,
    LbListener,
    LbListenerCertificate,
    LbListenerDefaultActionFixedResponseBlock,
    LbListenerDefaultActionRedirectBlock,
    LbListenerRule,
    LbListenerRuleActionFixedResponseBlock,
    LbListenerRuleActionRedirectBlock,
    LbListenerRuleConditionBlock,
    LbTargetGroup,
)
from generator.bindings.wafv2 import Wafv2WebAclAssociation
from generator.hcl.dynamic import Dynamic
from generator.hcl.expression import Expr, each, for_map, null
from generator.modules.shared.common import present
from generator.modules.shared.load_balancer_variables import LoadBalancerVariables

REDIRECTS = "Port 80 redirects to HTTPS, unless the caller says https = false."
SKIPS = {
    "CKV2_AWS_20": REDIRECTS,
    "CKV2_AWS_28": "A web ACL is billed by rule and request, and is the caller's: associate_web_acl attaches it.",
    "CKV2_AWS_76": "Rules against Log4j are in the web ACL, which is the caller's: associate_web_acl attaches it.",
    "CKV_AWS_150": "On, until the operator applies allow_destroy.",
}


class Alb(LoadBalancerVariables):
    """An application load balancer that routes by host and path.

    With a certificate it redirects HTTP to HTTPS; without one it serves HTTP, which has to be said (`https = false`).
    Further certificates are keyed, so that one more host moves no other. It cannot be deleted until `allow_destroy` is
    applied, and it writes an access log unless `access_logs = false`.

    Routes have explicit priorities, so that a new one moves no other. Each forwards to a target group, redirects or
    answers by itself; what matches none gets the default action, which is 404.

    Target groups are named after what forces their replacement: the successor exists beside its predecessor, a listener
    changes over, and only then the old group goes. Groups of type `ip` are for Fargate and awsvpc tasks, those of type
    `instance` for tasks that publish a port of their host.

    The security group lets clients in on the listeners' ports and nothing out: each service module adds the one rule
    that leads to it.

    `response_headers` are off at first. They replace what targets say, and browsers remember
    `strict_transport_security` for its `max-age`, whatever happens to the load balancer meanwhile. The provider does
    not unset a header that is taken out again: to end it, give `max-age=0`, or a value that says less.
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
            drop_invalid_header_fields=self.drop_invalid_header_fields,
            desync_mitigation_mode=self.desync_mitigation_mode,
            enable_deletion_protection=~self.allow_destroy,
            # A block that is taken out leaves the logs on: the provider ignores its absence.
            access_logs={"bucket": self.access_logs.then(self.access_logs_bucket, ""), "enabled": self.access_logs},
            tags=self.tags,
            skip=SKIPS,
        )
        Wafv2WebAclAssociation(
            self,
            "this",
            count=self.associate_web_acl.then(1, 0),
            resource_arn=load_balancer.arn,
            web_acl_arn=self.web_acl_arn,
        )
        with self.file("target_groups"):
            targets = self.target_group_resources()
        with self.file("listeners"):
            http, https = self.listeners(load_balancer, targets)
            listener = self.local("listener_arn", self.https.then(https.attribute_of_one("arn"), http.arn))
        with self.file("routes"):
            rules = self.rules(listener, targets)
        self.output("arn", load_balancer.arn, "ARN of the load balancer.")
        self.output("dns_name", load_balancer.dns_name, "Name that AWS gives the load balancer.")
        self.output("zone_id", load_balancer.zone_id, "Hosted zone of that name, for alias records.")
        self.output("security_group_id", group.id, "Security group of the load balancer.")
        self.output("listener_arn", listener, "ARN of the listener that serves: of HTTPS, or of HTTP without it.")
        self.output(
            "target_group_arns",
            for_map(targets, lambda name, t: (name, t.arn), names=("name", "target")),
            "ARNs of the target groups by name, once the listeners use them: ECS takes no other.",
            depends_on=(http, https, rules),
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
                skip={"CKV_AWS_260": "Browsers ask on port 80 first, and are redirected."} if port == 80 else {},
            )
            VpcSecurityGroupIngressRule(
                self,
                f"{scheme}_from_group",
                for_each=self.ingress_security_groups if port == 80 else wanted.then(self.ingress_security_groups, {}),
                security_group_id=group.id,
                description=f"{scheme.upper()} from {each.key}",
                referenced_security_group_id=each.value,
                ip_protocol="tcp",
                from_port=port,
                to_port=port,
                skip={"CKV_AWS_260": "One security group may connect, no range of addresses."} if port == 80 else {},
            )
        return group

    def target_group_resources(self) -> LbTargetGroup:
        group = each.value
        check = group.health_check
        whole = f"{self.name}-{each.key}"
        identity = fn.concat(
            [each.key, fn.tostring(group.port)],
            (group.target_type == "ip").then([], [group.target_type]),
            (group.protocol == "HTTP").then([], [group.protocol]),
            (fn.length(whole) > 26).then([self.name], []),
        )
        suffix = fn.substr(fn.sha1(fn.join("-", identity)), 0, 5)
        return LbTargetGroup(
            self,
            "this",
            for_each=self.target_groups,
            skip={"CKV_AWS_378": "HTTP inside the VPC unless the caller says HTTPS: the load balancer ends TLS."},
            name=f"{fn.trim(fn.substr(whole, 0, 26), '-')}-{suffix}",
            port=group.port,
            protocol=group.protocol,
            target_type=group.target_type,
            vpc_id=self.vpc_id,
            deregistration_delay=group.deregistration_delay,
            slow_start=group.slow_start,
            health_check={
                "path": check.path,
                "port": check.port,
                "protocol": group.protocol,
                "matcher": check.success_codes,
                "interval": check.interval,
                "timeout": check.timeout,
                "healthy_threshold": check.healthy_threshold,
                "unhealthy_threshold": check.unhealthy_threshold,
            },
            stickiness={
                "type": (group.stickiness_cookie == null).then("lb_cookie", "app_cookie"),
                "cookie_name": group.stickiness_cookie,
                "cookie_duration": group.stickiness_duration,
                "enabled": group.stickiness,
            },
            tags=self.tags,
            lifecycle={"create_before_destroy": True},
            why="The name ends with a hash of what forces a replacement, and of a name that is cut.",
        )

    def listeners(self, load_balancer: Lb, targets: LbTargetGroup) -> tuple[LbListener, LbListener]:
        default, headers = self.default_target_group, self.response_headers
        redirects = self.local("default_redirects", present(self.default_redirect))
        answers = self.local(
            "default_fixed_responses",
            ((default == null) & (self.default_redirect == null)).then(
                [
                    {
                        "status_code": fn.try_(self.default_fixed_response.status_code, "404"),
                        "content_type": fn.try_(self.default_fixed_response.content_type, "text/plain"),
                        "message_body": fn.try_(self.default_fixed_response.message_body, "Not found"),
                    }
                ],
                [],
            ),
        )
        action = self.local(
            "default_action",
            (default != null).then("forward", (self.default_redirect != null).then("redirect", "fixed-response")),
        )
        target = self.local("default_target_group_arn", (default == null).then(null, targets[default].arn))
        to_https = Dynamic(
            self.https.then(["HTTPS"], []),
            lambda block: LbListenerDefaultActionRedirectBlock(
                protocol=block.value, port="443", status_code="HTTP_301"
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
                "redirect": [to_https, Dynamic(self.https.then([], redirects), _redirect)],
                "fixed_response": Dynamic(self.https.then([], answers), _fixed_response),
            },
            routing_http_response_server_enabled=self.server_header,
            routing_http_response_content_security_policy_header_value=self.https.then(
                null, headers.content_security_policy
            ),
            routing_http_response_x_content_type_options_header_value=self.https.then(
                null, headers.x_content_type_options
            ),
            routing_http_response_x_frame_options_header_value=self.https.then(null, headers.x_frame_options),
            tags=self.tags,
            skip={"CKV_AWS_2": REDIRECTS, "CKV_AWS_103": REDIRECTS},
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
            default_action={
                "type": action,
                "target_group_arn": target,
                "redirect": Dynamic(redirects, _redirect),
                "fixed_response": Dynamic(answers, _fixed_response),
            },
            routing_http_response_server_enabled=self.server_header,
            routing_http_response_strict_transport_security_header_value=headers.strict_transport_security,
            routing_http_response_content_security_policy_header_value=headers.content_security_policy,
            routing_http_response_x_content_type_options_header_value=headers.x_content_type_options,
            routing_http_response_x_frame_options_header_value=headers.x_frame_options,
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
        LbListenerCertificate(
            self,
            "this",
            for_each=self.https.then(self.additional_certificate_arns, {}),
            listener_arn=https[0].arn,
            certificate_arn=each.value,
        )
        return http, https

    def rules(self, listener: Expr, targets: LbTargetGroup) -> LbListenerRule:
        route = each.value
        hosts, paths = route.hosts, route.paths
        kind = (route.target_group != null).then("forward", (route.redirect != null).then("redirect", "fixed-response"))
        return LbListenerRule(
            self,
            "this",
            for_each=self.routes,
            listener_arn=listener,
            priority=route.priority,
            action={
                "type": kind,
                "target_group_arn": (route.target_group == null).then(null, targets[route.target_group].arn),
                "redirect": Dynamic(
                    present(route.redirect),
                    lambda block: LbListenerRuleActionRedirectBlock(**_redirect(block)),
                ),
                "fixed_response": Dynamic(
                    present(route.fixed_response),
                    lambda block: LbListenerRuleActionFixedResponseBlock(**_fixed_response(block)),
                ),
            },
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


def _redirect(block: Expr) -> LbListenerDefaultActionRedirectBlock:
    to = block.value
    return {
        "host": to.host,
        "path": to.path,
        "port": to.port,
        "protocol": to.protocol,
        "query": to.query,
        "status_code": to.status_code,
    }


def _fixed_response(block: Expr) -> LbListenerDefaultActionFixedResponseBlock:
    answer = block.value
    return {
        "content_type": answer.content_type,
        "message_body": answer.message_body,
        "status_code": answer.status_code,
    }
