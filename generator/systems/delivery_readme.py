"""The parts of a README about getting there: the first deployment, secrets, releases, GitHub."""

from __future__ import annotations

from collections.abc import Sequence

from generator.systems.delivery import github_environment
from generator.systems.inputs import identifier
from generator.systems.manifest import CODE_RUNNER, Environment
from generator.systems.workflows.parts import apply_role, plan_role, release_role

BACKEND = 'terraform init -backend-config="bucket=<state_bucket of ../account>"'


def first_deployment(environment: Environment) -> str:
    """The steps from nothing to something that answers."""
    initialised = f"`../account` is applied before. Initialise with its bucket, and apply:\n\n```sh\n{BACKEND}\n"
    absent = (
        "Until an image is released, its service or function is absent: AWS creates none from an image that does not "
        "exist."
    )
    steps = [
        f"{initialised}terraform apply\n```\n\n{_names(environment)}{absent if images(environment) else ''}".strip()
    ]
    if environment.secrets():
        steps.append("Set the secrets, see below: a task does not start with a placeholder that it cannot use.")
    if images(environment):
        steps.append(
            "Push each image to its repository (output `repository_urls`), and release it:\n\n"
            f"```sh\n{release_commands(environment, 'release')}\n```"
        )
        steps.append("Apply again, which makes what runs the images:\n\n```sh\nterraform apply\n```")
    if environment.hosting:
        steps.append("Connect the repositories of the static sites, see below.")
    if environment.monitoring is not None:
        steps.append("Whoever is told by mail confirms the message of SNS first (`alarm_subscriptions` names them).")
    steps.append(f"Ask whether it is there: {_asked(environment)}.")
    text = "\n\n".join(f"{number}. {step.replace(chr(10), chr(10) + '   ')}" for number, step in enumerate(steps, 1))
    return "\n".join(line.rstrip() for line in text.splitlines())


def images(environment: Environment) -> list[str]:
    """What images are released for, the called before their callers: no task finds a younger service."""
    found: dict[str, None] = {} if environment.code_runner is None else {CODE_RUNNER: None}

    def add(name: str) -> None:
        if name not in found:
            for called in environment.services[name].uses.services:
                if called not in being_added:
                    being_added.add(called)
                    add(called)
            found[name] = None

    being_added: set[str] = set()
    for name in environment.services:
        add(name)
    return list(found)


def release_commands(environment: Environment, verb: str) -> str:
    target = f"{environment.system}/{environment.name}"
    tag = f" {environment.name}-<commit>-<time>" if verb == "release" else ""
    return "\n".join(f"slipway image {verb} {target} {name}{tag}" for name in images(environment))


def _names(environment: Environment) -> str:
    if not environment.http.public.https:
        return ""
    return (
        "The hosts need a Route 53 zone. Name the one you have in `terraform.tfvars`, as\n"
        '`hosted_zone_id = "Z…"`. Without it the environment makes a zone, and the certificate waits for the\n'
        "delegation: run\n"
        "`terraform apply -target=module.names.aws_route53_zone.this`, enter the name servers that\n"
        "`terraform output name_servers` prints at your registrar, and apply the rest.\n\n"
    )


def _asked(environment: Environment) -> str:
    if any(service.http is not None for service in environment.services.values()):
        return "the output `urls` names its addresses" if environment.http.public.https else "output `load_balancer`"
    return "`terraform plan` is empty"


def secrets_section(environment: Environment) -> str:
    """How to set each secret; the places exist after the first apply, with a placeholder."""
    lines = []
    for secret in environment.secrets().values():
        name = secret.name.render(environment.values)
        if secret.value is not None:
            continue
        if secret.store == "ssm":
            lines.append(f"aws ssm put-parameter --overwrite --type SecureString --name {name} --value file://value")
        else:
            lines.append(f"aws secretsmanager put-secret-value --secret-id {name} --secret-string file://value")
    commands = "\n".join(lines)
    return f"""Terraform makes the places and never sees the values. Write each into a file `value`, without a newline
at its end, and remove it afterwards:

```sh
{commands}
```

A task reads its secrets when it starts: `aws ecs update-service --force-new-deployment` starts new ones."""


def releasing_section(environment: Environment) -> str:
    return f"""Push an image with the tag `{environment.name}-<commit>-<time>`, built for the service's platform.
Neither a release nor a rollback leaves anything for Terraform to do:

```sh
{release_commands(environment, "release")}
```

Back to the image before, and with each repetition one further:

```sh
{release_commands(environment, "rollback")}
```

Without Slipway: `aws ssm put-parameter --overwrite --name <one of the output image_parameters> --value <repository
URL>@<digest>`, and `terraform apply`. Rolling back is the same with the digest before."""


def github_section(environment: Environment) -> str:
    """What the workflows do, and what they need to be told once."""
    pipeline = environment.pipeline
    assert pipeline is not None
    name = github_environment(environment)
    start = f"a push to `{pipeline.branch}`" if pipeline.branch else "hand"
    branch = pipeline.branch or "<branch>"
    asked = f"The GitHub environment `{name}` asks nobody."
    if pipeline.requires_approval:
        asked = (
            f"The GitHub environment `{name}` needs required reviewers and, as deployment branch, `{branch}`: the\n"
            "workflows refuse to run while it has none."
        )
    secrets = (
        ", `secretsmanager:GetSecretValue` on the database's secret"
        if any(not database.managed_password for database in environment.databases.values())
        else ""
    )
    rows = (
        (plan_role(environment), f"ref:refs/heads/{branch}", f"with `ReadOnlyAccess`{secrets}"),
        (apply_role(environment), f"environment:{name}", "may make and change what stands here, and its state"),
        (release_role(environment), f"environment:{name}", _release_role(environment)),
    )
    table = "\n".join(f"| `{variable}` | `{subject}` | {permissions} |" for variable, subject, permissions in rows)
    return f"""- {_link(environment, "deploy")}: a plan, and the same plan
  applied, started by {start}.
- {_link(environment, "release")}: build, scan, push, release, called by the
  application's workflow with a Dockerfile; or by hand the release of a pushed tag, or a rollback.

{asked}

Roles are assumed by the token of the job, without keys. The workflows read their ARNs from variables of the repository
that starts them:

| variable | subject of the token, after `repo:OWNER/NAME:` | role |
| --- | --- | --- |
{table}

Commit `terraform.tfvars`, which holds the values of Terraform's variables: the workflows have no others."""


def sites_section(environment: Environment) -> str:
    """How the repository of each static site is connected, which Terraform does not do."""
    return "\n\n".join(_site(name, tuple(site.branches)) for name, site in environment.hosting.items())


def _site(name: str, branches: Sequence[str]) -> str:
    label = identifier(name)
    served = ", ".join(f"`{branch}`" for branch in branches)
    return f"""The first apply makes the Amplify app of {name} without branches. Connect its repository once, by hand:
the token would stay in Terraform's state, and Amplify does not keep it.

```sh
aws amplify update-app --app-id "$(terraform output -raw site_{label}_app_id)" \\
  --repository https://github.com/<owner>/<name> --access-token <token>
echo 'site_{label}_repository_connected = true' >> terraform.tfvars
terraform apply
```

Amplify then builds and serves {served}: output `site_{label}_urls`."""


def _release_role(environment: Environment) -> str:
    if environment.delivery is None:
        return "those of [modules/delivery](../../../modules/delivery)"
    return "output `release_roles` of `../account`, once `github_repositories` there names the repository"


def _link(environment: Environment, what: str) -> str:
    file = f"{environment.system}-{what}-{environment.name}.yml"
    return f"[{file}](../../../.github/workflows/{file})"
