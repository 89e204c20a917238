"""Secrets Manager.

- PutSecretValue and UpdateSecret: when AWSCURRENT moves to a new version, moto takes every other label off the old one
  too, and leaves a label of the new version on the old ones as well. AWS moves the labels it was given and no others.
- ReplicateSecretToRegions and CreateSecret: moto forgets the KMS key of a copy.
- RotateSecret that does not rotate at once: AWS removes the version it has tried the function with, moto keeps it.
"""

from __future__ import annotations

from typing import Any

from moto.secretsmanager.models import FakeSecret, SecretsManagerBackend

from generator.embedded_aws.patching import arguments, around
from generator.embedded_aws.state import ServerState

OWN_LABELS = ("AWSCURRENT", "AWSPREVIOUS")


def apply(_: ServerState) -> None:
    @around(FakeSecret, "reset_default_version")
    def move_own_labels_alone(original: Any, self: Any, secret_version: dict[str, Any], version_id: str) -> None:
        moved = [label for label in secret_version["version_stages"] if label not in OWN_LABELS]
        previous = self.versions.get(self.default_version_id)
        if previous is None or self.default_version_id == version_id:
            original(self, secret_version, version_id)
            return
        kept = [label for label in previous["version_stages"] if label not in (*OWN_LABELS, *moved)]
        self.remove_version_stages_from_old_versions(moved)
        original(self, secret_version, version_id)
        previous["version_stages"] = [*previous["version_stages"], *kept]

    @around(FakeSecret, "create_replicas")
    def keep_key(original: Any, self: Any, replica_regions: list[dict[str, str]], force_overwrite: bool) -> Any:
        replicas = original(self, replica_regions, force_overwrite)
        for replica, wanted in zip(replicas, replica_regions, strict=True):
            replica.config["KmsKeyId"] = wanted.get("KmsKeyId") or replica.config["KmsKeyId"]
        return replicas

    @around(SecretsManagerBackend, "rotate_secret")
    def forget_the_trial(original: Any, self: Any, *args: Any, **kwargs: Any) -> Any:
        call = arguments(original, self, *args, **kwargs)
        before = set(self.secrets[call["secret_id"]].versions) if call["secret_id"] in self.secrets else set()
        answer = original(self, *args, **kwargs)
        if not call["rotate_immediately"]:
            versions = self.secrets[call["secret_id"]].versions
            for trial in set(versions) - before:
                del versions[trial]
        return answer
