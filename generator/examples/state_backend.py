"""How to use the module `state_backend`."""

from __future__ import annotations

from generator.bindings import functions as fn
from generator.bindings.iam import IamRole
from generator.bindings.meta import CallerIdentityData
from generator.examples.example import REGION, Example
from generator.hcl.expression import each
from generator.hcl.policy import assumed_by
from generator.modules.state_backend import StateBackend


class Basic(Example):
    """The state of one system's environments, locked by S3 itself."""

    def build(self) -> None:
        account = CallerIdentityData(self, "current").account_id
        state = self.call(
            "state",
            StateBackend,
            {"name": f"example-terraform-state-{account}-{REGION}", "allow_destroy": self.allow_destroy},
        )
        self.output("backend_config", state.backend_config, "Settings of the backend `s3`, besides `key`.")


class Complete(Example):
    """State for two roles alone, with a lock that Terraform before 1.10 takes too."""

    protected = "DeletionProtectionEnabled"

    def build(self) -> None:
        account = CallerIdentityData(self, "current").account_id
        role = IamRole(
            self,
            "terraform",
            for_each=fn.toset(["apply", "plan"]),
            name=f"example-terraform-{each.key}",
            assume_role_policy=assumed_by("codebuild.amazonaws.com", {"StringEquals": {"aws:SourceAccount": account}}),
        )
        state = self.call(
            "state",
            StateBackend,
            {
                "name": f"example-terraform-state-{account}-{REGION}",
                "noncurrent_expiration_days": 365,
                "role_access": {"writers": [role["apply"].arn], "readers": [role["plan"].arn]},
                "lock_table_name": "example-terraform-lock",
                "allow_destroy": self.allow_destroy,
                "tags": {"Team": "platform"},
            },
        )
        self.output("backend_config", state.backend_config, "Settings of the backend `s3`, besides `key`.")
