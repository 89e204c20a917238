"""How an environment is destroyed, what a destroy by mistake costs, and what is left."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator

from generator.hcl.stack import Stack
from generator.modules.alb import Alb
from generator.modules.bucket import Bucket
from generator.modules.rds import Rds
from generator.systems.delivery_readme import images, set_by_hand
from generator.systems.manifest import Environment
from generator.systems.root import Root


def destroying_section(environment: Environment, root: Root) -> str:
    """The README's section."""
    left = ["The images stay in the account's repositories", *_kept(environment)]
    left.append(f"the state file stays in its bucket (`{environment.system}/{environment.name}.tfstate`)")
    buckets = "Buckets go with every object in them, and log groups" if _modules(root, Bucket) else "Log groups go"
    return "\n\n".join(
        [
            """Deletion protection is lifted by one variable, which has to be applied before:

```sh
terraform apply -var allow_destroy=true
terraform destroy -var allow_destroy=true
```""",
            fill(f"{buckets} with the environment. {'; '.join(left)}."),
            *map(fill, _patience(environment)),
            fill("**Never try `terraform destroy` to see what happens.** " + _mistaken(environment, root)),
        ]
    )


def fill(text: str) -> str:
    """*text* in lines of the width that people's editors and the project's linter agree on."""
    return textwrap.fill(text, 120, break_long_words=False, break_on_hyphens=False)


def _kept(environment: Environment) -> Iterator[str]:
    if environment.databases:
        yield "each database leaves a final snapshot, which is billed until it is deleted"


def _patience(environment: Environment) -> Iterator[str]:
    runner = environment.code_runner
    if runner is not None and not runner.service:
        yield "AWS gives the function's network interfaces back late: its subnets may take half an hour."
    if environment.http.public.https:
        yield "A zone with records of others is refused: remove them first, or the zone from the state."


def _mistaken(environment: Environment, root: Root) -> str:
    """What AWS refuses without the variable, and what is lost nevertheless, with the way back."""
    protected = [*_refused(root)]
    back = ["Apply again"]
    lost = ["services", "logs"]
    if set_by_hand(environment):
        lost.append("secrets")
        back.append("set the secrets")
    if images(environment):
        lost.append("the pointers to released images")
        back.append("release the images again")
    said = ""
    if any(secret.store == "secretsmanager" for secret in environment.secrets().values()):
        said = (
            " A secret in Secrets Manager comes back within 30 days, before the apply, by `aws secretsmanager "
            "restore-secret` and `terraform import`."
        )
    return (
        f"Without the variable AWS refuses to delete {_and(protected)}, but Terraform deletes everything else that it "
        f"can reach: {_and(lost)} too. {_and(back)}.{said}"
    )


def _refused(root: Root) -> Iterator[str]:
    if _modules(root, Alb):
        yield "load balancers"
    if _modules(root, Rds):
        yield "databases"
    if _modules(root, Bucket):
        yield "buckets with objects in them"


def _modules(root: Root, kind: type[Stack]) -> bool:
    return any(module is kind for module, _ in root.calls.values())


def _and(things: list[str]) -> str:
    return things[0] if len(things) == 1 else f"{', '.join(things[:-1])} and {things[-1]}"
