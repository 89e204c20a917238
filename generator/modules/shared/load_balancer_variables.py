"""The variables of the module `alb`, with what each must be."""

from __future__ import annotations

from generator.bindings import functions as fn
from generator.hcl.expression import Expr, null
from generator.hcl.module import Module, Variable
from generator.hcl.type_constraint import list_of, map_of, set_of
from generator.modules.shared import load_balancer as lb
from generator.modules.shared.common import (
    allow_destroy_variable,
    between,
    every,
    matches,
    name_variable,
    one_of,
    present,
    tags_variable,
)


class LoadBalancerVariables(Module):
    """What a caller says about a load balancer."""

    name = name_variable(32, reason="AWS's limit for load balancers")
    vpc_id = Variable("string", "ID of the VPC.")
    subnet_ids = Variable(
        list_of("string"),
        "Subnets of the load balancer, in two availability zones or more.",
        checks=lambda v: [(fn.length(v) >= 2, "subnet_ids must name subnets in two availability zones or more.")],
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
    ingress_security_groups = Variable(
        map_of("string"),
        "IDs of the security groups that may connect, by a name of each; set ingress_cidrs to [] for them alone.",
        default={},
    )
    https = Variable("bool", "Whether to serve HTTPS and redirect HTTP to it.", default=True)
    certificate_arn = Variable(
        "string",
        "Certificate that covers the hosts of the routes, but those of additional_certificate_arns.",
        default=None,
    )
    additional_certificate_arns = Variable(
        map_of("string"),
        "Further certificates by a name of each; a client gets the one that covers the host it asks for.",
        default={},
        checks=lambda v: [
            (
                every(fn.values(v), lambda arn: matches(lb.CERTIFICATE, arn), names=("arn",)),
                "additional_certificate_arns must be ARNs of ACM or IAM certificates.",
            ),
            (
                fn.length(fn.distinct(fn.concat(fn.values(v), fn.compact([Expr("var.certificate_arn")]))))
                == fn.length(v) + (Expr("var.certificate_arn") == null).then(0, 1),
                "additional_certificate_arns must differ from each other and from certificate_arn.",
            ),
            (
                (fn.length(v) == 0) | Expr("var.https"),
                "additional_certificate_arns need https: nothing else listens with a certificate.",
            ),
        ],
    )
    tls_policy = Variable(
        "string",
        "TLS versions and ciphers that clients may use.",
        default=lb.TLS_POLICIES[0],
        checks=lambda v: [one_of("tls_policy", v, lb.TLS_POLICIES)],
    )
    idle_timeout = Variable(
        "number",
        "Seconds without a byte after which a connection is closed; more than the slowest answer takes.",
        default=60,
        checks=lambda v: [between("idle_timeout", v, 1, 4000)],
    )
    access_logs = Variable(
        "bool",
        "Whether to write an access log to access_logs_bucket.",
        default=True,
        checks=lambda v: [
            (
                ~v | (Expr("var.access_logs_bucket") != null),
                "access_logs needs access_logs_bucket; set access_logs = false to keep none.",
            )
        ],
    )
    access_logs_bucket = Variable(
        "string", "Bucket for the access logs, whose policy admits the delivery of ELB.", default=None
    )
    drop_invalid_header_fields = Variable(
        "bool", "Whether headers with characters other than letters, digits and hyphens are dropped.", default=True
    )
    desync_mitigation_mode = Variable(
        "string",
        "What happens to requests that targets may read in another way (request smuggling).",
        default="defensive",
        checks=lambda v: [one_of("desync_mitigation_mode", v, lb.DESYNC_MODES)],
    )
    server_header = Variable("bool", "Whether the load balancer's own answers name its software.", default=True)
    response_headers = Variable(
        lb.RESPONSE_HEADERS,
        "Headers that every answer gets, in place of the targets' own; what is null stays theirs.",
        default={},
        checks=lb.response_header_checks,
    )
    target_groups = Variable(
        lb.TARGET_GROUPS,
        "Groups of targets by name: port, health check and, in seconds, how long a leaving target finishes requests, "
        "a new one warms up, and a client stays with its target.",
        default={},
        checks=lb.target_group_checks,
        file="variables_target_groups",
    )
    routes = Variable(
        lb.ROUTES,
        "Where requests go, by name: the first route whose hosts and paths match; an empty list matches all.",
        default={},
        checks=lb.route_checks,
        file="variables_routes",
    )
    default_target_group = Variable(
        "string",
        "Target group of what matches no route; without any default the answer is 404.",
        default=None,
        checks=lambda v: [
            (
                (v == null) | fn.contains(fn.keys(Expr("var.target_groups")), fn.coalesce(v, "none")),
                "default_target_group must be one of target_groups.",
            ),
            lb.one_default_action(v, Expr("var.default_redirect"), Expr("var.default_fixed_response")),
        ],
        file="variables_routes",
    )
    default_redirect = Variable(
        lb.REDIRECT,
        "Redirect of what matches no route; null leaves that part of the URL as it is.",
        default=None,
        checks=lambda v: lb.redirect_checks("default_redirect", present(v)),
        file="variables_routes",
    )
    default_fixed_response = Variable(
        lb.FIXED_RESPONSE,
        "Answer to what matches no route.",
        default=None,
        checks=lambda v: lb.fixed_response_checks("default_fixed_response", present(v)),
        file="variables_routes",
    )
    associate_web_acl = Variable(
        "bool",
        "Whether web_acl_arn is given: said apart, since Terraform must know it before the ARN exists.",
        default=False,
        checks=lambda v: [
            (
                v == (Expr("var.web_acl_arn") != null),
                "associate_web_acl and web_acl_arn go together: give both or neither.",
            )
        ],
    )
    web_acl_arn = Variable(
        "string",
        "Regional web ACL of AWS WAF that looks at every request first.",
        default=None,
        checks=lambda v: [
            ((v == null) | matches(lb.WEB_ACL, v), "web_acl_arn must be the ARN of a regional web ACL of WAFv2.")
        ],
    )
    allow_destroy = allow_destroy_variable()
    tags = tags_variable()
