"""The README's way from nothing to something that answers, in the order in which AWS takes it."""

from __future__ import annotations

from collections.abc import Iterator

from generator.systems.delivery_readme import images, release_commands, set_by_hand
from generator.systems.manifest import Environment
from generator.systems.root import state_bucket, zone_name
from generator.systems.runner import session_images

# Names that IANA keeps for documentation: AWS makes neither a zone nor a certificate for them.
NOBODYS = ("example.com", "example.net", "example.org")


def first_deployment(environment: Environment) -> str:
    """The steps from nothing to something that answers."""
    steps = [*_inputs(environment), _initialised(environment), *_zone(environment), _applied(environment)]
    if set_by_hand(environment):
        steps.append(
            "[Set the secrets](#setting-secrets): a task does not start with a placeholder that it cannot use."
        )
    if images(environment):
        steps += [*_session_images(environment), _released(environment)]
        steps.append("Apply again, which makes what runs the images:\n\n```sh\nterraform apply\n```")
    if environment.hosting:
        steps.append("[Connect the repositories of the static sites](#connecting-sites).")
    if environment.monitoring is not None:
        steps.append("Whoever is told by mail confirms the message that SNS has sent: before, nothing arrives.")
    steps.append(f"Ask whether it is there: {_asked(environment)}.")
    text = "\n\n".join(f"{number}. {step.replace(chr(10), chr(10) + '   ')}" for number, step in enumerate(steps, 1))
    return "\n".join(line.rstrip() for line in text.splitlines())


def _inputs(environment: Environment) -> Iterator[str]:
    """What only the operator knows: the lines of ``terraform.tfvars``."""
    given: dict[str, str] = {}
    notes: list[str] = []
    if environment.domain is not None and environment.http.public.https:
        name = environment.domain.name
        given |= {"domain": f'"{name}"', "hosted_zone_id": '"Z…"'}
        notes.append(f"`domain` must be your own: {name} is nobody's." if name.endswith(NOBODYS) else "")
        notes.append("Leave `hosted_zone_id` out if Route 53 has no zone for the hosts yet.")
    if environment.monitoring is not None:
        given["alarm_subscriptions"] = '{ team = { protocol = "email", endpoint = "team@example.com" } }'
        notes.append("Without `alarm_subscriptions` an alarm tells nobody.")
    if repositories := _session_repositories(environment):
        tag = f'"released-{environment.name}-<commit>-<time>"'
        given["session_image_tags"] = f"{{ {', '.join(f'{name} = {tag}' for name in repositories)} }}"
    if given:
        width = max(map(len, given))
        lines = "\n".join(f"{name.ljust(width)} = {value}" for name, value in given.items())
        said = "\n".join(filter(None, notes))
        yield f"Write into `terraform.tfvars`, beside this file, what is yours:\n\n```hcl\n{lines}\n```\n\n{said}"


def _initialised(environment: Environment) -> str:
    bucket = state_bucket(environment.system, environment.region, "$account")
    return f"""With credentials of the AWS account, to which [../account](../account/README.md) is applied:

```sh
export AWS_REGION={environment.region}
account=$(aws sts get-caller-identity --query Account --output text)
terraform init -backend-config="bucket={bucket}"
```"""


def _zone(environment: Environment) -> Iterator[str]:
    if environment.http.public.https:
        hosts = [host.render(environment.values) for route in environment.routes() for host in route.hosts]
        zone = zone_name(hosts, environment.values["domain"])
        yield f"""Without `hosted_zone_id`, make the zone `{zone}` first: a certificate waits for its delegation.

```sh
terraform apply -target=module.names.aws_route53_zone.this
terraform output name_servers
```

Enter these name servers where `{zone}` is registered, or as its NS record in the zone above."""


def _applied(environment: Environment) -> str:
    absent = (
        "\n\nServices and functions are absent until their images are released: AWS makes none from an image that does "
        "not exist."
    )
    return f"Apply:\n\n```sh\nterraform apply\n```{absent if images(environment) else ''}"


def _session_repositories(environment: Environment) -> list[str]:
    return [] if environment.code_runner is None else session_images(environment.code_runner)


def _session_images(environment: Environment) -> Iterator[str]:
    if repositories := _session_repositories(environment):
        named = ", ".join(f"`{name}`" for name in repositories)
        yield (
            f"Push what sessions are started from to {named}, with the tag in `session_image_tags`: the code runner\n"
            "pulls it by that name. A tag that begins with `released-` is never cleaned up. To change the image, push\n"
            "another tag and apply the variable."
        )


def _released(environment: Environment) -> str:
    return (
        "Push each image, as [below](#releasing-and-rolling-back), and release it:\n\n"
        f"```sh\n{release_commands(environment, 'release')}\n```"
    )


def _asked(environment: Environment) -> str:
    if any(service.http is not None for service in environment.services.values()):
        return "the output `urls` names its addresses"
    return "`terraform plan` is empty"
