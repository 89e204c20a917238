"""Where mutants are planned: one copy of the modules, one root module with every call that tests make of one."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from generator.terraform.driver import Terraform
from generator.terraform.failure import TerraformInterruptedError, TerraformRunError
from tests.mutation.mutants import Mutant
from tests.plan.planning import MODULES, Inputs, Planner, place

Json = dict[str, Any]
ROOT_NAME = "mutants"
FEW_ROOT_NAME = "mutants-few"
STATE = "terraform.tfstate"
INTERRUPTED = "Request cancelled"  # what terraform says of a call to a provider that was cancelled (gRPC: CANCELLED)


@dataclass(frozen=True)
class Calls:
    """The calls of one module that plan, by name. *existing* and *images* are those of `Planner.plan`."""

    module: str
    inputs: Mapping[str, Inputs]
    existing: Mapping[str, Sequence[str]] = field(default_factory=dict)
    images: Mapping[str, str] = field(default_factory=dict)


@dataclass
class Bench(Planner):
    """Plans mutants of the module of *calls*, in place of the module, with the same calls every time."""

    calls: Calls = field(init=False)
    _terraforms: dict[str, Terraform] = field(default_factory=dict, init=False)

    def prepare(self, calls: Calls) -> Json:
        """Apply what exists before, and return the plan of the module as it is. To be called before the others."""
        self.copy(calls)
        self._make_existing()
        return self.plan_calls(list(calls.inputs))

    def copy(self, calls: Calls) -> None:
        """What `prepare` begins with: copies of the modules, and root modules of *calls*."""
        self.calls = calls
        shutil.copytree(MODULES, self.directory / "modules", dirs_exist_ok=True)
        self.prepared.add(self.directory / "modules")
        for name in (ROOT_NAME, FEW_ROOT_NAME):
            self._write_calls(list(calls.inputs), name)
            self._terraform(name).init()

    @contextmanager
    def mutated(self, mutant: Mutant, replacement: str) -> Iterator[None]:
        """The module with *mutant* in it, for as long as the context lasts."""
        file = self.directory / "modules" / mutant.module / mutant.file
        source = file.read_text(encoding="utf-8")
        file.write_text(mutant.text(source, replacement), encoding="utf-8")
        try:
            yield
        finally:
            file.write_text(source, encoding="utf-8")

    def plan_calls(self, names: Sequence[str]) -> Json:
        """The plan of the calls *names* (those whose resources exist are always among them), in Terraform's JSON.

        Raises TerraformRunError when terraform refuses, TerraformInterruptedError when its call to the
        provider was cancelled: that is no refusal.
        """
        return self._plan_of(ROOT_NAME, [*names, *self.calls.existing])

    def plan_few(self, names: Sequence[str]) -> Json:
        """As `plan_calls`, but of the calls *names* only, as if there were no others, which takes less time."""
        state = self.directory / "roots" / ROOT_NAME / STATE
        if state.exists():
            everything = json.loads(state.read_text(encoding="utf-8"))
            own = [found for found in everything["resources"] if found["module"].split(".")[1] in names]
            copy = {**everything, "resources": own, "outputs": {}}
            (self.directory / "roots" / FEW_ROOT_NAME / STATE).write_text(json.dumps(copy), encoding="utf-8")
        return self._plan_of(FEW_ROOT_NAME, names)

    def _plan_of(self, name: str, calls: Sequence[str]) -> Json:
        self._write_calls(calls, name)
        file = self.directory / f"{name}.tfplan"
        terraform = self._terraform(name)
        try:
            terraform.plan(out=file)
        except TerraformRunError as error:
            self._check_machinery()
            if any(found.summary == INTERRUPTED for found in error.diagnostics):
                raise TerraformInterruptedError(f"interrupted: {error}") from error
            raise
        # Terraform leaves out what is empty, as when a mutant makes nothing of any call.
        return {"resource_changes": [], "output_changes": {}, **terraform.show_plan(file)}

    def make_anew(self) -> None:
        """Make what exists before once more, by the module as it is in the copy now.

        An applied resource keeps values that its configuration does not give any more, and a replacement hides them.
        """
        self.forget_existing()
        self._make_existing()

    def errors(self, name: str, calls: Mapping[str, tuple[str, Inputs]]) -> dict[str, list[str]]:
        """As `Planner.refused`, of the module as it is now in the copy."""
        root = self.directory / "roots" / name
        initialised = (root / ".terraform").is_dir()
        self._write(name, calls)
        terraform = self._terraform(name)
        if not initialised:
            terraform.init()
        found: dict[str, list[str]] = {}
        for error in self._errors(terraform):
            # An error without a place is none of a check.
            key = place(error) if error.range is not None else ""
            found.setdefault(key, []).append(error.detail)
        self._check_machinery()
        return found

    def upgraded(self, before: Inputs, after: Inputs) -> Json:
        """As `Planner.upgrade`: the plan of the change from *before* to *after*."""
        name = f"{ROOT_NAME}-upgrade"
        shutil.rmtree(self.directory / "roots" / name, ignore_errors=True)
        terraform = self._root(name, {"it": (self.calls.module, before)})
        try:
            terraform.apply()
            self._write(name, {"it": (self.calls.module, after)})
            return self._planned(terraform, name)
        finally:
            terraform.destroy()

    def _terraform(self, name: str, **variables: str) -> Terraform:
        if variables:
            return super()._terraform(name, **variables)
        if name not in self._terraforms:  # a mutant has the same types of resources, and to look for them takes time
            self._terraforms[name] = super()._terraform(name)
        return self._terraforms[name]

    def _write_calls(self, names: Sequence[str], root: str = ROOT_NAME) -> None:
        for file in (self.directory / "roots" / root).glob("*.tf.json"):
            file.unlink()
        self._write(root, {n: (self.calls.module, i) for n, i in self.calls.inputs.items() if n in names})

    def _make_existing(self) -> None:
        if self.calls.existing:
            self._write_calls(list(self.calls.existing))  # Terraform also thinks about calls that it has no target in
            addresses = [f"module.{call}.{address}" for call, found in self.calls.existing.items() for address in found]
            self._apply(ROOT_NAME, addresses)
        self.release(self.calls.images)

    def forget_existing(self) -> None:
        """Empty the account. A mutant's resources cannot always be destroyed: a key may deny that it be read."""
        self.start_aws().reset()
        (self.directory / "roots" / ROOT_NAME / STATE).unlink(missing_ok=True)

    def _check_machinery(self) -> None:
        """Raises SlipwayError when the embedded AWS or the proxy has ended: that is no refusal of a mutant."""
        self.start_aws().health()
        self.start_proxy().environment(self.directory / "roots" / ROOT_NAME)
