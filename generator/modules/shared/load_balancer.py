"""Types and rules of what a load balancer is told: target groups, routes, redirects and fixed responses.

The limits are those of AWS's API. Where the embedded AWS would let a value pass, the rules here do not.
"""

from __future__ import annotations

from collections.abc import Callable

from generator.bindings import functions as fn
from generator.hcl.expression import Expr, for_list, null
from generator.hcl.module import Check
from generator.hcl.type_constraint import list_of, map_of, object_of, optional
from generator.modules.shared.common import every, matches

TLS_POLICIES = ("ELBSecurityPolicy-TLS13-1-2-2021-06", "ELBSecurityPolicy-TLS13-1-3-2021-06")
DESYNC_MODES = ("monitor", "defensive", "strictest")
TARGET_TYPES = ("ip", "instance")
PROTOCOLS = ("HTTP", "HTTPS")
CONTENT_TYPES = ("text/plain", "text/css", "text/html", "application/javascript", "application/json")
REDIRECT_CODES = ("HTTP_301", "HTTP_302")
CERTIFICATE = "^arn:aws[a-z-]*:(acm|iam):"
WEB_ACL = "^arn:aws[a-z-]*:wafv2:[a-z0-9-]+:[0-9]{12}:regional/webacl/"
HOST_PATTERN = "^[A-Za-z0-9.*?-]*[.][A-Za-z*?]+$"
PATH_PATTERN = "^[/*][A-Za-z0-9_.$/~\"'@:+&*?-]*$"
CODES = "[2-4][0-9][0-9](-[2-4][0-9][0-9])?"
PORT = "([1-9][0-9]{0,3}|[1-5][0-9]{4}|6[0-4][0-9]{3}|65[0-4][0-9]{2}|655[0-2][0-9]|6553[0-5])"
MOST_VALUES, MOST_WILDCARDS = 5, 6

