"""The root module of what exists once an account: registries and the bucket for Terraform's state."""

from __future__ import annotations

from generator.hcl.module_call import call_module
from generator.modules.container_registry import ContainerRegistry
from generator.modules.state_backend import StateBackend
from generator.systems.manifest import Account
from generator.systems.root import ACCOUNT_ROOT, STATE, Root


class AccountRoot(Root):
    """``envs/<system>/account``: applied first, before any environment of the system."""

    def __init__(self, account: Account) -> None:
        super().__init__(account.system, ACCOUNT_ROOT, account.owner, account.region)
        state = call_module(
            self,
            "state_backend",
            StateBackend,
            {"name": self.bucket_name(STATE), "allow_destroy": self.allow_destroy},
        )
        registry = call_module(
            self,
            "container_registry",
            ContainerRegistry,
            {
                "repositories": {name: {} for name in account.registries.repositories},
                "environments": list(account.environments),
                "keep_images": account.registries.keep_images,
                "allow_destroy": self.allow_destroy,
            },
        )
        self.output("state_bucket", state.bucket, "Bucket for the state of every environment of this system.")
        self.output("repository_urls", registry.repository_urls, "URLs to push images to, by repository.")
