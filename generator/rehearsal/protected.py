"""What of a root module is protected against deletion, by its state, and whether AWS still has it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from generator.terraform.diagnostic import Diagnostic

Clients = Callable[[str], Any]


@dataclass(frozen=True)
class Protected:
    """A resource that no destroy may take before allow_destroy is applied: its address, type and name in AWS."""

    address: str
    type: str
    name: str

    def stands(self, client: Clients) -> bool:
        """Whether AWS still has it."""
        return self.name in _ASK[self.type](client)


def protected(state: Mapping[str, Any], client: Clients) -> list[Protected]:
    """The protected resources of *state* (Terraform's own format, version 4), sorted by address.

    A repository is protected by what is in it: an empty one may go.
    """
    return sorted((of for of in _resources(state) if _guarded(of, client)), key=lambda of: of.address)


def is_refusal(found: Diagnostic) -> bool:
    """Whether AWS says so in *found* that it keeps what is protected, and nothing else went wrong."""
    return any(phrase in f"{found.summary} {found.detail}" for phrase in _REFUSALS)


def _resources(state: Mapping[str, Any]) -> Iterator[Protected]:
    for resource in state["resources"]:
        kind = resource["type"]
        if resource["mode"] != "managed" or kind not in _FLAGS:
            continue
        place = ".".join(filter(None, (resource.get("module"), kind, resource["name"])))
        flag, safe, name = _FLAGS[kind]
        for instance in resource["instances"]:
            if instance["attributes"][flag] is safe:
                key = instance.get("index_key")
                index = "" if key is None else f"[{key}]" if isinstance(key, int) else f'["{key}"]'
                yield Protected(f"{place}{index}", kind, instance["attributes"][name])


def _guarded(of: Protected, client: Clients) -> bool:
    if of.type == "aws_ecr_repository":
        return bool(client("ecr").list_images(repositoryName=of.name, maxResults=1)["imageIds"])
    return True


def _databases(client: Clients) -> set[str]:
    return {instance["DBInstanceIdentifier"] for instance in client("rds").describe_db_instances()["DBInstances"]}


def _load_balancers(client: Clients) -> set[str]:
    return {balancer["LoadBalancerName"] for balancer in client("elbv2").describe_load_balancers()["LoadBalancers"]}


def _repositories(client: Clients) -> set[str]:
    pages = client("ecr").get_paginator("describe_repositories").paginate()
    return {repository["repositoryName"] for page in pages for repository in page["repositories"]}


# What RDS and load balancers say, and what ECR says of a repository with images.
_REFUSALS = ("deletion protection", "RepositoryNotEmptyException")
# Attribute that protects, its value then, and the attribute with the name in AWS.
_FLAGS: Mapping[str, tuple[str, bool, str]] = {
    "aws_db_instance": ("deletion_protection", True, "identifier"),
    "aws_ecr_repository": ("force_delete", False, "name"),
    "aws_lb": ("enable_deletion_protection", True, "name"),
}
_ASK: Mapping[str, Callable[[Clients], set[str]]] = {
    "aws_db_instance": _databases,
    "aws_ecr_repository": _repositories,
    "aws_lb": _load_balancers,
}
