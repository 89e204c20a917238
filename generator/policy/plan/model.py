"""The resources of a plan, found by type, by address, and by what names them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from generator.policy.plan.configuration import Configuration, NoFiles, References
from generator.policy.plan.links import Links, joined
from generator.policy.plan.resource import Resource
from generator.policy.plan.values import Unknown

# What AWS's resources are called by elsewhere.
IDENTITIES = ("id", "arn", "name", "qualified_arn", "function_name", "key_id", "bucket", "identifier", "url", "family")


@dataclass
class Plan:
    """*resources* as they will be, data sources that are read during the apply among them; *deleted* those that go,
    or are replaced."""

    resources: Sequence[Resource]
    deleted: Sequence[Resource] = ()
    configuration: Mapping[str, Any] = field(default_factory=dict)
    variables: Mapping[str, Any] = field(default_factory=dict)
    document: Mapping[str, Any] = field(default_factory=dict, repr=False)
    files: References = field(default_factory=NoFiles)
    _links: dict[tuple[str, str, str, bool], Links] = field(default_factory=dict, repr=False)

    @cached_property
    def _by_type(self) -> dict[str, list[Resource]]:
        found: dict[str, list[Resource]] = defaultdict(list)
        for resource in self.resources:
            if resource.mode == "managed":
                found[resource.type].append(resource)
        return found

    @cached_property
    def by_address(self) -> dict[str, Resource]:
        return {resource.address: resource for resource in self.resources}

    def of_type(self, *types: str) -> list[Resource]:
        """The managed resources of *types*, in the plan's order."""
        return [resource for kind in types for resource in self._by_type.get(kind, [])]

    def links(self, resource: Resource, path: str, kind: str) -> Links:
        """What the argument at *path* names of the type *kind*: one resource, or several when it is a list."""
        mark = (resource.address, path, kind, True)
        if mark not in self._links:
            self._links[mark] = self._find_links(resource, path, kind)
        return self._links[mark]

    def linking(self, kind: str, path: str, to: Resource) -> tuple[list[Resource], bool]:
        """The resources of type *kind* whose argument at *path* names *to*; and whether nothing else may name it."""
        named, unsure = self._reverse(kind, path, to.type)
        return named.get(to.address, []), not unsure

    def _reverse(self, kind: str, path: str, target: str) -> tuple[dict[str, list[Resource]], bool]:
        cache = self._reversed
        if (kind, path, target) not in cache:
            named: dict[str, list[Resource]] = defaultdict(list)
            unsure = False
            for resource in self.of_type(kind):
                found = self.links(resource, path, target)
                unsure |= not found.exact
                for linked in found.resources if found.certain else ():
                    named[linked.address].append(resource)
            cache[kind, path, target] = (named, unsure)
        return cache[kind, path, target]

    @cached_property
    def _reversed(self) -> dict[tuple[str, str, str], tuple[dict[str, list[Resource]], bool]]:
        return {}

    def _find_links(self, resource: Resource, path: str, kind: str) -> Links:
        value = resource.get(path)
        if isinstance(value, list) and not any(isinstance(part, Unknown) for part in value):
            parts = [self._named(part, kind) for part in value if part is not None]
        elif isinstance(value, Unknown | list):
            return self._referred(resource, path, kind, many=self._is_list(resource, path))
        else:
            parts = [self._named(value, kind)] if value not in (None, "") else []
        resources = {r.address: r for part in parts for r in part.resources}
        outside = tuple(name for part in parts for name in part.outside)
        return Links(tuple(resources.values()), all(part.certain for part in parts), True, outside)

    def _named(self, value: Any, kind: str) -> Links:
        found = self._identities.get((kind, str(value)), [])
        if not found:
            return Links(outside=(str(value),))
        return Links(tuple(found), certain=len(found) == 1)

    @cached_property
    def _identities(self) -> dict[tuple[str, str], list[Resource]]:
        found: dict[tuple[str, str], dict[str, Resource]] = defaultdict(dict)
        for resource in self.resources:
            if resource.mode != "managed":
                continue
            for attribute in IDENTITIES:
                value = resource.after.get(attribute)
                if isinstance(value, str) and value:
                    found[resource.type, value][resource.address] = resource
        return {mark: list(resources.values()) for mark, resources in found.items()}

    def _referred(self, resource: Resource, path: str, kind: str, *, many: bool) -> Links:
        references = self._configuration.expression(resource, path)
        if references is None:
            return Links(certain=False, complete=False)
        found = self._configuration.find(resource, references)
        chosen = tuple(r for r in found.resources.values() if r.type == kind)
        if many:
            value = resource.get(path)
            known = (
                [self._named(part, kind) for part in value if isinstance(part, str)] if isinstance(value, list) else []
            )
            sure = found.whole or len(chosen) <= 1
            referred = Links(chosen, sure, found.complete and bool(chosen), found.beyond)
            return joined([referred, *known])
        # A scalar names one thing: the only candidate is it, whatever else the expression mentions.
        sure = len(chosen) == 1
        return Links(chosen, sure, sure or (found.complete and bool(chosen)))

    def _is_list(self, resource: Resource, path: str) -> bool:
        last = path.rsplit(".", 1)[-1]
        return last.endswith("s") or last == "vpc_zone_identifier" or isinstance(resource.get(path), list)

    def is_written(self, resource: Resource, path: str) -> bool | None:
        """Whether the argument at *path* is written down: what is left out may be unknown as well, until AWS says its
        default. None when the plan cannot tell."""
        return self._configuration.is_written(resource, path)

    def mentioned(self, resource: Resource, path: str, kind: str) -> tuple[Resource, ...]:
        """The resources of type *kind* that the argument's expression mentions, in whatever way."""
        references = self._configuration.expression(resource, path)
        if references is None:
            return ()
        return tuple(r for r in self._configuration.find(resource, references).resources.values() if r.type == kind)

    @cached_property
    def _configuration(self) -> Configuration:
        instances: dict[tuple[str, str], list[Resource]] = defaultdict(list)
        for resource in self.resources:
            block = resource.block if resource.mode == "managed" else f"data.{resource.block}"
            instances[resource.module, block].append(resource)
        return Configuration(self.configuration, instances, self.variables, self.files)

    def __iter__(self) -> Iterator[Resource]:
        return iter(self.resources)
