"""What every root module of a system has: provider, backend, tags and the operator's variables."""

from __future__ import annotations

from collections.abc import Mapping

from generator.bindings import functions as fn
from generator.bindings.meta import CallerIdentityData, PartitionData
from generator.hcl.constructs import TerraformProvider
from generator.hcl.expression import Expr
from generator.hcl.module import Variable
from generator.hcl.module_call import scratch_app
from generator.hcl.stack import Stack
from generator.hcl.template import literal
from generator.modules.shared.common import matches
from generator.systems.manifest import Template, limited_name

BUCKET_NAME_LIMIT = 63
ACCOUNT_ID_LENGTH = 12
ACCOUNT_ROOT = "account"
STATE = "terraform-state"


class Root(Stack):
    """A root module: `terraform apply` runs in its directory, below ``envs/<system>/``."""

    modules_path = "../../../modules"

    def __init__(self, system: str, name: str, owner: str, region: str) -> None:
        backend = {"key": f"{system}/{name}.tfstate", "region": region, "encrypt": True, "use_lockfile": True}
        super().__init__(scratch_app(), f"{system}_{name}", backend=backend)
        self.system, self.name, self.region = system, name, region
        self.prefix = f"{system}-{name}"
        provider = TerraformProvider(self.construct, "aws", terraform_resource_type="aws")
        provider.add_override("region", region)
        tags = {"System": system, "Environment": name, "Owner": literal(owner), "ManagedBy": "terraform"}
        provider.add_override("default_tags", {"tags": tags})
        self.allow_destroy = (
            Variable(
                "bool",
                "Lifts what protects this environment against deletion. Apply it, then destroy.",
                default=False,
            )
            .named("allow_destroy")
            .declare(self)
        )
        self.account = CallerIdentityData(self, "current").account_id
        self.partition = PartitionData(self, "current").partition

    def bucket_name(self, thing: str) -> str:
        """The name of a bucket: unique in the world by account and region, within S3's 63 characters."""
        return bucket_name(f"{self.prefix}-{thing}", self.region, str(self.account))

    def arn(self, service: str, resource: str, *, region: str | None = None) -> str:
        """The ARN of *resource* of this account; *region* is the root's unless given."""
        where = self.region if region is None else region
        return f"arn:{self.partition}:{service}:{where}:{self.account}:{resource}"

    def repository_arn(self, repository: str) -> str:
        return self.arn("ecr", f"repository/{repository}")

    def repository_urls(self, repositories: tuple[str, ...]) -> dict[str, str]:
        registry = f"{self.account}.dkr.ecr.{self.region}.amazonaws.com"
        return {repository: f"{registry}/{repository}" for repository in repositories}


def bucket_name(name: str, region: str, account: str) -> str:
    """*name* as the name of a bucket in *account*, which may be an expression for the account's 12 digits."""
    room = BUCKET_NAME_LIMIT - ACCOUNT_ID_LENGTH - len(region) - 2
    return f"{limited_name(name, room)}-{account}-{region}"


def state_bucket(system: str, region: str, account: str) -> str:
    """The name of the bucket for the state of the system's environments."""
    return bucket_name(f"{system}-{ACCOUNT_ROOT}-{STATE}", region, account)


def filled(template: Template, values: Mapping[str, object]) -> str:
    """Return the Terraform template of a manifest's text: its placeholders as *values* say, all else literally."""
    parts = (literal(p) if isinstance(p, str) else str(values[str(p)[1:-1]]) for p in template.parts)
    return "".join(parts)


def domain_variable(default: str) -> Variable:
    return Variable(
        "string",
        "Domain of the hosts.",
        default=default,
        checks=lambda v: [
            (
                matches("^([a-z0-9]([a-z0-9-]*[a-z0-9])?\\.)+[a-z]{2,}$", v),
                "domain must be a name such as example.com, in lower case.",
            )
        ],
    ).named("domain")


def hosted_zone_variable() -> Variable:
    return Variable(
        "string",
        "ID of the Route 53 zone for the hosts; null makes a new one, which the registrar must delegate to.",
        default=None,
        checks=lambda v: [
            (fn.can(fn.regex("^Z[A-Z0-9]+$", fn.coalesce(v, "Z0"))), "hosted_zone_id must look like Z0123456789ABC.")
        ],
    ).named("hosted_zone_id")


def zone_name(hosts: list[str], domain: Expr | str) -> str:
    """The name of a zone of their own for *hosts*: the one that all others end with, else the whole domain."""
    names = [host.removeprefix("*.") for host in hosts]
    shortest = min(names, key=len)
    return shortest if all(n == shortest or n.endswith(f".{shortest}") for n in names) else str(domain)
