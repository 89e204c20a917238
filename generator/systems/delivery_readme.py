"""The parts of a README about getting there: the first deployment, secrets, releases, GitHub."""

from __future__ import annotations

from generator.systems.delivery import github_environment
from generator.systems.inputs import identifier
from generator.systems.manifest import CODE_RUNNER, Environment
from generator.systems.manifest.hosting import Site
from generator.systems.workflows.parts import apply_role, plan_role, release_role
from generator.systems.workflows.release import docker_platform

# What each engine's code runner listens on.
RUNNER_LISTENS = {"lambda": "Lambda's runtime API", "fargate": "8080", "ec2": "8080"}


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


def set_by_hand(environment: Environment) -> bool:
    """Whether an operator has secrets to write; settings come with the manifest."""
    return any(secret.value is None for secret in environment.secrets().values())


def secrets_section(environment: Environment) -> str:
    """How to set each secret; the places exist after the first apply, with a placeholder."""
    lines = []
    for place, secret in environment.secrets().items():
        name = secret.name.render(environment.values)
        if secret.value is not None:
            continue
        if secret.store == "ssm":
            lines.append(f"aws ssm put-parameter --overwrite --type SecureString --name {name} --value file://value")
        else:
            readers = (s for _, _, s in environment.secret_references() if environment.secret_key(s) == place)
            keys = sorted({reader.key for reader in readers if reader.key})
            if keys:
                lines.append(f"# The value is JSON: an object with {', '.join(keys)}.")
            lines.append(f"aws secretsmanager put-secret-value --secret-id {name} --secret-string file://value")
    commands = "\n".join(lines)
    return f"""Terraform makes the places and never sees the values. Write each into a file `value`, without a newline
at its end, and remove it afterwards:

```sh
{commands}
```

A task reads its secrets when it starts: `aws ecs update-service --force-new-deployment` starts new ones."""


def releasing_section(environment: Environment) -> str:
    return f"""[Releasing images](../../../docs/releasing.md) says how an image is built and pushed, and
[the project's README](../../../README.md) how `slipway` is installed. Tags are `{environment.name}-<commit>-<time>`.

{_image_table(environment)}

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


def _image_table(environment: Environment) -> str:
    """What an image has to be, or its service never becomes healthy."""
    rows = "\n".join(
        f"| {name} | `{repository}` | {platform} | {asked} |"
        for name, (repository, platform, asked) in _images(environment).items()
    )
    return f"| name | repository | built for | listens on |\n| --- | --- | --- | --- |\n{rows}"


def _images(environment: Environment) -> dict[str, tuple[str, str, str]]:
    found: dict[str, tuple[str, str, str]] = {}
    runner = environment.code_runner
    for name in images(environment):
        if name == CODE_RUNNER:
            assert runner is not None
            asked = RUNNER_LISTENS[runner.engine]
            if runner.host is not None:
                asked += f", `GET {runner.host.healthcheck}` is answered 200"
            found[name] = (runner.repository, docker_platform(runner.platform), asked)
            continue
        service = environment.services[name]
        asked = "nothing" if service.image.port is None else str(service.image.port)
        if service.http is not None:
            asked += f", `GET {service.http.healthcheck.path}` is answered {service.http.healthcheck.success_codes}"
        found[name] = (service.image.repository, docker_platform(service.platform), asked)
    return found


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
    rows = (
        (plan_role(environment), f"ref:refs/heads/{branch}", f"with `ReadOnlyAccess`{_read_secrets(environment)}"),
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

[Workflows on GitHub](../../../docs/github.md#setting-up) says how these come about.

Commit `terraform.tfvars`, which holds the values of Terraform's variables: the workflows have no others. Commit
`.terraform.lock.hcl` too (`git add --force`): without it each run takes the newest provider."""


def _read_secrets(environment: Environment) -> str:
    """What a plan takes beyond reading: the provider reads the version of each secret that it has written."""
    databases = [database for database in environment.databases.values() if not database.managed_password]
    if databases:
        drawn = " and `secretsmanager:GetRandomPassword`"
    elif any(secret.store == "secretsmanager" for secret in environment.secrets().values()):
        drawn = ""
    else:
        return ""
    return f", `secretsmanager:GetSecretValue` on the environment's secrets{drawn}"


def sites_section(environment: Environment) -> str:
    """How the repository of each static site is connected, which Terraform does not do."""
    return "\n\n".join(_site(name, site, environment.region) for name, site in environment.hosting.items())


def _site(name: str, site: Site, region: str) -> str:
    label = identifier(name)
    served = ", ".join(f"`{branch}`" for branch in site.branches)
    domain = ""
    if site.subdomains:
        domain = f"""

Its domain waits for DNS records: enter those of the output `site_{label}_dns_records` where they are not made yet."""
    return f"""The first apply makes the Amplify app of {name} without branches. Connect its repository once, by hand:
the token would stay in Terraform's state, and Amplify does not keep it. On GitHub, install Amplify's app for the
repository first (`https://github.com/apps/aws-amplify-{region}/installations/new`), and give the token the scope
`admin:repo_hook`.

```sh
aws amplify update-app --app-id "$(terraform output -raw site_{label}_app_id)" \\
  --repository https://github.com/<owner>/<name> --access-token <token>
echo 'site_{label}_repository_connected = true' >> terraform.tfvars
terraform apply
```

Amplify then builds and serves {served}: output `site_{label}_urls`.{domain}"""


def _release_role(environment: Environment) -> str:
    if environment.delivery is None:
        return "those of [modules/delivery](../../../modules/delivery)"
    return "output `release_roles` of `../account`, once `github_repositories` there names the repository"


def _link(environment: Environment, what: str) -> str:
    file = f"{environment.system}-{what}-{environment.name}.yml"
    return f"[{file}](../../../.github/workflows/{file})"
