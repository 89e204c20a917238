"""The manifest's model of a bucket: versions, ages, cheaper classes, and what browsers may do."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Field

from generator.systems.manifest.fields import Form, Model, Name, Seconds, ShortForm
from generator.systems.manifest.template import Placeholders, Template

# What the bucket is called that load balancers have where the manifest names none for their logs.
LOAD_BALANCER_LOGS = "lb-logs"

StorageClass = Annotated[
    str,
    Form(
        r"(STANDARD_IA|INTELLIGENT_TIERING|GLACIER_IR|GLACIER|DEEP_ARCHIVE)",
        "Write STANDARD_IA, INTELLIGENT_TIERING, GLACIER_IR, GLACIER or DEEP_ARCHIVE.",
        longest=20,
    ),
]
Origin = Annotated[Template, Placeholders("system", "environment", "region", "domain")]


def _origins(value: Any) -> Any:
    return (value,) if isinstance(value, str) else value


class CorsRule(Model):
    """What scripts of other origins may do in browsers."""

    allowed_origins: Annotated[tuple[Origin, ...], ShortForm(_origins, {"type": "string"})] = Field(
        min_length=1, description="Origins, as https://{domain}; each may hold one *."
    )
    allowed_methods: tuple[Literal["GET", "PUT", "POST", "DELETE", "HEAD"], ...] = Field(
        min_length=1, description="What they may do: GET, PUT, POST, DELETE, HEAD."
    )
    allowed_headers: tuple[str, ...] = Field(default=(), description="Headers that they may send.")
    expose_headers: tuple[str, ...] = Field(default=(), description="Headers of answers that they may read.")
    max_age: Annotated[int, Seconds(0, 86400)] = Field(
        default=3600, description="Seconds for which a browser remembers this."
    )


class Bucket(Model):
    """A private, encrypted S3 bucket."""

    versioning: bool = Field(default=True, description="Whether overwritten and deleted objects are kept as versions.")
    noncurrent_expiration_days: int | None = Field(
        default=None, ge=1, description="Days until a version that is no longer current is deleted; never if absent."
    )
    expiration_days: int | None = Field(
        default=None, ge=1, description="Days until an object is deleted; never if absent."
    )
    abort_multipart_days: int = Field(default=7, ge=1, description="Days until an unfinished upload is cleaned up.")
    transitions: dict[StorageClass, int] = Field(
        default={}, description="Days after which objects move to a cheaper storage class, as GLACIER: 90."
    )
    cors: dict[Name, CorsRule] = Field(
        default={}, description="What scripts of other origins may do in browsers, by a name of the rule."
    )
    load_balancer_logs: bool = Field(
        default=False, description="Whether the load balancers write their access logs here, not to a bucket of theirs."
    )
