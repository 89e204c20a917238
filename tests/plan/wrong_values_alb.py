"""What the load balancer refuses."""

from __future__ import annotations

from generator.modules.alb import Alb
from tests.plan.wrong_values import WrongCall, bad_name

ROUTE = {"priority": 1, "target_group": "web", "hosts": ["example.com"]}
CERTIFICATE = Alb.example["certificate_arn"]
CHECKS = "the health checks of target_groups must have"
SLOW_CHECK = f"{CHECKS} a timeout that is less than their interval."
COOKIE = "target_groups may have a stickiness_cookie, the name of the targets' own, only with stickiness."
ONE_DEFAULT = "default_target_group, default_redirect and default_fixed_response exclude each other: give one at most."
ASSOCIATION = "associate_web_acl and web_acl_arn go together: give both or neither."
WEB_ACL = "arn:aws:wafv2:us-west-2:123456789012:regional/webacl/example/0123"
DIFFERENT = "additional_certificate_arns must differ from each other and from certificate_arn."


def to_itself(of: str) -> str:
    return f"{of} must change the host, the path or the port: AWS refuses one that leads to itself."


def bad_redirect(of: str) -> tuple[str, ...]:
    return (
        f"{of} must have a path that begins with /, a query without its ?, a host alone; 128 characters at most.",
        f"{of} must have a port from 1 to 65535 and a protocol of HTTP or HTTPS.",
        f"{of} must have a status_code of HTTP_301 or HTTP_302.",
    )


def bad_fixed_response(of: str) -> tuple[str, ...]:
    return (
        f"{of} must have a status_code of 2XX, 4XX or 5XX.",
        f"{of} must have a content_type of text/plain, text/css, text/html, application/javascript, application/json.",
        f"{of} must have a message_body of 1024 characters at most.",
    )


def web(**group: object) -> dict[str, object]:
    return {**Alb.example, "target_groups": {"web": {"port": 80, "health_check": {"path": "/"}, **group}}}


def routed(**routes: object) -> dict[str, object]:
    return {**Alb.example, "routes": routes}


