"""Secrets: their places, never their values."""

from __future__ import annotations

from typing import ClassVar

from generator.bindings import functions as fn
from generator.bindings.secretsmanager import SecretsmanagerSecret, SecretsmanagerSecretVersion
from generator.bindings.ssm import SsmParameter
from generator.hcl.expression import each, for_map
from generator.hcl.module import Module, Variable
from generator.hcl.type_constraint import map_of, object_of, optional
from generator.modules.shared.common import allow_destroy_variable, every, matches, tags_variable

PLACEHOLDER = "set-me"
PLACEHOLDER_STAGE = "PLACEHOLDER"


class Secrets(Module):
    """The places of secrets in SSM Parameter Store and Secrets Manager; operators put the values in.

    Each starts with a placeholder that reaches neither the plan nor the state (a write-only argument), and everything
    but tags is ignored afterwards: a value that an operator wrote survives every later apply, also one that changes the
    description.
    """

    example: ClassVar = {
        "parameters": {"api-key": {"name": "/example/test/api-key", "description": "Key of the mail service"}},
    }

    parameters = Variable(
        map_of(object_of({"name": "string", "description": optional("string", "Set by an operator")})),
        "SecureString parameters by key.",
        default={},
        checks=lambda v: [
            (
                every(v, lambda _, p: matches("^/[a-zA-Z0-9_.-]+(/[a-zA-Z0-9_.-]+)*$", p.name), names=("_", "p")),
                "the name of each of parameters must be a path such as /system/environment/name.",
            )
        ],
    )
    secrets = Variable(
        map_of(object_of({"name": "string", "description": optional("string", "Set by an operator")})),
        "Secrets Manager secrets by key.",
        default={},
    )
    allow_destroy = allow_destroy_variable()
    tags = tags_variable()

    def build(self) -> None:
        parameter = SsmParameter(
            self,
            "this",
            for_each=self.parameters,
            name=each.value.name,
            description=each.value.description,
            type="SecureString",
            value_wo=PLACEHOLDER,
            value_wo_version=1,
            tags=self.tags,
            lifecycle={"ignore_changes": ["description", "value_wo_version", "key_id", "tier"]},
            why="An update of any argument would write the placeholder over the operator's value.",
        )
        secret = SecretsmanagerSecret(
            self,
            "this",
            for_each=self.secrets,
            name=each.value.name,
            description=each.value.description,
            recovery_window_in_days=self.allow_destroy.then(0, 30),
            tags=self.tags,
        )
        SecretsmanagerSecretVersion(
            self,
            "this",
            for_each=self.secrets,
            secret_id=secret[each.key].id,
            secret_string_wo=PLACEHOLDER,
            secret_string_wo_version=1,
            version_stages=["AWSCURRENT", PLACEHOLDER_STAGE],
            lifecycle={"ignore_changes": ["secret_string_wo_version", "version_stages"]},
            why=(
                "A first version, so that consumers start; operators write the next ones. Its own label keeps AWS from "
                "deleting it after two of theirs: Terraform would then write the placeholder again, over their value."
            ),
        )
        self.output(
            "arns",
            fn.merge(
                for_map(parameter, lambda key, p: (key, p.arn), names=("key", "parameter")),
                for_map(secret, lambda key, s: (key, s.arn), names=("key", "secret")),
            ),
            "ARNs by key.",
        )
