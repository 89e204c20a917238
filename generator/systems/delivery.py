"""The roles that a system's GitHub workflows assume: for each environment one that releases what runs there."""

from __future__ import annotations

from typing import TYPE_CHECKING

from generator.bindings import functions as fn
from generator.hcl.expression import Expr
from generator.hcl.module import Variable
from generator.hcl.module_call import call_module
from generator.hcl.type_constraint import list_of
from generator.modules.delivery import Delivery
from generator.modules.shared.common import every, matches
from generator.systems.manifest import CODE_RUNNER, Account, Environment
from generator.systems.manifest.account import Delivery as Settings
from generator.systems.names import role_name
from generator.systems.runner import runner_repositories

if TYPE_CHECKING:
    from generator.systems.root import Root

GITHUB = "github"
ROLE_KINDS = ("execution", "task")
REPOSITORY = "^[A-Za-z0-9][A-Za-z0-9_-]*(@[0-9]+)?/[A-Za-z0-9._-]+(@[0-9]+)?$"


def delivery(root: Root, account: Account) -> None:
    """Declare the roles, which are there as soon as a GitHub repository is named.

    A name that nobody chose must not be trusted: whoever owns it at GitHub could release.
    """
    if account.delivery is None:
        return
    repositories = repositories_variable(account.delivery).declare(root)
    call_module(
        root,
        "delivery",
        Delivery,
        {
            "name": account.system,
            "roles": {environment.name: _role(root, environment, repositories) for environment in account.resolved},
        },
        for_each=(fn.length(repositories) > 0).then(fn.toset([GITHUB]), fn.toset([])),
        why="Nobody is trusted before a repository is named.",
    )
    root.output(
        "release_roles",
        fn.try_(Expr(f'module.delivery["{GITHUB}"].role_arns'), {}),
        "Roles that release, by environment, for the workflows of github_repositories; none without any.",
    )


def repositories_variable(settings: Settings) -> Variable:
    """The operator's choice of who releases, with what the manifest says as its default."""
    return Variable(
        list_of("string"),
        "GitHub repositories, as owner/name, whose workflows may release: a job of the GitHub environment that is "
        "called like the environment here, such as example-prod.",
        default=list(settings.repositories),
        checks=lambda v: [
            (
                every(v, lambda name: matches(REPOSITORY, name), names=("name",)),
                "github_repositories must be such as owner/name, with the numbers that a token's sub has.",
            )
        ],
    ).named("github_repositories")


def github_environment(environment: Environment) -> str:
    """The GitHub environment whose jobs release: systems may share a repository, so the system's name begins it."""
    return environment.prefix


def _role(root: Root, environment: Environment, repositories: Expr) -> dict[str, object]:
    services = _services(environment)
    tasks = sorted(services)
    found: dict[str, object] = {
        "repositories": repositories,
        "environments": [github_environment(environment)],
        "image_repository_arns": [root.repository_arn(name) for name in sorted(_repositories(environment))],
        "image_parameter_arns": [
            root.arn("ssm", f"parameter{environment.image_parameter(name)}") for name in _deployables(environment)
        ],
        "service_arns": [root.arn("ecs", f"service/{services[name]}/{name}") for name in tasks],
        "task_families": tasks,
        "task_role_arns": [
            root.arn("iam", f"role/{role_name(name, kind)}", region="")
            for name in tasks
            for kind in ("execution", "task")
        ],
        "privileged_tasks": True if environment.code_runner is not None and environment.code_runner.host else None,
        "function_arns": [root.arn("lambda", f"function:{name}") for name in _functions(environment)],
    }
    return {name: value for name, value in found.items() if isinstance(value, Expr) or value}


def _services(environment: Environment) -> dict[str, str]:
    """The cluster of each ECS service, by the service's name."""
    found = {environment.service_name(name): environment.cluster_name for name in environment.services}
    if environment.code_runner is not None and environment.code_runner.service:
        found[str(environment.code_runner_name)] = environment.code_runner_cluster
    return found


def _functions(environment: Environment) -> list[str]:
    runner = environment.code_runner
    return [str(environment.code_runner_name)] if runner is not None and not runner.service else []


def _deployables(environment: Environment) -> list[str]:
    return [*environment.services, *([CODE_RUNNER] if environment.code_runner is not None else [])]


def _repositories(environment: Environment) -> set[str]:
    return {s.image.repository for s in environment.services.values()} | runner_repositories(environment.code_runner)