VALIDATIONS = {
    "alb_all": WrongCall(
        "alb",
        {
            **Alb.example,
            "name": "a" * 33,
            "subnet_ids": ["subnet-0123456789abcdef0"],
            "ingress_cidrs": ["0.0.0.0/0", "everyone"],
            "additional_certificate_arns": {"other": "certificate"},
            "tls_policy": "ELBSecurityPolicy-2016-08",
            "idle_timeout": 4001,
            "desync_mitigation_mode": "off",
            "response_headers": {
                "strict_transport_security": "for ever",
                "content_security_policy": "a" * 1025,
                "x_content_type_options": "sniff",
                "x_frame_options": "ALLOW",
            },
            "web_acl_arn": "arn:aws:wafv2:us-east-1:123456789012:global/webacl/example/0123",
        },
        (
            bad_name(32),
            "subnet_ids must name subnets in two availability zones or more.",
            "ingress_cidrs must be IPv4 ranges such as 0.0.0.0/0.",
            "additional_certificate_arns must be ARNs of ACM or IAM certificates.",
            "tls_policy must be one of ELBSecurityPolicy-TLS13-1-2-2021-06, ELBSecurityPolicy-TLS13-1-3-2021-06.",
            "idle_timeout must be from 1 to 4000.",
            "desync_mitigation_mode must be one of monitor, defensive, strictest.",
            "strict_transport_security must be such as max-age=31536000; includeSubDomains.",
            "content_security_policy must be 1 to 1024 characters of ASCII.",
            "x_content_type_options must be nosniff.",
            "x_frame_options must be DENY or SAMEORIGIN.",
            "web_acl_arn must be the ARN of a regional web ACL of WAFv2.",
        ),
    ),
    "alb_policy_of_two_lines": WrongCall(
        "alb",
        {**Alb.example, "response_headers": {"content_security_policy": "default-src 'self';\nimg-src *"}},
        ("content_security_policy must be 1 to 1024 characters of ASCII.",),
    ),
    "alb_never_idle": WrongCall("alb", {**Alb.example, "idle_timeout": 0}, ("idle_timeout must be from 1 to 4000.",)),
    "alb_target_group": WrongCall(
        "alb",
        {
            **Alb.example,
            "target_groups": {
                "web_1": {
                    "port": 65536,
                    "protocol": "TCP",
                    "target_type": "lambda",
                    "deregistration_delay": 3601,
                    "slow_start": 29,
                    "stickiness_duration": 604801,
                    "stickiness_cookie": "AWSALBAPP",
                    "health_check": {
                        "path": "health",
                        "port": "65536",
                        "success_codes": "100-199",
                        "interval": 301,
                        "timeout": 121,
                        "healthy_threshold": 11,
                        "unhealthy_threshold": 11,
                    },
                }
            },
        },
        (
            "target_groups must have names of letters, digits and hyphens.",
            "target_groups must have port from 1 to 65535.",
            "target_groups must have a protocol of HTTP or HTTPS.",
            "target_groups must have a target_type of ip or instance.",
            "target_groups must have deregistration_delay from 0 to 3600.",
            "target_groups must have a slow_start from 30 to 900, or 0 for none.",
            "target_groups must have stickiness_duration from 1 to 604800.",
            COOKIE,
            "target_groups must have a stickiness_cookie that does not begin with AWSALB: AWS keeps those names.",
            f"{CHECKS} a path that begins with /, of 1024 characters at most.",
            f"{CHECKS} a port from 1 to 65535, or traffic-port.",
            f"{CHECKS} success_codes such as 200, 200-299 or 200,302.",
            f"{CHECKS} interval from 5 to 300.",
            f"{CHECKS} timeout from 2 to 120.",
            f"{CHECKS} healthy_threshold from 2 to 10.",
            f"{CHECKS} unhealthy_threshold from 2 to 10.",
        ),
    ),
    "alb_target_group_too_small": WrongCall(
        "alb",
        web(
            port=0,
            deregistration_delay=-1,
            slow_start=901,
            stickiness_duration=0,
            health_check={
                "path": f"/{'a' * 1024}",
                "port": "0",
                "interval": 4,
                "timeout": 1,
                "healthy_threshold": 1,
                "unhealthy_threshold": 1,
            },
        ),
        (
            "target_groups must have port from 1 to 65535.",
            "target_groups must have deregistration_delay from 0 to 3600.",
            "target_groups must have a slow_start from 30 to 900, or 0 for none.",
            "target_groups must have stickiness_duration from 1 to 604800.",
            f"{CHECKS} a path that begins with /, of 1024 characters at most.",
            f"{CHECKS} a port from 1 to 65535, or traffic-port.",
            f"{CHECKS} interval from 5 to 300.",
            f"{CHECKS} timeout from 2 to 120.",
            f"{CHECKS} healthy_threshold from 2 to 10.",
            f"{CHECKS} unhealthy_threshold from 2 to 10.",
        ),
    ),
    "alb_slow_check": WrongCall("alb", web(health_check={"path": "/", "interval": 5, "timeout": 5}), (SLOW_CHECK,)),
    "alb_cookie_with_a_blank": WrongCall("alb", web(stickiness=True, stickiness_cookie="a b"), (COOKIE,)),
    "alb_routes": WrongCall(
        "alb",
        routed(
            everything={"priority": 1, "target_group": "web"},
            same=ROUTE,
            long={
                **ROUTE,
                "priority": 2,
                "hosts": ["a.example.com", "b.example.com"],
                "paths": ["/1", "/2", "/3", "/4"],
            },
            wild={**ROUTE, "priority": 3, "hosts": ["*.*.example.com"], "paths": ["/*/*/*/??"]},
            port={**ROUTE, "priority": 4, "hosts": ["example.com:8080"]},
            late={**ROUTE, "priority": 50001},
            relative={**ROUTE, "priority": 6, "paths": ["api/*"]},
            idle={"priority": 7, "hosts": ["example.com"]},
        ),
        (
            "each of routes must have hosts or paths; use default_target_group for what matches no route.",
            "each of routes may have 5 hosts and paths together: AWS takes no more for a rule.",
            "each of routes may have 6 wildcards in all its hosts and paths: AWS takes no more for a rule.",
            "hosts of each of routes must be names such as www.example.com or *.example.com, without a port.",
            "paths of each of routes must be patterns such as /api/*, beginning with / or *.",
            "each of routes must have a priority from 1 to 50000, a whole number.",
            "each of routes must have a priority of its own.",
            "each of routes must have one of target_group, redirect and fixed_response.",
        ),
    ),
    "alb_routes_to_two": WrongCall(
        "alb",
        routed(web={**ROUTE, "redirect": {"host": "example.org"}}),
        ("each of routes must have one of target_group, redirect and fixed_response.",),
    ),
    "alb_between_priorities": WrongCall(
        "alb",
        routed(web={**ROUTE, "priority": 1.5}),
        ("each of routes must have a priority from 1 to 50000, a whole number.",),
    ),
    "alb_long_patterns": WrongCall(
        "alb",
        routed(web={**ROUTE, "hosts": [f"{'a' * 125}.com"], "paths": [f"/{'a' * 128}"]}),
        (
            "hosts of each of routes must be names such as www.example.com or *.example.com, without a port.",
            "paths of each of routes must be patterns such as /api/*, beginning with / or *.",
        ),
    ),
    "alb_route_actions": WrongCall(
        "alb",
        routed(
            moved={
                "priority": 1,
                "hosts": ["example.com"],
                "redirect": {"path": "new", "protocol": "FTP", "status_code": "HTTP_307"},
            },
            closed={
                "priority": 2,
                "hosts": ["example.com"],
                "fixed_response": {"status_code": "302", "content_type": "image/png", "message_body": "a" * 1025},
            },
        ),
        (*bad_redirect("redirect of each of routes"), *bad_fixed_response("fixed_response of each of routes")),
    ),
    "alb_redirect": WrongCall(
        "alb",
        {
            **Alb.example,
            "default_redirect": {"host": "https://example.org", "query": "?a=b", "port": "0", "status_code": "302"},
        },
        bad_redirect("default_redirect"),
    ),
    "alb_fixed_response": WrongCall(
        "alb",
        {
            **Alb.example,
            "default_fixed_response": {"status_code": "99", "content_type": "text/xml", "message_body": "a" * 1025},
        },
        bad_fixed_response("default_fixed_response"),
    ),
}
# Each value that a check is about is written out: the error then names this call's file.
COMPARISONS = {
    "alb_route_nowhere": WrongCall(
        "alb",
        routed(web={**ROUTE, "target_group": "absent"}),
        ("each of routes must name one of target_groups.",),
    ),
    "alb_route_to_itself": WrongCall(
        "alb",
        routed(moved={"priority": 1, "hosts": ["example.com"], "redirect": {"protocol": "HTTPS", "port": "443"}}),
        (to_itself("redirect of each of routes"),),
    ),
    "alb_default_to_itself": WrongCall(
        "alb",
        {
            **Alb.example,
            "https": False,
            "default_redirect": {"host": "#{host}", "path": "/#{path}", "port": "80", "query": "a=b"},
        },
        (to_itself("default_redirect"),),
    ),
    "alb_default_nowhere": WrongCall(
        "alb",
        {**Alb.example, "default_target_group": "absent"},
        ("default_target_group must be one of target_groups.",),
    ),
    "alb_two_defaults": WrongCall(
        "alb",
        {**Alb.example, "default_target_group": "web", "default_redirect": {"host": "example.org"}},
        (ONE_DEFAULT,),
    ),
    "alb_two_answers": WrongCall(
        "alb",
        {
            **Alb.example,
            "default_target_group": None,
            "default_redirect": {"host": "example.org"},
            "default_fixed_response": {},
        },
        (ONE_DEFAULT,),
    ),
    "alb_logs_nowhere": WrongCall(
        "alb",
        {**Alb.example, "access_logs": True, "access_logs_bucket": None},
        ("access_logs needs access_logs_bucket; set access_logs = false to keep none.",),
    ),
    "alb_headers_over_http": WrongCall(
        "alb",
        {**Alb.example, "https": False, "response_headers": {"strict_transport_security": "max-age=1"}},
        ("strict_transport_security needs https: browsers ignore the header over plain HTTP.",),
    ),
    "alb_certificates_over_http": WrongCall(
        "alb",
        {
            **Alb.example,
            "https": False,
            "certificate_arn": None,
            "additional_certificate_arns": {"other": CERTIFICATE},
        },
        ("additional_certificate_arns need https: nothing else listens with a certificate.",),
    ),
    "alb_certificate_again": WrongCall(
        "alb", {**Alb.example, "additional_certificate_arns": {"other": CERTIFICATE}}, (DIFFERENT,)
    ),
    "alb_certificate_twice": WrongCall(
        "alb",
        {**Alb.example, "additional_certificate_arns": {"a": f"{CERTIFICATE}a", "b": f"{CERTIFICATE}a"}},
        (DIFFERENT,),
    ),
    "alb_no_web_acl": WrongCall("alb", {**Alb.example, "associate_web_acl": True}, (ASSOCIATION,)),
    "alb_idle_web_acl": WrongCall(
        "alb", {**Alb.example, "associate_web_acl": False, "web_acl_arn": WEB_ACL}, (ASSOCIATION,)
    ),
}
PRECONDITIONS = {
    "alb_without_certificate": WrongCall(
        "alb",
        {**Alb.example, "certificate_arn": None},
        ("HTTPS needs certificate_arn; set https = false to serve plain HTTP.",),
    ),
}
