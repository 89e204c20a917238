"""The HCL that a plan was made of: where its blocks stand, and what a plan leaves out of them."""

from generator.policy.source.tree import Sources

__all__ = ["Sources"]
