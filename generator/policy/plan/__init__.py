"""A plan as rules see it: resources with known and unknown values, and what each refers to."""

from generator.policy.plan.document import parse_plan, read_plan
from generator.policy.plan.links import Links, joined
from generator.policy.plan.model import Plan
from generator.policy.plan.resource import Resource
from generator.policy.plan.values import UNKNOWN, Unknown, is_known

__all__ = ["UNKNOWN", "Links", "Plan", "Resource", "Unknown", "is_known", "joined", "parse_plan", "read_plan"]
