"""Variables that several modules have, with one meaning."""

from __future__ import annotations

from collections.abc import Sequence

from generator.bindings import functions as fn
from generator.bindings.ssm import SsmParameter
from generator.hcl.expression import Expr, for_list, null
from generator.hcl.module import Check, Variable
from generator.hcl.stack import Stack
from generator.hcl.type_constraint import map_of
from generator.hcl.types import Condition, ResourceMeta

# What CloudWatch Logs accepts, in days; 0 would keep a log for ever.
LOG_RETENTION_DAYS = (
    *(1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731),
    *(1096, 1827, 2192, 2557, 2922, 3288, 3653),
)
NOT_RELEASED = "none"
NO_SECRET = {"CKV2_AWS_34": "The digest of an image is no secret, and a plan has to show it."}
SECRET_ARN = "^arn:[^:]+:(ssm:[^:]+:[^:]+:parameter/|secretsmanager:[^:]+:[^:]+:secret:).+$"
USER = "^[A-Za-z0-9_][A-Za-z0-9_.-]*(:[A-Za-z0-9_][A-Za-z0-9_.-]*)?$"


def name_variable(limit: int = 40, *, least: int = 2, reason: str = "names of resources add to it") -> Variable:
    """The prefix of a module's names, of at least *least* and at most *limit* characters."""
    return Variable(
        "string",
        f"Prefix of every name: lower-case letters, digits and hyphens, at most {limit} ({reason}).",
        checks=lambda v: [
            (
                matches(rf"^[a-z][a-z0-9-]{{{least - 2},{limit - 2}}}[a-z0-9]$", v),
                f"name must be {least} to {limit} lower-case letters, digits or hyphens, starting with a letter.",
            )
        ],
    )


def tags_variable() -> Variable:
    return Variable(map_of("string"), "Tags of every resource, besides the provider's default_tags.", default={})


def allow_destroy_variable() -> Variable:
    return Variable(
        "bool",
        "Lifts what protects data against deletion. Apply it before destroying.",
        default=False,
    )


def log_retention_variable(of: str, or_null: str = "") -> Variable:
    """How long a log is kept; *or_null* says what null means, where it means something."""
    described = f"Days to keep {of}: one of the periods that CloudWatch Logs offers"
    return Variable(
        "number",
        f"{described}; null: {or_null}." if or_null else f"{described}.",
        default=30,
        nullable=bool(or_null),
        checks=lambda v: [
            (
                # As text: a list would be written one number a line.
                matches(f"^({'|'.join(map(str, LOG_RETENTION_DAYS))})$", fn.coalesce(v, 30) if or_null else v),
                one_of("log_retention_days", v, LOG_RETENTION_DAYS)[1],
            )
        ],
    )


def days_variable(description: str, default: int | None, *, nullable: bool = False) -> Variable:
    """A number of days, at least 1; also null where *nullable* says so, or None is the *default*."""
    return Variable(
        "number",
        description,
        default=default,
        nullable=nullable,
        checks=lambda v: [(fn.coalesce(v, 1) >= 1, f"{v.code.removeprefix('var.')} must be 1 or more.")],
    )


def parameter_name_variable() -> Variable:
    return Variable(
        "string",
        "Name of the parameter that names the released image, such as /system/environment/images/name.",
        checks=lambda v: [
            (
                matches("^/[a-zA-Z0-9_.-]+(/[a-zA-Z0-9_.-]+)*$", v),
                "image_parameter must be a path such as /system/environment/images/name.",
            )
        ],
    )


def architecture_variable() -> Variable:
    return Variable(
        "string",
        "CPU architecture of the image: X86_64 or ARM64.",
        default="X86_64",
        checks=lambda v: [one_of("architecture", v, ("X86_64", "ARM64"))],
    )


def user_variable() -> Variable:
    return Variable(
        "string",
        "User, or user:group, that the container runs as, by name or number; root has to be said.",
        default="1000:1000",
        checks=lambda v: [
            (
                matches(USER, v),
                "user must be a user such as 1000, or a user and a group such as 1000:1000.",
            )
        ],
    )


def limited(name: Expr, limit: int) -> Expr:
    """*name* in at most *limit* characters; a longer one is cut and ends with a hash of the whole."""
    cut = f"{fn.substr(name, 0, limit - 9)}-{fn.substr(fn.sha1(name), 0, 8)}"
    return (fn.length(name) <= limit).then(name, cut)


def present(value: Expr) -> Expr:
    """The list of *value*, empty when it is null."""
    return (value == null).then([], [value])


def matches(pattern: str, value: object) -> Expr:
    """The condition that *value* matches the regular expression *pattern*."""
    return fn.can(fn.regex(pattern.replace("${", "$${"), value))  # type: ignore[arg-type]


def one_of(name: str, value: Expr, choices: Sequence[object]) -> Check:
    """The check that *value* is one of *choices*."""
    return fn.contains(list(choices), value), f"{name} must be one of {', '.join(str(c) for c in choices)}."


def between(name: str, value: Expr, low: int, high: int) -> Check:
    return (value >= low) & (value <= high), f"{name} must be from {low} to {high}."


def every(items: object, condition: object, *, names: Sequence[str] = ("item",)) -> Expr:
    """The condition that *condition* (a function of the item) holds for all *items*."""
    return fn.alltrue(for_list(items, condition, names=names))  # type: ignore[arg-type]


def released_image(
    stack: Stack,
    parameter_name: object,
    of: str,
    preconditions: Sequence[Condition] = (),
    *,
    count: Expr | None = None,
) -> tuple[SsmParameter, Expr]:
    """Declare the parameter that names the released image, and return it with the condition that there is one.

    Terraform creates it and never writes it again: a release does. Whoever reads the reference follows the release, so
    that a plan after it shows just the new image. *preconditions* are those of what runs the image: checked here, they
    fail the very first plan instead of the one after a release. With *count*, 1 or 0, the parameter may be absent, and
    so is then the image.
    """
    meta: ResourceMeta = {
        "lifecycle": {"ignore_changes": ["insecure_value"], "precondition": list(preconditions)},
        "why": f"Created here, written by releases. Until the first one it says {NOT_RELEASED!r}.",
        "skip": NO_SECRET,
    }
    if count is not None:
        meta["count"] = count
    pointer = SsmParameter(
        stack,
        "released_image",
        name=parameter_name,  # type: ignore[arg-type]
        description=f"Image that {of} runs, by digest; written by each release.",
        type="String",
        insecure_value=NOT_RELEASED,
        tags=Expr("var.tags"),
        **meta,
    )
    image = pointer.insecure_value if count is None else fn.try_(pointer[0].insecure_value, NOT_RELEASED)
    return pointer, image != NOT_RELEASED
