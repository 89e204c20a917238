"""What an attribute points at."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from generator.policy.plan.resource import Resource


@dataclass(frozen=True)
class Links:
    """The resources of this plan that an attribute names.

    *certain*: it names each of them; otherwise it names one or some of them. *complete*: it names no other resource of
    this plan. *outside* are the names that belong to nothing in the plan: what exists elsewhere.
    """

    resources: tuple[Resource, ...] = ()
    certain: bool = True
    complete: bool = True
    outside: tuple[str, ...] = ()

    @property
    def exact(self) -> bool:
        return self.certain and self.complete

    @property
    def one(self) -> Resource | None:
        """The one resource that it names, when that is sure."""
        return self.resources[0] if len(self.resources) == 1 and self.exact and not self.outside else None

    @property
    def whole(self) -> bool:
        """Whether every one that it names is a resource of this plan."""
        return self.complete and not self.outside

    def __contains__(self, resource: object) -> bool:
        return resource in self.resources


def joined(several: Iterable[Links]) -> Links:
    """What *several* attributes name together."""
    every = list(several)
    return Links(
        tuple({r.address: r for links in every for r in links.resources}.values()),
        all(links.certain for links in every),
        all(links.complete for links in every),
        tuple(name for links in every for name in links.outside),
    )
