"""The root module of what exists once an account: state, registries, delivery roles and the audit trail."""

from __future__ import annotations

from generator.hcl.module_call import call_module
from generator.modules.audit_trail import AuditTrail
from generator.modules.container_registry import ContainerRegistry
from generator.modules.state_backend import StateBackend
from generator.systems.delivery import delivery
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
                "repositories": {name: self.repository(account, name) for name in account.registries.repositories},
                "environments": list(account.environments),
                "keep_images": account.registries.keep_images,
                **self.replication(account),
                "allow_destroy": self.allow_destroy,
            },
        )
        self.output("state_bucket", state.bucket, "Bucket for the state of every environment of this system.")
        self.output("repository_urls", registry.repository_urls, "URLs to push images to, by repository.")
        with self.file("delivery"):
            delivery(self, account)
        with self.file("audit_trail"):
            self.audit_trail(account)

    def repository(self, account: Account, name: str) -> dict[str, object]:
        """What differs from the module's defaults: Lambda reads the images of functions by itself."""
        runners = (environment.code_runner for environment in account.resolved)
        return {"lambda_pull": True} if any(r and not r.service and r.repository == name for r in runners) else {}

    def replication(self, account: Account) -> dict[str, object]:
        regions = account.registries.replication_regions
        return {"replication_regions": list(regions)} if regions else {}

    def audit_trail(self, account: Account) -> None:
        settings = account.audit_trail
        if settings is None:
            return
        inputs: dict[str, object] = {
            "name": f"{account.system}-audit",
            "bucket": self.bucket_name("audit"),
            "expiration_days": settings.keep_days,
            "cloudwatch_logs": settings.cloudwatch_logs,
            "allow_destroy": self.allow_destroy,
        }
        if settings.cloudwatch_logs:
            inputs["log_retention_days"] = settings.log_retention
        trail = call_module(self, "audit_trail", AuditTrail, inputs)
        self.output("audit_trail", trail.arn, "ARN of the trail of who did what in the account.")
        self.output("audit_bucket", trail.bucket, "Bucket with the trail's files.")
