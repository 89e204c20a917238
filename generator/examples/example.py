"""The base class of examples: a root module of its own, with a provider and no backend."""

from __future__ import annotations

import inspect
from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

from generator.hcl.constructs import TerraformProvider
from generator.hcl.expression import Expr, Referenced
from generator.hcl.module import Module, Variable
from generator.hcl.module_call import ModuleCall, call_module, scratch_app
from generator.hcl.stack import Stack

REGION = "us-west-2"
TAGS = {"System": "example", "Environment": "test", "Owner": "platform", "ManagedBy": "terraform"}


class Example(Stack):
    """A root module that applies as it stands.

    A subclass says in its docstring what it shows, and declares in :meth:`build` what it needs: calls of modules with
    :meth:`call`, resources as in a module (``S3Bucket(self, "name", …)``), and outputs. What protects data takes
    ``self.allow_destroy``, the example's one variable, which is only declared where it is used.
    """

    modules_path = "../../.."
    protected: ClassVar[str] = ""
    """A part of the error that a destroy meets before `allow_destroy` is applied; empty where nothing is protected."""
    exception: ClassVar[str] = ""
    """Why the embedded AWS cannot take it through its life; empty where it can."""
    provider_aliases: ClassVar[Mapping[str, str]] = {}
    """Further configurations of the provider: region by alias. A call passes them as ``providers``."""

    def __init__(self) -> None:
        super().__init__(scratch_app(), f"example_{self.module_name()}_{self.name()}")
        self._allow_destroy: Expr | None = None
        self._provider("aws", REGION)
        for alias, region in self.provider_aliases.items():
            self._provider(alias, region, alias)
        self.build()

    @classmethod
    def module_name(cls) -> str:
        return cls.__module__.rsplit(".", 1)[-1]

    @classmethod
    def name(cls) -> str:
        return cls.__name__.lower()

    @classmethod
    def purpose(cls) -> str:
        return inspect.cleandoc(cls.__doc__ or "")

    @property
    def allow_destroy(self) -> Expr:
        if self._allow_destroy is None:
            variable = Variable("bool", "Lifts what protects data. Apply it, then destroy.", default=False)
            self._allow_destroy = variable.named("allow_destroy").declare(self)
        return self._allow_destroy

    def build(self) -> None:
        """Declare the calls, resources and outputs."""
        raise NotImplementedError

    def call(
        self,
        label: str,
        module: type[Module],
        inputs: Mapping[str, Any],
        *,
        for_each: object = None,
        providers: Mapping[str, Expr] | None = None,
        depends_on: Sequence[Referenced] = (),
        why: str = "",
    ) -> ModuleCall:
        """Call *module* as ``module.<label>``. Raises TypeError when the inputs are not the module's."""
        return call_module(
            self, label, module, inputs, for_each=for_each, providers=providers, depends_on=depends_on, why=why
        )

    def _provider(self, construct_id: str, region: str, alias: str | None = None) -> None:
        provider = TerraformProvider(self.construct, construct_id, terraform_resource_type="aws")
        if alias is not None:
            provider.add_override("alias", alias)
        provider.add_override("region", region)
        provider.add_override("default_tags", {"tags": TAGS})
