"""The manifest's model of a database: PostgreSQL or MySQL on RDS, and its read replicas."""

from __future__ import annotations

import re
from typing import Annotated, Literal

from pydantic import Field

from generator.systems.manifest.fields import Form, Model

InstanceClass = Annotated[str, Form(r"db\.[a-z0-9]+\.[a-z0-9-]+", "Write it as db.t4g.micro.", longest=64)]
Version = Annotated[
    str, Form(r"\d+(\.\d+){0,2}", 'Write it between quotation marks, as "15", or "15.4" to stay there.', longest=16)
]
ReplicaName = Annotated[
    str, Form(r"[a-z][a-z0-9]*(-[a-z0-9]+)*", "Write lower-case letters, digits and single hyphens.", longest=20)
]


class Replica(Model):
    """A copy of the database that only answers queries."""

    instance_class: InstanceClass | None = Field(
        default=None, description="The replica's instance class; the database's own if absent."
    )


class Database(Model):
    """A database in the private subnets, encrypted, which only the services that use it reach."""

    engine: Literal["postgres", "mysql"] = Field(default="postgres", description="The database's engine.")
    version: Version = Field(
        description='The engine\'s version: "15" follows minor upgrades, "15.4" stays; MySQL as "8.0".'
    )
    instance_class: InstanceClass = Field(description="The instance class, as db.t4g.micro.")
    storage: int = Field(default=20, ge=20, le=65536, description="GiB of storage.")
    name: Annotated[
        str, Form(r"[a-zA-Z][a-zA-Z0-9_]*", "Write letters, digits and underscores, a letter first.", longest=63)
    ] = Field(default="app", description="The name of the database inside the instance.")
    backup_retention: int = Field(
        default=7, ge=1, le=35, description="Days of backups, within which every moment can be restored."
    )
    multi_az: bool = Field(
        default=False, description="Whether a standby in another zone takes over when the first one fails."
    )
    managed_password: bool = Field(
        default=True,
        description="Whether RDS keeps and rotates the master password; a database with replicas needs false.",
    )
    replicas: dict[ReplicaName, Replica] = Field(default={}, description="Read replicas by name.")

    @property
    def port(self) -> int:
        """The port that the engine listens on."""
        return 5432 if self.engine == "postgres" else 3306


_CLASS = re.compile(r"db\.([tmr])\d[a-z]*\.(micro|small|medium|large|(\d*)xlarge)")
_SMALL = {"micro": 1, "small": 2, "medium": 4}
_LARGE = {"t": 8, "m": 8, "r": 16}


def class_memory(instance_class: str) -> int | None:
    """GiB of memory of an instance class of the families t, m and r; None for others."""
    match = _CLASS.fullmatch(instance_class)
    if match is None:
        return None
    family, size, times = match.groups()
    if size in _SMALL:
        return _SMALL[size]
    return _LARGE[family] * (1 if size == "large" else 2 * int(times or 1))
