"""READMEs of a system's root modules: what stands there and how an operator works with it."""

from __future__ import annotations

from generator.systems.manifest import Account, Environment
from generator.systems.root import Root

BACKEND = 'terraform init -backend-config="bucket=<state_bucket of ../account>"'


def account_readme(account: Account, header: str) -> str:
    """Return the README of ``envs/<system>/account``."""
    repositories = "\n".join(f"- `{name}`" for name in account.registries.repositories) or "- none"
    environments = ", ".join(f"`{name}`" for name in account.environments)
    return f"""<!-- {header} -->
# {account.system}: the account

What exists once in the AWS account of {account.system}, in {account.region}: the bucket for Terraform's state and the
image repositories. The environments {environments} share it, so it is applied first.

## Repositories

{repositories}

Tags are immutable: `<environment>-<commit>-<time>`. A released image gets a tag that starts with `released-` and is
never expired.

## First deployment

The bucket for the state does not exist yet, so the first apply keeps its state here, and moves it afterwards.

```sh
printf 'terraform {{\\n  backend "local" {{}}\\n}}\\n' > backend_override.tf
terraform init
terraform apply
rm backend_override.tf
terraform init -migrate-state -backend-config="bucket=$(terraform output -raw state_bucket)"
```

## Destroying

Only after every environment is gone. The state goes back to a local file first, because its bucket is destroyed too.

```sh
terraform apply -var allow_destroy=true
printf 'terraform {{\\n  backend "local" {{}}\\n}}\\n' > backend_override.tf
terraform init -migrate-state
terraform destroy -var allow_destroy=true
```
"""


def environment_readme(environment: Environment, root: Root, header: str) -> str:
    """Return the README of ``envs/<system>/<environment>``."""
    network = environment.network
    nat = {"none": "no NAT gateway", "single": "one NAT gateway", "per_az": "a NAT gateway in each zone"}[network.nat]
    zones = ", ".join(network.vpc.availability_zones)
    services = "\n".join(_service(environment, name) for name in environment.services) or "| none | | | | |"
    return f"""<!-- {header} -->
# {environment.system}/{environment.name}

One VPC ({network.vpc.cidr}) in {environment.region}, zones {zones}, with {nat}.

| service | CPU units / MB | tasks | listens on | deployment |
| --- | --- | --- | --- | --- |
{services}

{_runner(environment)}
## First deployment

`../account` is applied before. Until an image is released, its service or function is absent: AWS creates none from an
image that does not exist.

```sh
{BACKEND}
terraform apply
```

Then push each image to its repository (output `repository_urls`), release it, and apply again:

```sh
slipway image release {environment.system}/{environment.name} <service or code-runner> <tag or digest>
terraform apply
```
{_names(environment)}
## Releasing and rolling back

Push an image with the tag `{environment.name}-<commit>-<time>`. Neither a release nor a rollback leaves anything for
Terraform to do:

```sh
slipway image release {environment.system}/{environment.name} <service or code-runner> <tag or digest>
slipway image rollback {environment.system}/{environment.name} <service or code-runner>
```

Without Slipway: `aws ssm put-parameter --overwrite --name <one of the output image_parameters> --value <repository
URL>@<digest>`, and `terraform apply`. Rolling back is the same with the digest before.

## Destroying

Deletion protection is lifted by one variable, which has to be applied before:

```sh
terraform apply -var allow_destroy=true
terraform destroy -var allow_destroy=true
```

{_leftovers(root)}"""


def _service(environment: Environment, name: str) -> str:
    service = environment.services[name]
    tasks = service.count.range
    count = str(tasks.min) if service.count.fixed else f"{tasks.min} to {tasks.max}"
    if service.count.cpu_percentage is not None:
        count += f" at {service.count.cpu_percentage} % CPU"
    rolling = "stops old tasks first" if service.deployment.rolling == "recreate" else "starts new tasks first"
    return f"| {name} | {service.cpu} / {service.memory} | {count} | {service.image.port or 'nothing'} | {rolling} |"


def _runner(environment: Environment) -> str:
    runner = environment.code_runner
    if runner is None:
        return ""
    limit = f", {runner.reserved_concurrency} at the same time" if runner.reserved_concurrency is not None else ""
    return (
        f"Programs run in the Lambda function `{environment.code_runner_name}` ({runner.memory} MB, {runner.timeout} s"
        f"{limit}), in subnets without a route out.\n"
    )


def _names(environment: Environment) -> str:
    if not environment.http.public.https:
        return ""
    return """
The hosts need a Route 53 zone. Give the one you have with `-var hosted_zone_id=Z…`. Without it the environment makes a
zone, and the certificate waits for the delegation: run `terraform apply -target=module.names.aws_route53_zone.this`,
enter the name servers that `terraform output name_servers` prints at your registrar, and apply the rest.
"""


def _leftovers(root: Root) -> str:
    return (
        "Log groups go with the environment. The images stay in the account's repositories, and the state file in its "
        f"bucket (`{root.system}/{root.name}.tfstate`).\n"
    )
