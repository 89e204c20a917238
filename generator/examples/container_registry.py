"""How to use the module `container_registry`."""

from __future__ import annotations

from generator.bindings.iam import IamRole
from generator.bindings.kms import KmsKey
from generator.examples.example import Example
from generator.hcl.policy import assumed_by
from generator.modules.container_registry import ContainerRegistry
from generator.modules.shared.encryption_key import Place, key_policy


class Basic(Example):
    """Two repositories that two environments share."""

    def build(self) -> None:
        registry = self.call(
            "images",
            ContainerRegistry,
            {
                "repositories": {"example/backend": {}, "example/runner": {}},
                "environments": ["test", "prod"],
                "allow_destroy": self.allow_destroy,
            },
        )
        self.output("repository_urls", registry.repository_urls, "URLs to push to, by repository.")


class Complete(Example):
    """Repositories with options of their own, pulled by a role and by Lambda, and copied to another region."""

    def build(self) -> None:
        place = Place.of(self)
        key = KmsKey(
            self,
            "images",
            description="Encrypts the images of the runner",
            enable_key_rotation=True,
            deletion_window_in_days=7,
            policy=key_policy(place),
        )
        build = IamRole(
            self, "build", name="example-image-build", assume_role_policy=assumed_by("codebuild.amazonaws.com")
        )
        registry = self.call(
            "images",
            ContainerRegistry,
            {
                "repositories": {
                    "example/backend": {"keep_images": 10, "pull_role_arns": [build.arn]},
                    "example/runner": {"kms_key_arn": key.arn, "lambda_pull": True},
                    "example/web": {},
                },
                "environments": ["test", "prod"],
                "keep_images": 50,
                "replication_regions": ["us-east-1"],
                "allow_destroy": self.allow_destroy,
                "tags": {"Team": "platform"},
            },
        )
        self.output("repository_arns", registry.repository_arns, "ARNs of the repositories.")
        self.output("repository_urls", registry.repository_urls, "URLs to push to, by repository.")
