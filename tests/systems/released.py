"""Plans of root modules as they are once images have been released: what an environment is while it runs.

Before the first release a service has neither a task definition nor a scaling target, so that a plan of an empty
account says little of it. These plans begin with a state that holds nothing but the parameters that name the released
images, as a release leaves them.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from functools import cache, cached_property
from hashlib import sha256
from pathlib import Path
from typing import Any

from generator.embedded_aws import EmbeddedAws
from generator.plan_tests.cache import PlanCache, default_directory
from generator.plan_tests.module_files import copy_modules
from generator.rehearsal.terraform_runs import Tools
from generator.systems.inputs import identifier
from generator.systems.manifest import CODE_RUNNER, Environment
from generator.terraform.configuration import read_blocks
from generator.terraform.driver import Terraform
from generator.terraform.override import FILE_NAME, embedded_aws_override
from generator.terraform.workspace import module_directories
from tests.plan.planning import ACCOUNT, Planner

RUNNER_MODULES = {
    "lambda": "module.code_runner",
    "fargate": 'module.code_runner.module.fargate["fargate"]',
    "ec2": 'module.code_runner.module.supervisor["ec2"]',
}


@dataclass(frozen=True)
class Pointer:
    """The name of a *parameter* that names a released image, and its address: *module* and *key* of the instance."""

    module: str
    parameter: str
    key: int | None = None

    def state(self, region: str) -> dict[str, Any]:
        """The resource in Terraform's state format, version 4."""
        image = f"{ACCOUNT}.dkr.ecr.{region}.amazonaws.com/image@sha256:{sha256(self.parameter.encode()).hexdigest()}"
        attributes = {"id": self.parameter, "name": self.parameter, "type": "String", "insecure_value": image}
        instance: dict[str, Any] = {"schema_version": 0, "attributes": attributes, "sensitive_attributes": []}
        return {
            "module": self.module,
            "mode": "managed",
            "type": "aws_ssm_parameter",
            "name": "released_image",
            "provider": 'provider["registry.terraform.io/hashicorp/aws"]',
            "instances": [instance if self.key is None else {"index_key": self.key, **instance}],
        }


def pointers(environment: Environment) -> Iterator[Pointer]:
    """The parameters that a first release of everything in *environment* has written."""
    for name in environment.services:
        yield Pointer(f"module.service_{identifier(name)}", environment.image_parameter(name))
    runner = environment.code_runner
    if runner is not None:
        key = 0 if runner.engine == "lambda" else None
        yield Pointer(RUNNER_MODULES[runner.engine], environment.image_parameter(CODE_RUNNER), key)


@dataclass(eq=False)
class RootPlanner:
    """Plans root modules below *directory*, a project of its own that holds the modules of *project*."""

    planner: Planner
    project: Path
    directory: Path
    copied: set[Path] = field(default_factory=set)

    def plan(
        self,
        place: str,
        files: Mapping[str, str],
        region: str,
        released: Iterable[Pointer] = (),
        variables: Mapping[str, Any] | None = None,
    ) -> dict[str, Any]:
        """Plan the root module of *files* (texts by name), which stands at *place* (``envs/…``), in *region*.

        Returns Terraform's plan JSON. Raises TerraformRunError when terraform refuses to plan.
        """
        root = self.directory / place
        shutil.rmtree(root, ignore_errors=True)
        root.mkdir(parents=True)
        for name, text in files.items():
            (root / name).write_text(text, encoding="utf-8")
        self._bring_modules()
        state = _state([pointer.state(region) for pointer in released])
        (root / "slipway.released.json").write_text(state, encoding="utf-8")
        cache = self.planner.cache
        key = cache.key(module_directories(root, self.directory), variables or {}, ["facts", *self.planner.versions])
        answer = cache.get(key)
        if answer is None:
            answer = self._ask(root, state, variables or {})
            cache.put(key, answer)
        return answer

    def _bring_modules(self) -> None:
        for folder in sorted((self.project / "modules").iterdir()):
            if folder not in self.copied and folder.is_dir():
                copy_modules([folder], self.project, self.directory)
                self.copied.add(folder)

    def _ask(self, root: Path, state: str, variables: Mapping[str, Any]) -> dict[str, Any]:
        (root / FILE_NAME).write_text(embedded_aws_override(read_blocks(root)), encoding="utf-8")
        (root / "terraform.tfstate").write_text(state, encoding="utf-8")
        self._terraform(root).init()
        terraform = self._terraform(root)
        file = root / "plan"
        terraform.plan(out=file, variables=variables)
        return terraform.show_plan(file)

    def _terraform(self, root: Path) -> Terraform:
        """A driver as the files are now: the proxy reads which types they name."""
        # The parameters are in the state alone; nothing else is there that a refresh could read.
        environment = self._environment | {"TF_CLI_ARGS_plan": "-refresh=false"}
        environment |= self.planner.start_proxy().environment(root)
        tools = self.planner.tools
        return Terraform(root, binary=tools.binary, provider_source=tools.provider, environment=environment)

    @cached_property
    def _environment(self) -> dict[str, str]:
        return self.planner.tools.environment(self.planner.start_aws(), ACCOUNT)


@contextmanager
def planning(directory: Path, *, use_cache: bool = True) -> Iterator[RootPlanner]:
    """A planner below *directory*; the embedded AWS and the provider start with the first plan that is not kept."""
    project = Path(__file__).resolve().parents[2]
    with ExitStack() as stack:
        start_aws = cache(lambda: stack.enter_context(EmbeddedAws.start()))
        tools = Tools.find()
        start_proxy = cache(lambda: stack.enter_context(tools.proxy(tools.environment(start_aws(), ACCOUNT))))
        kept = PlanCache(default_directory(), enabled=use_cache)
        planner = Planner(tools, start_aws, start_proxy, directory, directory, kept)
        yield RootPlanner(planner, project, directory / "project")


def _state(resources: list[dict[str, Any]]) -> str:
    lineage = "00000000-0000-0000-0000-000000000000"
    head = {"version": 4, "terraform_version": "1.11.0", "serial": 1, "lineage": lineage, "outputs": {}}
    return json.dumps({**head, "resources": resources})
