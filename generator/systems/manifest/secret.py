"""The manifest's model of a secret: where its value stands, never the value."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Field, model_validator

from generator.systems.manifest.fields import Form, Model, ShortForm, wrong
from generator.systems.manifest.template import Placeholders, Template

Region = Annotated[str, Form(r"[a-z]{2}(-[a-z]+)+-\d", "Write it as us-west-2.", longest=32)]

Setting = Annotated[str, Form(r"[\s\S]+", "Write a text.", longest=4096)]


class Secret(Model):
    """A reference to a secret; the value never stands in a manifest, unless it is a plain setting."""

    ssm: Annotated[Template, Placeholders("system", "environment", "region")] | None = Field(
        default=None, description="The name of an SSM parameter, as /spp/{environment}/secrets/API_KEY."
    )
    # Numbers and truth values are read as the text that stands in the file.
    value: Annotated[Setting | None, ShortForm(lambda value: value, {"type": ["number", "boolean"]})] = Field(
        default=None,
        description="The value of an SSM parameter that is a plain setting and no secret: plans and states show it.",
    )
    secretsmanager: Annotated[Template, Placeholders("system", "environment", "region")] | None = Field(
        default=None, description="The name of a Secrets Manager secret."
    )
    key: str | None = Field(default=None, min_length=1, description="The JSON key inside a Secrets Manager secret.")
    replicas: tuple[Region, ...] = Field(
        default=(), description="Further regions that keep a copy of a Secrets Manager secret."
    )

    @model_validator(mode="after")
    def _one_store(self) -> Secret:
        if (self.ssm is None) == (self.secretsmanager is None):
            raise wrong("must name one store", "Write either ssm or secretsmanager.")
        if self.ssm is not None and self.key is not None:
            raise wrong("has a key, which only a Secrets Manager secret has", "Leave key out, or use secretsmanager.")
        if self.ssm is not None and self.replicas:
            raise wrong("has replicas, which only a Secrets Manager secret has", "Use secretsmanager.")
        if self.ssm is None and self.value is not None:
            raise wrong("has a value, which only an SSM parameter may have", "Leave value out, or use ssm.")
        return self

    @property
    def store(self) -> Literal["ssm", "secretsmanager"]:
        """Which AWS service holds the secret."""
        return "secretsmanager" if self.ssm is None else "ssm"

    @property
    def name(self) -> Template:
        """The secret's name in its store."""
        name = self.secretsmanager if self.ssm is None else self.ssm
        assert name is not None  # _one_store
        return name


def secret_form(value: Any) -> Any:
    """The map that a reference written as one text stands for."""
    if not isinstance(value, str):
        return value
    store, _, name = value.partition(":")
    if store not in ("ssm", "secretsmanager") or not name:
        raise wrong("is not a reference to a secret", "Write ssm:/path/of/parameter or secretsmanager:name.")
    if store == "ssm":
        return {"ssm": name}
    name, _, key = name.partition(":")
    return {"secretsmanager": name, **({"key": key} if key else {})}
