"""What exists once an account: repositories and the bucket for Terraform's state."""

from __future__ import annotations

import json
from collections.abc import Iterator

from generator.rehearsal.checks.check import Check, Live
from generator.rehearsal.checks.storage import private_bucket


def checks(live: Live) -> Iterator[Check]:
    ecr = live.client("ecr")
    repositories = {r["repositoryName"]: r for r in ecr.describe_repositories()["repositories"]}
    yield Check("repositories", sorted(repositories), sorted(live.account.registries.repositories))
    for name, repository in sorted(repositories.items()):
        yield Check(f"{name}: tags are", repository["imageTagMutability"], "IMMUTABLE")
        yield Check(f"{name}: scan on push", repository["imageScanningConfiguration"]["scanOnPush"], True)
        policy = json.loads(ecr.get_lifecycle_policy(repositoryName=name)["lifecyclePolicyText"])
        rules = sorted(policy["rules"], key=lambda r: r["rulePriority"])
        prefixes = [prefix for r in rules for prefix in r["selection"].get("tagPrefixList", [])]
        expected = ["released-", *(f"{environment}-" for environment in live.account.environments)]
        yield Check(f"{name}: lifecycle by tag prefix, in order", prefixes, expected)
        kept = {r["selection"]["countNumber"] for r in rules if r["selection"].get("tagPrefixList") != ["released-"]}
        yield Check(f"{name}: images kept", kept - {1}, {live.account.registries.keep_images})
    bucket = live.outputs["state_bucket"]
    yield from private_bucket(live, "of the state", bucket)
    versioning = live.client("s3").get_bucket_versioning(Bucket=bucket).get("Status")
    yield Check("bucket of the state: versioning", versioning, "Enabled")
