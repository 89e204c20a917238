"""How to use the module `secrets`."""

from __future__ import annotations

from generator.bindings.iam import IamRole, IamRolePolicy
from generator.bindings.kms import KmsKey
from generator.examples.example import Example
from generator.hcl.policy import assumed_by
from generator.modules.secrets import Secrets
from generator.modules.shared.encryption_key import Place, key_policy


class Basic(Example):
    """The place of one secret, whose value an operator writes."""

    def build(self) -> None:
        secrets = self.call(
            "secrets",
            Secrets,
            {
                "parameters": {"api-key": {"name": "/example/test/api-key", "description": "Key of the mail service"}},
                "allow_destroy": self.allow_destroy,
            },
        )
        self.output("arns", secrets.arns, "ARNs by key.")


class Complete(Example):
    """Both stores and a plain setting under one key, a copy in another region, and a role that reads some of them.

    Rotation needs a function that knows what the secret opens, so there is none here.
    """

    def build(self) -> None:
        place = Place.of(self)
        key = KmsKey(
            self,
            "secrets",
            description="Encrypts the secrets of the example",
            enable_key_rotation=True,
            deletion_window_in_days=7,
            policy=key_policy(place),
        )
        secrets = self.call(
            "secrets",
            Secrets,
            {
                "parameters": {"api-key": {"name": "/example/test/api-key", "description": "Key of the mail service"}},
                "settings": {"ttl": {"name": "/example/test/SESSION_TTL_SECONDS", "value": "1800"}},
                "secrets": {
                    "database": {
                        "name": "example/test/database",
                        "description": "Password of the database",
                        "replicas": {"us-east-1": {}},
                    },
                    "signing": {"name": "example/test/signing", "description": "Signs sessions"},
                },
                "kms_key_arn": key.arn,
                "consumers": {"backend": ["api-key", "ttl", "database"], "mail": ["api-key"]},
                "allow_destroy": self.allow_destroy,
                "tags": {"Team": "platform"},
            },
        )
        backend = IamRole(
            self, "backend", name="example-backend", assume_role_policy=assumed_by("ecs-tasks.amazonaws.com")
        )
        IamRolePolicy(self, "backend", name="read-secrets", role=backend.id, policy=secrets.read_policies["backend"])
        self.output("arns", secrets.arns, "ARNs by key.")
