"""READMEs of a system's root modules: what stands there and how an operator works with it."""

from __future__ import annotations

from collections.abc import Iterator

from generator.systems.bill import bill_section
from generator.systems.delivery_readme import (
    github_section,
    images,
    releasing_section,
    secrets_section,
    set_by_hand,
    sites_section,
)
from generator.systems.destroying import destroying_section
from generator.systems.first_deployment import first_deployment
from generator.systems.manifest import Account, Environment
from generator.systems.quotas import quota_section
from generator.systems.recovery import recovery_section
from generator.systems.root import Root, state_bucket


def account_readme(account: Account, root: Root, header: str) -> str:
    """Return the README of ``envs/<system>/account``."""
    repositories = "\n".join(f"- `{name}`" for name in account.registries.repositories) or "- none"
    bucket = state_bucket(account.system, account.region, "<account ID>")
    environments = ", ".join(f"`{name}`" for name in account.environments)
    return f"""<!-- {header} -->
# {account.system}: the account

What exists once in the AWS account of {account.system}, in {account.region}: {_things(account)}.
The environments {environments} share it, so it is applied first, and by an operator.

## Repositories

{repositories}

Tags are immutable: `<environment>-<commit>-<time>`. A released image gets a tag that starts with `released-` and is
never expired.

## What is billed

{bill_section(root)}

## First deployment

The bucket for the state does not exist yet, so the first apply keeps its state here, and moves it afterwards.

```sh
printf 'terraform {{\\n  backend "local" {{}}\\n}}\\n' > backend_override.tf
terraform init
terraform apply
bucket=$(terraform output -raw state_bucket)
rm backend_override.tf
terraform init -migrate-state -backend-config="bucket=$bucket"
```

Answer `yes`: the state is copied. When `terraform state list` shows it, remove `terraform.tfstate` and its backup. In
another clone, `terraform init -backend-config="bucket={bucket}"` is all.

AWS makes the role of ECS with the first cluster, and may be late. In an account that never had one, make it now:

```sh
aws iam create-service-linked-role --aws-service-name ecs.amazonaws.com
```
{_trust(account)}
## Destroying

Only after every environment is gone: their states go with the bucket, the images with their repositories. The state of
the account comes back to a local file first.

```sh
terraform apply -var allow_destroy=true
printf 'terraform {{\\n  backend "local" {{}}\\n}}\\n' > backend_override.tf
terraform init -migrate-state
terraform destroy -var allow_destroy=true
rm backend_override.tf
```
"""


def _things(account: Account) -> str:
    things = ["the bucket for Terraform's state", "the image repositories"]
    if account.delivery is not None:
        things.append("the roles of GitHub's workflows")
    if account.audit_trail is not None:
        things.append("the audit trail")
    return f"{', '.join(things[:-1])} and {things[-1]}"


def _trust(account: Account) -> str:
    if account.delivery is None:
        return ""
    return """
## Delivering with GitHub

The roles that release exist once a repository is trusted, and `release_roles` names them:

```sh
echo 'github_repositories = ["<owner>/<name>"]' >> terraform.tfvars
terraform apply
terraform output release_roles
```

An account has one provider for GitHub's tokens. If it is there already, import it before the apply; it is then
destroyed with this root:

```sh
terraform import 'module.delivery["github"].aws_iam_openid_connect_provider.github[0]' <ARN of the provider>
```

The README of each environment says which variables of the repository take them. The roles that plan and apply are the
operator's own: what they may do is as much as whoever holds them could do by hand.
"""


def environment_readme(environment: Environment, root: Root, header: str) -> str:
    """Return the README of ``envs/<system>/<environment>``: a section for each thing that it has."""
    sections = "\n\n".join(f"## {title}\n\n{text}" for title, text in _sections(environment, root))
    return f"<!-- {header} -->\n# {environment.system}/{environment.name}\n\n{_overview(environment)}\n\n{sections}\n"


def _sections(environment: Environment, root: Root) -> Iterator[tuple[str, str]]:
    yield "What is billed", bill_section(root)
    yield "Quotas to request", quota_section(environment)
    yield "First deployment", first_deployment(environment)
    if set_by_hand(environment):
        yield "Setting secrets", secrets_section(environment)
    if environment.hosting:
        yield "Connecting sites", sites_section(environment)
    if images(environment):
        yield "Releasing and rolling back", releasing_section(environment)
    if environment.pipeline is not None:
        yield "Delivering with GitHub", github_section(environment)
    yield "Recovering", recovery_section(environment, root)
    yield "Destroying", destroying_section(environment, root)


def _overview(environment: Environment) -> str:
    network = environment.network
    nat = {"none": "no NAT gateway", "single": "one NAT gateway", "per_az": "a NAT gateway in each zone"}[network.nat]
    zones = ", ".join(network.vpc.availability_zones)
    parts = [f"One VPC ({network.vpc.cidr}) in {environment.region}, zones {zones}, with {nat}."]
    if environment.services:
        rows = (_service(environment, name) for name in environment.services)
        head = ("| service | CPU units / MB | tasks | listens on | deployment |", "| --- | --- | --- | --- | --- |")
        parts.append("\n".join([*head, *rows]))
    parts += [f"Amplify serves the static site `{name}`." for name in environment.hosting]
    parts += [*_off_hours(environment), *_databases(environment), *_runner(environment)]
    return "\n\n".join(parts)


def _service(environment: Environment, name: str) -> str:
    service = environment.services[name]
    tasks = service.count.range
    count = str(tasks.min) if service.count.fixed else f"{tasks.min} to {tasks.max}"
    held = (("CPU", service.count.cpu_percentage), ("memory", service.count.memory_percentage))
    followed = [f"{percentage} % {metric}" for metric, percentage in held if percentage is not None]
    if followed:
        count += f" at {' or '.join(followed)}"
    rolling = "stops old tasks first" if service.deployment.rolling == "recreate" else "starts new tasks first"
    return f"| {name} | {service.cpu} / {service.memory} | {count} | {service.image.port or 'nothing'} | {rolling} |"


def _off_hours(environment: Environment) -> Iterator[str]:
    off = environment.off_hours
    if off is not None:
        weekends = " and at weekends" if off.weekends else ""
        yield (
            f"No task of a service runs from {off.from_} to {off.until}{weekends} ({off.time_zone}). To work at such "
            "an hour, see [while an environment sleeps](../../../docs/changing.md#while-an-environment-sleeps)."
        )


def _databases(environment: Environment) -> Iterator[str]:
    for name, database in environment.databases.items():
        zones = ", with a standby in another zone" if database.multi_az else ""
        replicas = f", {len(database.replicas)} read replica" if database.replicas else ""
        more = "s" if len(database.replicas) > 1 else ""
        yield (
            f"The database `{name}` is {database.engine} {database.version} on {database.instance_class} with "
            f"{database.storage} GB{zones}{replicas}{more}."
        )


def _runner(environment: Environment) -> Iterator[str]:
    runner = environment.code_runner
    if runner is None:
        return
    name, egress = (
        environment.code_runner_name,
        "with a way to the internet" if runner.reaches_internet else ("in subnets without a route out"),
    )
    if runner.host is not None:
        yield (
            f"Programs run in containers that the privileged service `{name}` starts on a {runner.host.instance_type} "
            f"of its own, {egress}."
        )
    elif runner.service:
        yield f"Programs run in the Fargate service `{name}` ({runner.memory} MB, {runner.timeout} s), {egress}."
    else:
        size = f"{runner.memory} MB, {runner.timeout} s, {runner.reserved_concurrency} at the same time"
        yield f"Programs run in the Lambda function `{name}` ({size}), {egress}."