REDIRECT = object_of(
    {
        "host": optional("string"),
        "path": optional("string"),
        "port": optional("string"),
        "protocol": optional("string"),
        "query": optional("string"),
        "status_code": optional("string", "HTTP_301"),
    }
)
FIXED_RESPONSE = object_of(
    {
        "status_code": optional("string", "404"),
        "content_type": optional("string", "text/plain"),
        "message_body": optional("string"),
    }
)
RESPONSE_HEADERS = object_of(
    {
        "strict_transport_security": optional("string"),
        "content_security_policy": optional("string"),
        "x_content_type_options": optional("string"),
        "x_frame_options": optional("string"),
    }
)
TARGET_GROUPS = map_of(
    object_of(
        {
            "port": "number",
            "protocol": optional("string", "HTTP"),
            "target_type": optional("string", "ip"),
            "deregistration_delay": optional("number", 60),
            "slow_start": optional("number", 0),
            "stickiness": optional("bool", False),
            "stickiness_duration": optional("number", 86400),
            "stickiness_cookie": optional("string"),
            "health_check": object_of(
                {
                    "path": "string",
                    "port": optional("string", "traffic-port"),
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
            "target_group": optional("string"),
            "redirect": optional(REDIRECT),
            "fixed_response": optional(FIXED_RESPONSE),
            "hosts": optional(list_of("string"), []),
            "paths": optional(list_of("string"), []),
        }
    )
)


def target_group_checks(groups: Expr) -> list[Check]:
    def of_each(condition: Callable[[Expr], Expr]) -> Expr:
        return every(fn.values(groups), condition, names=("group",))

    def number(name: str, low: int, high: int, group: Callable[[Expr], Expr] = lambda g: g) -> Check:
        condition = of_each(lambda g: _within(getattr(group(g), name), low, high))
        of = "the health checks of target_groups" if group is health_check else "target_groups"
        return condition, f"{of} must have {name} from {low} to {high}."

    def health_check(group: Expr) -> Expr:
        return group.health_check

    return [
        (
            every(fn.keys(groups), lambda name: matches("^[a-zA-Z0-9-]+$", name), names=("name",)),
            "target_groups must have names of letters, digits and hyphens.",
        ),
        number("port", 1, 65535),
        (
            of_each(lambda g: fn.contains(list(PROTOCOLS), g.protocol)),
            f"target_groups must have a protocol of {' or '.join(PROTOCOLS)}.",
        ),
        (
            of_each(lambda g: fn.contains(list(TARGET_TYPES), g.target_type)),
            f"target_groups must have a target_type of {' or '.join(TARGET_TYPES)}.",
        ),
        number("deregistration_delay", 0, 3600),
        (
            of_each(lambda g: (g.slow_start == 0) | _within(g.slow_start, 30, 900)),
            "target_groups must have a slow_start from 30 to 900, or 0 for none.",
        ),
        number("stickiness_duration", 1, 604800),
        (
            of_each(
                lambda g: (
                    (g.stickiness_cookie == null)
                    | (g.stickiness & matches("^[A-Za-z0-9!#$&'*+.^_`|~-]+$", g.stickiness_cookie))
                )
            ),
            "target_groups may have a stickiness_cookie, the name of the targets' own, only with stickiness.",
        ),
        (
            of_each(lambda g: ~fn.startswith(fn.coalesce(g.stickiness_cookie, "none"), "AWSALB")),
            "target_groups must have a stickiness_cookie that does not begin with AWSALB: AWS keeps those names.",
        ),
        (
            of_each(lambda g: fn.startswith(g.health_check.path, "/") & (fn.length(g.health_check.path) <= 1024)),
            "the health checks of target_groups must have a path that begins with /, of 1024 characters at most.",
        ),
        (
            of_each(lambda g: matches(f"^(traffic-port|{PORT})$", g.health_check.port)),
            "the health checks of target_groups must have a port from 1 to 65535, or traffic-port.",
        ),
        (
            of_each(lambda g: matches(f"^{CODES}(,{CODES})*$", g.health_check.success_codes)),
            "the health checks of target_groups must have success_codes such as 200, 200-299 or 200,302.",
        ),
        number("interval", 5, 300, health_check),
        number("timeout", 2, 120, health_check),
        number("healthy_threshold", 2, 10, health_check),
        number("unhealthy_threshold", 2, 10, health_check),
        (
            every(groups, lambda _, g: g.health_check.timeout < g.health_check.interval, names=("_", "group")),
            "the health checks of target_groups must have a timeout that is less than their interval.",
        ),
    ]


def route_checks(routes: Expr) -> list[Check]:
    def of_each(condition: Callable[[Expr], Expr]) -> Expr:
        return every(routes, lambda _, route: condition(route), names=("_", "route"))

    def wildcards(route: Expr) -> Expr:
        return fn.length(fn.regexall("[*?]", fn.join("", fn.concat(route.hosts, route.paths))))

    redirects = for_list(routes, lambda _, r: r.redirect, names=("_", "route"), when=lambda _, r: r.redirect != null)
    responses = for_list(
        routes, lambda _, r: r.fixed_response, names=("_", "route"), when=lambda _, r: r.fixed_response != null
    )
    return [
        (
            of_each(lambda route: fn.length(fn.concat(route.hosts, route.paths)) > 0),
            "each of routes must have hosts or paths; use default_target_group for what matches no route.",
        ),
        (
            of_each(lambda route: fn.length(fn.concat(route.hosts, route.paths)) <= MOST_VALUES),
            "each of routes may have 5 hosts and paths together: AWS takes no more for a rule.",
        ),
        (
            of_each(lambda route: wildcards(route) <= MOST_WILDCARDS),
            "each of routes may have 6 wildcards in all its hosts and paths: AWS takes no more for a rule.",
        ),
        (
            of_each(
                lambda route: every(
                    route.hosts, lambda h: matches(HOST_PATTERN, h) & (fn.length(h) <= 128), names=("host",)
                )
            ),
            "hosts of each of routes must be names such as www.example.com or *.example.com, without a port.",
        ),
        (
            of_each(
                lambda route: every(
                    route.paths, lambda p: matches(PATH_PATTERN, p) & (fn.length(p) <= 128), names=("path",)
                )
            ),
            "paths of each of routes must be patterns such as /api/*, beginning with / or *.",
        ),
        (
            of_each(lambda route: _within(route.priority, 1, 50000) & (fn.floor(route.priority) == route.priority)),
            "each of routes must have a priority from 1 to 50000, a whole number.",
        ),
        (
            fn.length(fn.distinct(Expr("[for route in var.routes : route.priority]"))) == fn.length(routes),
            "each of routes must have a priority of its own.",
        ),
        (
            of_each(lambda route: fn.length(_given([route.target_group, route.redirect, route.fixed_response])) == 1),
            "each of routes must have one of target_group, redirect and fixed_response.",
        ),
        (
            of_each(
                lambda route: (
                    (route.target_group == null)
                    | fn.contains(fn.keys(Expr("var.target_groups")), fn.coalesce(route.target_group, "none"))
                )
            ),
            "each of routes must name one of target_groups.",
        ),
        *redirect_checks("redirect of each of routes", redirects),
        *fixed_response_checks("fixed_response of each of routes", responses),
    ]


def redirect_checks(of: str, redirects: Expr) -> list[Check]:
    """What must hold of each of the list *redirects*; null leaves a part of the URL as it is."""

    def of_each(condition: Callable[[Expr], Expr]) -> Expr:
        return every(redirects, condition, names=("redirect",))

    def whole(value: Expr, pattern: str) -> Expr:
        return (value == null) | (matches(pattern, value) & (fn.length(fn.coalesce(value, "none")) <= 128))

    own_port = Expr("var.https").then("443", "80")
    return [
        (
            of_each(
                lambda r: (
                    (fn.coalesce(r.host, "#{host}") != "#{host}")
                    | (fn.coalesce(r.path, "/#{path}") != "/#{path}")
                    | ~fn.contains(["#{port}", own_port], fn.coalesce(r.port, "#{port}"))
                )
            ),
            f"{of} must change the host, the path or the port: AWS refuses one that leads to itself.",
        ),
        (
            of_each(lambda r: whole(r.path, "^/") & whole(r.query, "^[^?]") & whole(r.host, "^[^/]+$")),
            f"{of} must have a path that begins with /, a query without its ?, a host alone; 128 characters at most.",
        ),
        (
            of_each(
                lambda r: (
                    whole(r.port, f"^(#[{{]port[}}]|{PORT})$") & whole(r.protocol, "^(HTTP|HTTPS|#[{]protocol[}])$")
                )
            ),
            f"{of} must have a port from 1 to 65535 and a protocol of HTTP or HTTPS.",
        ),
        (
            of_each(lambda r: fn.contains(list(REDIRECT_CODES), r.status_code)),
            f"{of} must have a status_code of {' or '.join(REDIRECT_CODES)}.",
        ),
    ]


def fixed_response_checks(of: str, responses: Expr) -> list[Check]:
    """What must hold of each of the list *responses*."""

    def of_each(condition: Callable[[Expr], Expr]) -> Expr:
        return every(responses, condition, names=("response",))

    return [
        (
            of_each(lambda r: matches("^[245][0-9][0-9]$", r.status_code)),
            f"{of} must have a status_code of 2XX, 4XX or 5XX.",
        ),
        (
            of_each(lambda r: fn.contains(list(CONTENT_TYPES), r.content_type)),
            f"{of} must have a content_type of {', '.join(CONTENT_TYPES)}.",
        ),
        (
            of_each(lambda r: fn.length(fn.coalesce(r.message_body, "none")) <= 1024),
            f"{of} must have a message_body of 1024 characters at most.",
        ),
    ]


def response_header_checks(headers: Expr) -> list[Check]:
    hsts = headers.strict_transport_security
    policy = headers.content_security_policy
    return [
        (
            (hsts == null) | matches("^max-age=[0-9]+(; includeSubDomains)?(; preload)?$", hsts),
            "strict_transport_security must be such as max-age=31536000; includeSubDomains.",
        ),
        (
            (hsts == null) | Expr("var.https"),
            "strict_transport_security needs https: browsers ignore the header over plain HTTP.",
        ),
        (
            (policy == null) | (matches("^[ -~]+$", policy) & (fn.length(fn.coalesce(policy, "none")) <= 1024)),
            "content_security_policy must be 1 to 1024 characters of ASCII.",
        ),
        (
            fn.coalesce(headers.x_content_type_options, "nosniff") == "nosniff",
            "x_content_type_options must be nosniff.",
        ),
        (
            fn.contains(["DENY", "SAMEORIGIN"], fn.coalesce(headers.x_frame_options, "DENY")),
            "x_frame_options must be DENY or SAMEORIGIN.",
        ),
    ]


def one_default_action(*actions: Expr) -> Check:
    names = [action.code.removeprefix("var.") for action in actions]
    return (
        fn.length(_given(actions)) <= 1,
        f"{', '.join(names[:-1])} and {names[-1]} exclude each other: give one at most.",
    )


def _within(value: Expr, low: int, high: int) -> Expr:
    return (value >= low) & (value <= high)


def _given(values: object) -> Expr:
    return for_list(values, lambda value: value, names=("given",), when=lambda value: value != null)
