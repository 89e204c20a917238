"""The two environments that rules are tried on, and the argument that each rule must notice."""

from __future__ import annotations

from pathlib import Path

from ruamel.yaml import YAML

from generator.policy.testing import Flip

FOLDER = Path("tests/policy/fixtures")
ROOT = Path(__file__).resolve().parents[2]


def flips() -> dict[str, Flip]:
    """One change of the good environment for each rule."""
    read = YAML(typ="safe").load((ROOT / "tests/policy/flips.yaml").read_text(encoding="utf-8"))
    return {rule: Flip(**{**flip, "also": tuple(flip.get("also", ()))}) for rule, flip in read.items()}
