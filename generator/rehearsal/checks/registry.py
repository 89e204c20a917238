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
        tagged = (r["selection"] for r in rules if r["selection"]["tagStatus"] == "tagged")
        kept = {selection["countNumber"] for selection in tagged if selection["tagPrefixList"] != ["released-"]}
        yield Check(f"{name}: images kept", kept, {live.account.registries.keep_images})
    yield from copies(live)
    yield from pulled_by_lambda(live)
    bucket = live.outputs["state_bucket"]
    yield from private_bucket(live, "of the state", bucket)
    versioning = live.client("s3").get_bucket_versioning(Bucket=bucket).get("Status")
    yield Check("bucket of the state: versioning", versioning, "Enabled")


def copies(live: Live) -> Iterator[Check]:
    """Where every image gets a copy, and of which repositories: ECR filters by prefix."""
    configuration = live.client("ecr").describe_registry()["replicationConfiguration"]
    regions = sorted(to["region"] for rule in configuration["rules"] for to in rule["destinations"])
    yield Check("images are copied to", regions, sorted(live.account.registries.replication_regions))
    elsewhere = {to["registryId"] for rule in configuration["rules"] for to in rule["destinations"]} - {live.account_id}
    yield Check("images are copied to other accounts", elsewhere, set())
    filters = [f["filter"] for rule in configuration["rules"] for f in rule.get("repositoryFilters", [])]
    copied = live.account.registries.repositories if regions else ()
    yield Check("images are copied of", sorted(filters), sorted(copied))


def pulled_by_lambda(live: Live) -> Iterator[Check]:
    """Lambda reads the images of functions by itself, and of nothing else."""
    ecr, found = live.client("ecr"), []
    for name in live.account.registries.repositories:
        try:
            policy = json.loads(ecr.get_repository_policy(repositoryName=name)["policyText"])
        except ecr.exceptions.RepositoryPolicyNotFoundException:
            continue
        if any(s.get("Principal") == {"Service": "lambda.amazonaws.com"} for s in policy["Statement"]):
            found.append(name)
    runners = [e.code_runner for e in live.account.resolved if e.code_runner is not None]
    wanted = {runner.repository for runner in runners if not runner.service}
    yield Check("Lambda pulls from", found, sorted(wanted))
