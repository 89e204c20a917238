"""Plans of modules: each case is one call of the module, and one terraform run plans all cases of a module."""

from __future__ import annotations

import base64
import fcntl
import json
import re
import shlex
import shutil
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cached_property
from hashlib import sha256
from pathlib import Path
from typing import Any

from generator.embedded_aws import EmbeddedAws
from generator.plan_tests.cache import PlanCache
from generator.plan_tests.planner import planned_with
from generator.rehearsal.terraform_runs import Tools
from generator.terraform.diagnostic import Diagnostic
from generator.terraform.driver import Terraform
from generator.terraform.failure import TerraformRunError
from generator.terraform.provider_proxy import ProviderProxy
from generator.terraform.workspace import module_directories

ACCOUNT = "123456789012"
REGION = "us-west-2"
MODULES = Path(__file__).resolve().parents[2] / "modules"
ROOT = f"""
terraform {{
  required_providers {{
    aws = {{
      source = "hashicorp/aws"
    }}
  }}
}}

provider "aws" {{
  region            = "{REGION}"
  s3_use_path_style = true
  max_retries       = 4
}}
"""

# The key of a resource of for_each or count; module calls have theirs further left.
KEY = re.compile(r"\[[^\[]*\]$")

Inputs = Mapping[str, Any]


@dataclass(frozen=True)
class Plan:
    """What one call of a module would become. Addresses are those inside the module.

    *values* holds what is known of each resource, *unknown* what only the apply tells (both in Terraform's plan JSON),
    *actions* what would be done, *outputs* the known outputs, *output_names* all of them.
    """

    values: Mapping[str, Mapping[str, Any]]
    unknown: Mapping[str, Mapping[str, Any]]
    actions: Mapping[str, Sequence[str]]
    outputs: Mapping[str, Any]
    output_names: frozenset[str]

    @cached_property
    def counts(self) -> Counter[str]:
        """The number of resources by type."""
        return Counter(KEY.sub("", address).split(".")[-2] for address in self.values)

    def __getitem__(self, address: str) -> Mapping[str, Any]:
        return self.values[address]

    def statements(self, address: str, attribute: str = "policy") -> dict[str, dict[str, Any]]:
        """The statements of an IAM policy by their Sid; in today's language, since the older one has no variables."""
        policy = json.loads(self[address][attribute])
        assert policy["Version"] == "2012-10-17"
        by_sid = {statement["Sid"]: statement for statement in policy["Statement"]}
        assert len(by_sid) == len(policy["Statement"])
        return by_sid

    def container(self) -> dict[str, Any]:
        """The one container of the one task definition."""
        (definition,) = (v for a, v in self.values.items() if a.startswith("aws_ecs_task_definition."))
        (container,) = json.loads(definition["container_definitions"])
        assert isinstance(container, dict)
        return container

    def cloud_config(self, template: str) -> dict[str, Any]:
        """What cloud-init reads on the instances of a launch template."""
        first, _, rest = base64.b64decode(self[template]["user_data"]).decode().partition("\n")
        assert first == "#cloud-config"
        found = json.loads(rest)
        assert isinstance(found, dict)
        return found

    def files(self, template: str) -> dict[str, str]:
        """The files that cloud-init writes on the instances of a launch template, by path."""
        written = self.cloud_config(template)["write_files"]
        by_path = {file["path"]: file["content"] for file in written}
        assert len(by_path) == len(written)
        return by_path

    def changed(self) -> dict[str, Sequence[str]]:
        """What is done to each resource that is not left as it is."""
        return {address: done for address, done in self.actions.items() if list(done) != ["no-op"]}


def kept(before: Plan, after: Plan) -> dict[str, str]:
    """Why a caller who goes from *before* to *after* would lose or change a resource; empty when none is touched."""
    lost: dict[str, str] = {}
    for address, values in before.values.items():
        if address not in after.values:
            lost[address] = "gone"
        elif after.values[address] != values or after.unknown[address] != before.unknown[address]:
            lost[address] = "changed"
    return lost


