"""What the module `bucket` takes besides its name: variables with what S3 refuses of them."""

from __future__ import annotations

from generator.bindings import functions as fn
from generator.hcl.expression import Expr, for_list, null
from generator.hcl.module import Check, Variable
from generator.hcl.type_constraint import map_of, object_of, optional, set_of
from generator.modules.shared.common import every, matches

# In the order in which objects may move.
STORAGE_CLASSES = ("STANDARD_IA", "INTELLIGENT_TIERING", "GLACIER_IR", "GLACIER", "DEEP_ARCHIVE")
METHODS = ("GET", "PUT", "POST", "DELETE", "HEAD")
# Beginnings and endings that S3 keeps for itself.
RESERVED = r"^(xn--|sthree-|amzn-s3-demo-)|(-s3alias|--ol-s3|\.mrap|--x-s3|--table-s3)$"
IP_ADDRESS = r"^[0-9]+\.[0-9]+\.[0-9]+\.[0-9]+$"


def bucket_name_variable(variable: str = "name") -> Variable:
    """The name of a bucket, as the module's variable *variable*."""
    return Variable(
        "string",
        "Name of the bucket, unique in the world: 3 to 63 lower-case letters, digits, dots and hyphens.",
        checks=lambda v: [
            (
                matches("^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$", v),
                f"{variable} must be 3 to 63 lower-case letters, digits, dots and hyphens.",
            ),
            (
                ~matches(r"\.\.", v) & ~matches(IP_ADDRESS, v) & ~matches(RESERVED, v),
                f"{variable} must not have two dots in a row, be an IP address, or begin or end as S3's own names do.",
            ),
        ],
    )


def kms_key_variable() -> Variable:
    return Variable(
        "string",
        "ARN of the KMS key that encrypts objects, through a bucket key that saves calls of KMS; null takes S3's own. "
        "Only objects written afterwards are encrypted with it.",
        default=None,
        checks=lambda v: [
            (
                (v == null) | matches("^arn:[a-z-]+:kms:[^:]+:[0-9]+:key/.+$", v),
                "kms_key_arn must be the ARN of a KMS key, not of an alias.",
            ),
            (
                (v == null) | ~(Expr("var.load_balancer_logs") | Expr("var.server_access_logs")),
                "kms_key_arn must be null with load_balancer_logs or server_access_logs: they take S3's own key alone.",
            ),
        ],
    )


def transitions_variable() -> Variable:
    return Variable(
        map_of("number"),
        "Days after which objects move to a cheaper storage class, by class: "
        f"{', '.join(STORAGE_CLASSES)}. S3 leaves objects below 128 KB where they are.",
        default={},
        checks=_transition_checks,
    )


def _transition_checks(transitions: Expr) -> list[Check]:
    classes = list(STORAGE_CLASSES)

    def after(one: Expr, days: Expr) -> Expr:
        """Whether every later class has later days than *one*. The classes themselves are another check's."""
        return for_list(
            transitions,
            lambda other, later: fn.try_(
                (fn.index(classes, one) >= fn.index(classes, other))
                | (later >= days + (one == "STANDARD_IA").then(30, 1)),
                True,
            ),
            names=("other", "later"),
        )

    return [
        (
            every(transitions, lambda name, _: fn.contains(classes, name), names=("name", "_")),
            f"transitions must be days by storage class: {', '.join(classes)}.",
        ),
        (
            every(
                transitions,
                lambda name, days: (days >= (name == "STANDARD_IA").then(30, 0)) & (days == fn.floor(days)),
                names=("name", "days"),
            ),
            "transitions must be whole numbers from 0, to STANDARD_IA from 30.",
        ),
        (
            fn.alltrue(fn.flatten(for_list(transitions, after, names=("one", "days")))),
            "transitions must come later for each class than for those named before it, and 30 days after STANDARD_IA.",
        ),
    ]


def expiration_variable() -> Variable:
    return Variable(
        "number",
        "Days after which objects expire; null keeps them.",
        default=None,
        checks=lambda v: [
            (fn.coalesce(v, 1) >= 1, "expiration_days must be 1 or more."),
            (
                every(
                    Expr("var.transitions"),
                    lambda _, days: fn.coalesce(v, days + 1) > days,
                    names=("_", "days"),
                ),
                "expiration_days must be more than the days of every transition.",
            ),
        ],
    )


