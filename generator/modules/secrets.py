"""Secrets: their places, never their values."""

from __future__ import annotations

from typing import ClassVar

from generator.bindings import functions as fn
from generator.bindings.secretsmanager import (
    SecretsmanagerSecret,
    SecretsmanagerSecretRotation,
    SecretsmanagerSecretVersion,
)
from generator.bindings.ssm import SsmParameter
from generator.hcl.dynamic import Dynamic
from generator.hcl.expression import Expr, each, for_map, null
from generator.hcl.module import Module
from generator.modules.shared.common import allow_destroy_variable, tags_variable
from generator.modules.shared.encryption_key import Place
from generator.modules.shared.secret_readers import consumers_variable, read_policies
from generator.modules.shared.secret_variables import (
    kms_key_variable,
    parameters_variable,
    secrets_variable,
    settings_variable,
)

PLACEHOLDER = "set-me"
PLACEHOLDER_STAGE = "PLACEHOLDER"


class Secrets(Module):
    """The places of secrets in SSM Parameter Store and Secrets Manager; operators put the values in.

    Each starts with a placeholder that reaches neither the plan nor the state (a write-only argument), and everything
    but tags is ignored afterwards: a value that an operator wrote survives every later apply, also one that changes the
    description. For the same reason `kms_key_arn` reaches only parameters that are created after it. `settings` are
    plain values, no secrets: Terraform writes them and shows them in its plans.

    A secret may have copies in other regions, and be rotated by a function. That function is the caller's, with a
    permission for `secretsmanager.amazonaws.com` to invoke it. The first rotation waits for its day, so that it
    finds an operator's value instead of the placeholder. ECS reads a secret when a task starts and never again: what
    rotates is read by the program itself.

    `read_policies` holds a policy for the role of each of `consumers`: the values it was given, and to decrypt them.
    """

    example: ClassVar = {
        "parameters": {"api-key": {"name": "/example/test/api-key", "description": "Key of the mail service"}},
    }

    parameters = parameters_variable()
    settings = settings_variable()
    secrets = secrets_variable()
    kms_key_arn = kms_key_variable()
    consumers = consumers_variable()
    allow_destroy = allow_destroy_variable()
    tags = tags_variable()

    def build(self) -> None:
        place = Place.of(self)
        parameter = SsmParameter(
            self,
            "this",
            for_each=self.parameters,
            name=each.value.name,
            description=each.value.description,
            type="SecureString",
            key_id=self.kms_key_arn,
            value_wo=PLACEHOLDER,
            value_wo_version=1,
            tags=self.tags,
            skip={
                "CKV_AWS_337": "The account's SSM key encrypts as well, and costs nothing; kms_key_arn names another."
            },
            lifecycle={"ignore_changes": ["description", "value_wo_version", "key_id", "tier"]},
            why="An update of any argument would write the placeholder over the operator's value.",
        )
        setting = SsmParameter(
            self,
            "setting",
            for_each=self.settings,
            name=each.value.name,
            description=each.value.description,
            type="String",
            insecure_value=each.value.value,
            tags=self.tags,
            skip={
                "CKV2_AWS_34": "A setting is no secret: it stands in the configuration.",
                "CKV_AWS_337": "A setting is no secret: it stands in the configuration.",
            },
        )
        secret = self.stored_secrets(place)
        parameter_arns = self.local(
            "parameter_arns",
            fn.merge(
                for_map(parameter, lambda key, p: (key, p.arn), names=("key", "parameter")),
                for_map(setting, lambda key, p: (key, p.arn), names=("key", "setting")),
            ),
        )
        secret_arns = self.local("secret_arns", for_map(secret, lambda key, s: (key, s.arn), names=("key", "secret")))
        self.output("arns", fn.merge(parameter_arns, secret_arns), "ARNs by key.")
        self.output(
            "read_policies",
            read_policies(place, parameter_arns, secret_arns),
            "Policies, as JSON, for the roles of consumers, by consumer.",
        )

    def stored_secrets(self, place: Place) -> SecretsmanagerSecret:
        secret = SecretsmanagerSecret(
            self,
            "this",
            for_each=self.secrets,
            name=each.value.name,
            description=each.value.description,
            kms_key_id=self.kms_key_arn,
            recovery_window_in_days=self.allow_destroy.then(0, 30),
            replica=Dynamic(
                each.value.replicas, lambda block: {"region": block.key, "kms_key_id": block.value.kms_key_arn}
            ),
            tags=self.tags,
            skip={
                "CKV_AWS_149": "The account's own key encrypts as well, and costs nothing; kms_key_arn names another.",
                "CKV2_AWS_57": "Only a function that knows what the secret opens can rotate it: rotation names one.",
            },
            lifecycle={
                "precondition": [
                    {
                        "condition": ~fn.contains(fn.keys(each.value.replicas), place.region),
                        "error_message": "replicas of secrets must not name the region of the secret itself.",
                    }
                ]
            },
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
        SecretsmanagerSecretRotation(
            self,
            "this",
            for_each=for_map(
                self.secrets,
                lambda key, s: (key, s.rotation),
                names=("key", "secret"),
                when=lambda key, s: s.rotation != null,
            ),
            secret_id=secret[each.key].id,
            rotation_lambda_arn=each.value.function_arn,
            rotate_immediately=False,
            rotation_rules={"automatically_after_days": each.value.days},
            depends_on=[Expr("aws_secretsmanager_secret_version.this")],
            skip={"CKV_AWS_304": "What the secret opens decides how often it can change: the caller says the days."},
            why="AWS tries the function on the current version, so there has to be one.",
        )
        return secret
