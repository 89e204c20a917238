"""Ranges of subnets as expressions: computed from the VPC's, and compared with each other."""

from __future__ import annotations

from generator.bindings import functions as fn
from generator.hcl.expression import Expr, for_list, null
from generator.modules.shared.common import between, matches

TIERS = ("public", "private", "isolated")
# A computed range is one of 32 parts of the VPC's: eight for the zones a to h of each tier, and eight that stay free.
ZONE_LETTERS = "abcdefgh"
COMPUTED_BITS = 5
SMALLEST_VPC_TO_COMPUTE_FROM = 28 - COMPUTED_BITS
# An ordinary zone. The last letter of a Local Zone such as us-west-2-lax-1a is that of a zone of the region too.
LETTERED_ZONE = rf"^[a-z]{{2}}(-[a-z]+)+-[0-9][{ZONE_LETTERS[0]}-{ZONE_LETTERS[-1]}]$"


def prefix_length(cidr: Expr) -> Expr:
    return fn.tonumber(fn.split("/", cidr)[1])


def is_range(cidr: Expr) -> Expr:
    """Whether *cidr* is an IPv4 range of a size that AWS takes, written as AWS writes it: without host bits."""
    sized, _ = between("", prefix_length(cidr), 16, 28)
    return fn.try_(fn.can(fn.cidrnetmask(cidr)) & (fn.cidrsubnet(cidr, 0, 0) == cidr) & sized, False)


def can_compute(zone: Expr) -> Expr:
    return matches(LETTERED_ZONE, zone)


def range_of(vpc: Expr, tier: str, zone: Expr, given: Expr) -> Expr:
    """The range that is *given* for *zone*, or else its part of the VPC's, which no other zone can move."""
    first = TIERS.index(tier) * len(ZONE_LETTERS)
    number = fn.index(list(ZONE_LETTERS), fn.substr(zone, -1, 1))
    return (given != null).then(given, fn.cidrsubnet(vpc, COMPUTED_BITS, first + number if first else number))


def _widened(cidr: Expr, prefix: Expr) -> Expr:
    return fn.cidrsubnet(f"{fn.cidrhost(cidr, 0)}/{prefix}", 0, 0)


def _within(outer: Expr, inner: Expr) -> Expr:
    prefix = fn.min_(prefix_length(outer), prefix_length(inner))
    return _widened(inner, prefix) == outer


def _overlap(one: Expr, other: Expr) -> Expr:
    prefix = fn.min_(prefix_length(one), prefix_length(other))
    return _widened(one, prefix) == _widened(other, prefix)


def overlapping(ranges: Expr) -> Expr:
    """Those pairs of the list *ranges* that overlap, as text."""
    pairs = for_list(
        ranges,
        lambda i, one: for_list(
            ranges,
            lambda j, other: f"{one} and {other}",
            names=("j", "other"),
            when=lambda j, other: (j > i) & _overlap(one, other),
        ),
        names=("i", "one"),
    )
    return fn.join("; ", fn.flatten(pairs))


def outside(vpc: Expr, ranges: Expr) -> Expr:
    """Those of the list *ranges* that do not lie within the range *vpc*, as text."""
    strays = for_list(ranges, lambda cidr: cidr, names=("cidr",), when=lambda cidr: ~_within(vpc, cidr))
    return fn.join(", ", strays)