def intelligent_tiering_variable() -> Variable:
    archives = object_of(
        {
            "prefix": optional("string", ""),
            "archive_days": optional("number"),
            "deep_archive_days": optional("number"),
        }
    )

    def from_to(days: Expr, low: int) -> Expr:
        return (fn.coalesce(days, low) >= low) & (fn.coalesce(days, low) <= 730)

    return Variable(
        map_of(archives),
        "Archive tiers for objects of the class INTELLIGENT_TIERING that nobody read for so many days, by name, for a "
        "prefix or the whole bucket. They must be restored before they can be read. Move objects there by transitions.",
        default={},
        checks=lambda v: [
            (
                every(
                    v,
                    lambda _, t: (t.archive_days != null) | (t.deep_archive_days != null),
                    names=("_", "tiers"),
                ),
                "each of intelligent_tiering must have archive_days, deep_archive_days, or both.",
            ),
            (
                every(
                    v,
                    lambda _, t: from_to(t.archive_days, 90) & from_to(t.deep_archive_days, 180),
                    names=("_", "tiers"),
                ),
                "each of intelligent_tiering must have archive_days from 90 to 730, deep_archive_days from 180 to 730.",
            ),
            (
                every(
                    v,
                    lambda _, t: fn.coalesce(t.archive_days, 0) < fn.coalesce(t.deep_archive_days, 1000),
                    names=("_", "tiers"),
                ),
                "each of intelligent_tiering must have fewer archive_days than deep_archive_days.",
            ),
        ],
    )


def cors_variable() -> Variable:
    rule = object_of(
        {
            "allowed_origins": "set(string)",
            "allowed_methods": "set(string)",
            "allowed_headers": optional("set(string)", []),
            "expose_headers": optional("set(string)", []),
            "max_age_seconds": optional("number", 3600),
        }
    )

    def one_star(values: Expr) -> Expr:
        return every(values, lambda value: ~matches(r"\*.*\*", value), names=("value",))

    return Variable(
        map_of(rule),
        "What scripts of other origins may do in browsers, by a name of the rule. S3 takes the first that matches, and "
        "the provider orders them: rules for one origin should not overlap.",
        default={},
        checks=lambda v: [
            (
                every(
                    v,
                    lambda _, rule: (
                        (fn.length(rule.allowed_methods) > 0)
                        & every(rule.allowed_methods, lambda m: fn.contains(list(METHODS), m), names=("method",))
                    ),
                    names=("_", "rule"),
                ),
                f"allowed_methods of cors_rules must be of {', '.join(METHODS)}, at least one.",
            ),
            (
                every(
                    v,
                    lambda _, rule: (
                        (fn.length(rule.allowed_origins) > 0)
                        & one_star(rule.allowed_origins)
                        & one_star(rule.allowed_headers)
                    ),
                    names=("_", "rule"),
                ),
                "cors_rules must have an origin, and at most one * in each origin and header.",
            ),
            (
                every(
                    v,
                    lambda _, rule: every(rule.expose_headers, lambda h: ~matches(r"\*", h), names=("header",)),
                    names=("_", "rule"),
                ),
                "expose_headers of cors_rules must be names of headers, without *.",
            ),
            (
                (fn.length(v) <= 100) & every(v, lambda _, rule: rule.max_age_seconds >= 0, names=("_", "rule")),
                "cors_rules must be 100 at most, with max_age_seconds of 0 or more.",
            ),
        ],
    )


def access_logs_variable(name: str = "name") -> Variable:
    """Where accesses are logged, of the bucket that the module's variable *name* names."""
    return Variable(
        object_of({"bucket": "string", "prefix": optional("string")}),
        "Name of the bucket that every request to this one is logged to, in the same region and account, with "
        "server_access_logs set; the prefix is this bucket's name unless given. Null logs nothing.",
        default=None,
        checks=lambda v: [
            (
                fn.try_(v.bucket != Expr(f"var.{name}"), True),
                "access_logs must name another bucket: each log written would be logged in turn.",
            )
        ],
    )


def distributions_variable() -> Variable:
    return Variable(
        set_of("string"),
        "ARNs of the CloudFront distributions that may read objects, through an origin access control. The policy of "
        "the key kms_key_arn has to admit them as well.",
        default=[],
        checks=lambda v: [
            (
                every(
                    v,
                    lambda arn: matches("^arn:[a-z-]+:cloudfront::[0-9]{12}:distribution/[A-Z0-9]+$", arn),
                    names=("arn",),
                ),
                "cloudfront_distribution_arns must be ARNs of CloudFront distributions.",
            )
        ],
    )


def trail_variable() -> Variable:
    return Variable(
        "string",
        "ARN of the CloudTrail trail that may write its files; null admits none.",
        default=None,
        checks=lambda v: [
            (
                (v == null) | matches("^arn:[a-z-]+:cloudtrail:[^:]+:[0-9]+:trail/.+$", v),
                "trail_arn must be the ARN of a CloudTrail trail.",
            )
        ],
    )
