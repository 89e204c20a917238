"""What the module `secrets` takes: variables with what SSM and Secrets Manager refuse of them."""

from __future__ import annotations

from generator.bindings import functions as fn
from generator.hcl.expression import Expr, null
from generator.hcl.module import Check, Variable
from generator.hcl.type_constraint import map_of, object_of, optional
from generator.modules.shared.common import every, matches

PATH = r"^(/[a-zA-Z0-9_.-]+){1,15}$"
KEY_ARN = "^arn:[a-z-]+:kms:[^:]+:[0-9]+:key/.+$"


def parameters_variable() -> Variable:
    return Variable(
        map_of(object_of({"name": "string", "description": optional("string", "Set by an operator")})),
        "SecureString parameters by key.",
        default={},
        checks=lambda v: [*_path_checks(v, "parameters")],
    )


def settings_variable() -> Variable:
    return Variable(
        map_of(
            object_of({"name": "string", "value": "string", "description": optional("string", "Written by Terraform")})
        ),
        "Plain String parameters by key, with their values: no secrets, for plans and states show them.",
        default={},
        checks=lambda v: [
            *_path_checks(v, "settings"),
            (
                every(
                    v,
                    lambda _, s: (fn.length(s.value) >= 1) & (fn.length(s.value) <= 4096) & ~matches(r"\{\{", s.value),
                    names=("_", "setting"),
                ),
                "values of settings must have 1 to 4096 characters, and no {{, which SSM takes for a reference.",
            ),
        ],
    )


def secrets_variable() -> Variable:
    secret = object_of(
        {
            "name": "string",
            "description": optional("string", "Set by an operator"),
            "replicas": optional(f"map({object_of({'kms_key_arn': optional('string')})})", {}),
            "rotation": optional(object_of({"function_arn": "string", "days": "number"})),
        }
    )
    return Variable(
        map_of(secret),
        "Secrets Manager secrets by key: copies by region, each with the region's own key or a KMS key of that region; "
        "the function that rotates the secret, and after how many days. The provider leaves the last copy when "
        "replicas becomes empty: the AWS command line removes it.",
        default={},
        checks=_secret_checks,
    )


def kms_key_variable() -> Variable:
    return Variable(
        "string",
        "ARN of the KMS key that encrypts parameters and secrets; null takes the account's own keys. The provider can "
        "give a secret another key later, but none back.",
        default=None,
        checks=lambda v: [
            ((v == null) | matches(KEY_ARN, v), "kms_key_arn must be the ARN of a KMS key, not of an alias.")
        ],
    )


def _path_checks(parameters: Expr, of: str) -> list[Check]:
    return [
        (
            every(parameters, lambda _, p: matches(PATH, p.name), names=("_", "p")),
            f"the name of each of {of} must be a path such as /system/environment/name.",
        ),
        (
            every(parameters, lambda _, p: ~matches("^/(?i:aws|ssm)", p.name), names=("_", "p")),
            f"the name of each of {of} must not begin with /aws or /ssm: AWS keeps those for itself.",
        ),
    ]


def _key_of(region: Expr) -> str:
    """The pattern of the ARN of a KMS key in *region*."""
    return f"^arn:[a-z-]+:kms:{region}:[0-9]+:key/.+$"


def _secret_checks(secrets: Expr) -> list[Check]:
    maps = [Expr("var.parameters"), Expr("var.settings"), secrets]
    return [
        (
            every(secrets, lambda _, s: matches("^[a-zA-Z0-9/_+=.@-]{1,512}$", s.name), names=("_", "secret")),
            "the name of each of secrets must be 1 to 512 letters, digits and /_+=.@-.",
        ),
        (
            every(
                secrets,
                lambda _, s: every(
                    s.replicas,
                    lambda region, r: (
                        matches("^[a-z]{2}(-[a-z]+)+-[0-9]$", region)
                        & ((r.kms_key_arn == null) | fn.can(fn.regex(_key_of(region), r.kms_key_arn)))
                    ),
                    names=("region", "replica"),
                ),
                names=("_", "secret"),
            ),
            "replicas of secrets must be regions such as us-west-2, each with a KMS key of that region or none.",
        ),
        (
            every(
                secrets,
                # Terraform from 1.12 on stops at the first false: what holds without a rotation is said on its own.
                lambda _, s: (s.rotation == null).then(
                    True,
                    fn.try_(
                        matches("^arn:[a-z-]+:lambda:[^:]+:[0-9]+:function:.+$", s.rotation.function_arn)
                        & (s.rotation.days >= 1)
                        & (s.rotation.days <= 1000),
                        False,
                    ),
                ),
                names=("_", "secret"),
            ),
            "rotation of secrets must have the ARN of a Lambda function, and days from 1 to 1000.",
        ),
        (
            fn.length(fn.setunion(*(fn.keys(m) for m in maps))) == fn.length(fn.concat(*(fn.keys(m) for m in maps))),
            "a key must stand in only one of parameters, settings and secrets.",
        ),
    ]
