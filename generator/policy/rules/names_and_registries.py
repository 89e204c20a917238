"""Names, tags and registries."""

from __future__ import annotations

import re
from collections.abc import Iterator

from generator.policy.plan.values import Unknown
from generator.policy.platform import Platform
from generator.policy.rule import rule
from generator.policy.verdict import Severity, Verdict, judge, known, some

NAMED = (
    ("aws_lb", "name"),
    ("aws_lb_target_group", "name"),
    ("aws_iam_role", "name"),
    ("aws_lambda_function", "function_name"),
    ("aws_s3_bucket", "bucket"),
    ("aws_db_instance", "identifier"),
    ("aws_ecs_service", "name"),
)
WANTED = {
    "environment": ("environment", "env", "stage"),
    "owner": ("owner", "team"),
    "system": ("system", "project", "service", "application"),
}
ENVIRONMENTS = ("dev", "test", "staging", "prod", "production")


@rule(
    "PLT-043",
    "A registry scans, never changes a tag, and forgets",
    severity=Severity.MEDIUM,
    rationale="A tag that moves cannot be rolled back to, and a registry without a lifecycle grows until somebody "
    "looks at the bill.",
    document="S3, S4, S5 Registries; decisions 10, 26",
    remediation="Set image_tag_mutability to IMMUTABLE, scan_on_push, and add an aws_ecr_lifecycle_policy.",
)
def registries_are_tidy(platform: Platform) -> Iterator[Verdict]:
    plan = platform.plan
    for repository in plan.of_type("aws_ecr_repository"):
        fixed = known(lambda kind: str(kind).startswith("IMMUTABLE"), repository.get("image_tag_mutability"))
        yield judge(fixed, repository, "Its tags can be moved.", "image_tag_mutability")
        scans = known(lambda on: on is True, repository.get("image_scanning_configuration.0.scan_on_push"))
        registry = any(r.get("rule") not in (None, []) for r in plan.of_type("aws_ecr_registry_scanning_configuration"))
        truth = some([scans, registry])
        yield judge(truth, repository, "Images are not scanned.", "image_scanning_configuration")
        policies, sure = plan.linking("aws_ecr_lifecycle_policy", "repository", repository)
        yield judge(True if policies else (False if sure else None), repository, "It forgets no image.", "")


@rule(
    "PLT-047",
    "A name is not another environment's",
    severity=Severity.LOW,
    rationale="Environments of one system share an account: a name with another environment's in it was copied, and "
    "sooner or later deletes what it names.",
    document="S1-S4 Names; decisions 16",
    remediation="Make names of the system, the environment and the thing.",
)
def names_are_ones_own(platform: Platform) -> Iterator[Verdict]:
    own = _environment(platform)
    if own is None:
        return
    others = [e for e in ENVIRONMENTS if e != own and not e.startswith(own) and not own.startswith(e)]
    for kind, attribute in NAMED:
        for resource in platform.plan.of_type(kind):
            name = resource.get(attribute)
            if isinstance(name, Unknown):
                yield judge(None, resource, "", attribute)
            if isinstance(name, str):
                found = [e for e in others if re.search(rf"(^|[-_/]){e}([-_/]|$)", name)]
                yield judge(not found, resource, f"It is called {name} in {own}.", attribute)


def _environment(platform: Platform) -> str | None:
    """The environment that the tags of most resources name."""
    counted: dict[str, int] = {}
    for resource in platform.plan:
        tags = resource.get("tags_all")
        for key, value in tags.items() if isinstance(tags, dict) else ():
            if key.lower() in WANTED["environment"] and isinstance(value, str):
                counted[value.lower()] = counted.get(value.lower(), 0) + 1
    return max(counted, key=lambda e: counted[e]) if counted else None


@rule(
    "PLT-048",
    "Everything says whose it is",
    severity=Severity.LOW,
    rationale="The bill and an incident both begin with the question whose it is.",
    document="S3, S4 Tags",
    remediation="Set default_tags with the system, the environment and the owner in the provider block.",
)
def everything_is_tagged(platform: Platform) -> Iterator[Verdict]:
    for resource in platform.plan:
        if resource.mode != "managed" or "tags_all" not in (resource.after.keys() | resource.unknown.keys()):
            continue
        tags = resource.get("tags_all")
        if isinstance(tags, Unknown):
            yield judge(None, resource, "", "tags_all")
            continue
        keys = {key.lower() for key in tags or {}}
        missing = [word for word, names in WANTED.items() if not keys.intersection(names)]
        yield judge(not missing, resource, f"No tag says its {', '.join(missing)}.", "tags")
