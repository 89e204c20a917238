"""``terraform_data``: a value that Terraform itself remembers, so that its change can replace something."""

from __future__ import annotations

from typing import Unpack

from generator.hcl.resource import Attribute, Resource
from generator.hcl.stack import Stack
from generator.hcl.types import ResourceMeta


class TerraformData(Resource):
    """``terraform_data``: https://developer.hashicorp.com/terraform/language/resources/terraform-data"""

    type_ = "terraform_data"

    id = Attribute()
    output = Attribute()

    # Terraform calls *value* input.
    def __init__(self, stack: Stack, label: str, /, *, value: object, **meta: Unpack[ResourceMeta]) -> None:
        super().__init__(stack, label, {"input": value}, meta)