@dataclass
class Planner:
    """Plans calls of modules on one embedded AWS. *directory* is this worker's, *shared* is every worker's."""

    tools: Tools
    start_aws: Callable[[], EmbeddedAws]
    start_proxy: Callable[[], ProviderProxy]
    directory: Path
    shared: Path
    cache: PlanCache
    prepared: set[Path] = field(default_factory=set)

    def plan(
        self,
        module: str,
        cases: Mapping[str, Inputs],
        *,
        existing: Mapping[str, Sequence[str]] | None = None,
        images: Mapping[str, str] | None = None,
    ) -> dict[str, Plan]:
        """Plan *cases* (inputs by name) of *module*, and return their plans by the same names.

        *existing* names the addresses of each case that are applied first, so that the plan knows their attributes.
        *images* are then released: the image by the name of its parameter.
        Raises TerraformRunError when a case does not plan.
        """
        with self._once(module, {"cases": cases, "existing": existing, "images": images}) as answer:
            if not answer.exists():
                terraform = self._root(module, {name: (module, inputs) for name, inputs in cases.items()})
                if existing:
                    self._apply(module, [f"module.{case}.{a}" for case, found in existing.items() for a in found])
                self.release(images or {})
                answer.write_text(json.dumps(self._planned(terraform, module)), encoding="utf-8")
            return read_plans(json.loads(answer.read_text(encoding="utf-8")), cases)

    def upgrade(self, module: str, before: Inputs, after: Inputs) -> Plan:
        """Apply *module* with the inputs *before*, and plan the change to *after*. Everything applied is destroyed."""
        # A module may have several: each is a question of its own.
        name = f"{module}-upgrade-{sha256(json.dumps([before, after]).encode()).hexdigest()[:8]}"
        with self._once(name, {"calls": {"before": (module, before), "after": (module, after)}}) as answer:
            if not answer.exists():
                terraform = self._root(name, {"it": (module, before)})
                try:
                    terraform.apply()
                    self._write(name, {"it": (module, after)})
                    answer.write_text(json.dumps(self._planned(terraform, name)), encoding="utf-8")
                finally:
                    terraform.destroy()
            return read_plans(json.loads(answer.read_text(encoding="utf-8")), ["it"])["it"]

    def refused(self, name: str, calls: Mapping[str, tuple[str, Inputs]]) -> dict[str, list[str]]:
        """Plan *calls* (module and inputs by the name of the call), and return the errors by call or module (`place`).

        One plan for all: terraform reports each wrong value. *name* is that of the root module.
        """
        with self._once(name, {"calls": calls}) as answer:
            if not answer.exists():
                found: dict[str, list[str]] = {}
                for error in self._errors(self._root(name, calls)):
                    found.setdefault(place(error), []).append(error.detail)
                answer.write_text(json.dumps(found), encoding="utf-8")
            errors: dict[str, list[str]] = json.loads(answer.read_text(encoding="utf-8"))
            return errors

    def release(self, images: Mapping[str, str]) -> None:
        """Write *images* to the parameters that name them, as a release does."""
        if images:
            ssm = self.start_aws().client("ssm", REGION, ACCOUNT)
            for parameter, image in images.items():
                ssm.put_parameter(Name=parameter, Value=image, Type="String", Overwrite=True)

    def _errors(self, terraform: Terraform) -> Sequence[Diagnostic]:
        try:
            terraform.plan()
        except TerraformRunError as error:
            return error.diagnostics
        return ()

    def _root(self, name: str, calls: Mapping[str, tuple[str, Inputs]]) -> Terraform:
        """An initialised root module of *calls*, beside a copy of the module set."""
        modules = self.directory / "modules"
        if modules not in self.prepared:
            shutil.copytree(MODULES, modules)
            self.prepared.add(modules)
        self._write(name, calls)
        terraform = self._terraform(name)
        terraform.init()
        return terraform

    def _write(self, name: str, calls: Mapping[str, tuple[str, Inputs]]) -> None:
        directory = self.directory / "roots" / name
        directory.mkdir(parents=True, exist_ok=True)
        (directory / "main.tf").write_text(ROOT, encoding="utf-8")
        for call, (module, inputs) in calls.items():
            # One file a call: a wrong value is reported with the file that holds it.
            written = {
                "module": {call: {"source": f"../../modules/{module}", **literal(inputs)}},
                "output": {call: {"value": f"${{module.{call}}}"}},
            }
            (directory / f"{call}.tf.json").write_text(json.dumps(written, indent=2), encoding="utf-8")

    def _terraform(self, name: str, **variables: str) -> Terraform:
        root = self.directory / "roots" / name
        environment = self.tools.environment(self.start_aws(), ACCOUNT) | self.start_proxy().environment(root)
        return Terraform(
            root,
            binary=self.tools.binary,
            provider_source=self.tools.provider,
            environment=environment | variables,
        )

    def _apply(self, name: str, addresses: Sequence[str]) -> None:
        # The driver has no targets, and nothing but tests should need one: Terraform's own variable for added flags.
        flags = shlex.join(f"-target={address}" for address in addresses)
        self._terraform(name, TF_CLI_ARGS_apply=flags).apply()

    def _planned(self, terraform: Terraform, name: str) -> dict[str, Any]:
        file = self.directory / f"{name}.tfplan"
        terraform.plan(out=file)
        return terraform.show_plan(file)

    @contextmanager
    def _once(self, name: str, question: Mapping[str, Any]) -> Iterator[Path]:
        """The file for the answer to *name*, which one worker makes and the others read; kept between runs too."""
        with (self.shared / f"{name}.lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            answer = self.shared / f"{name}.json"
            if answer.exists():
                yield answer
                return
            key = self.cache.key(self._modules(name, question), question, [name, *self.versions])
            if (kept := self.cache.get(key)) is not None:
                answer.write_text(json.dumps(kept), encoding="utf-8")
            yield answer
            if kept is None:
                self.cache.put(key, json.loads(answer.read_text(encoding="utf-8")))

    def _modules(self, name: str, question: Mapping[str, Any]) -> list[Path]:
        """Every directory that the answer depends on."""
        called = {module for module, _ in question["calls"].values()} if "calls" in question else {name}
        found = (module_directories(MODULES / module, MODULES.parent) for module in sorted(called))
        return list(dict.fromkeys(directory for directories in found for directory in directories))

    @cached_property
    def versions(self) -> list[str]:
        return planned_with(self.tools.binary, self.tools.provider)


def literal(value: Any) -> Any:
    """*value* as Terraform's JSON syntax takes it: there, strings are templates."""
    if isinstance(value, str):
        return value.replace("${", "$${").replace("%{", "%%{")
    if isinstance(value, Mapping):
        return {literal(key): literal(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [literal(item) for item in value]
    return value


def place(error: Diagnostic) -> str:
    """What *error* is about: the call whose file holds the wrong value, or the module whose precondition is not met.

    Terraform does not say which call of that module it was.
    """
    assert error.range is not None, error
    file = Path(error.range.filename)
    return file.parent.name or file.name.removesuffix(".tf.json")


def read_plans(plan: Mapping[str, Any], cases: Iterable[str]) -> dict[str, Plan]:
    """The plans of *cases* from Terraform's plan JSON."""
    changes = {c["address"]: c["change"] for c in plan["resource_changes"] if c["mode"] == "managed"}
    plans: dict[str, Plan] = {}
    for case in cases:
        own = {
            address.removeprefix(f"module.{case}."): change
            for address, change in changes.items()
            if address.startswith(f"module.{case}.")
        }
        planned = {address: change for address, change in own.items() if change["after"] is not None}
        output = plan["output_changes"][case]
        # Of an output that is known or unknown as a whole, Terraform says just that.
        unknown = output["after_unknown"] if isinstance(output["after_unknown"], Mapping) else {}
        plans[case] = Plan(
            values={address: change["after"] for address, change in planned.items()},
            unknown={address: change["after_unknown"] for address, change in planned.items()},
            actions={address: change["actions"] for address, change in own.items()},
            outputs=output["after"],
            output_names=frozenset(output["after"]) | frozenset(unknown),
        )
    return plans
