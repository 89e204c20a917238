"""Plans as if images were released: the services and functions that a first plan leaves out."""

from __future__ import annotations

from pathlib import Path

from generator.terraform.configuration import read_blocks
from generator.terraform.workspace import module_directories

FILE_NAME = "slipway_released_override.tf"
POINTER = ("aws_ssm_parameter", "released_image")
IMAGE = f"000000000000.dkr.ecr.us-east-1.amazonaws.com/released@sha256:{'0' * 64}"

OVERRIDE = f"""resource "{POINTER[0]}" "{POINTER[1]}" {{
  insecure_value = "{IMAGE}"
}}
"""


def release_all(root_module: Path, root: Path) -> list[Path]:
    """Write an override into each module below *root* that *root_module* calls and that waits for an image.

    For working copies: Terraform then makes the pointers with an image, and plans what runs it. Returns the modules.
    """
    waiting = [
        directory
        for directory in module_directories(root_module.resolve(), root.resolve())
        if any(block.type == "resource" and block.labels == POINTER for block in read_blocks(directory))
    ]
    for directory in waiting:
        (directory / FILE_NAME).write_text(OVERRIDE, encoding="utf-8")
    return waiting
