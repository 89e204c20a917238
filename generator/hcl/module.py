"""The base class of modules: variables, outputs and resources, from which the .tf files and the README come."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping, Sequence
from typing import Any, ClassVar, Self, overload

from generator.hcl.constructs import Construct, TerraformVariable, TerraformVariableValidationConfig
from generator.hcl.expression import Expr, Referenced, null, plain
from generator.hcl.stack import Stack

Check = tuple[Expr, str]
REQUIRED = object()


class Variable(Referenced):
    """An input variable. On an instance of its module it is the reference ``var.<name>``.

    *type* is a type constraint (see ``type_constraint``); *checks* gets the reference and returns the conditions that
    must hold, each with its error message. *file* is the file it is written to, without ``.tf``, for a module with too
    many lines of variables: their files begin with ``variables``.
    """

    def __init__(
        self,
        type_: str,
        description: str,
        *,
        default: object = REQUIRED,
        nullable: bool = False,
        sensitive: bool | None = None,
        checks: Callable[[Expr], Sequence[Check]] | None = None,
        file: str = "variables",
    ) -> None:
        self.type, self.description, self.default = type_, description, default
        self.nullable = nullable or default is None
        self.sensitive, self.checks = sensitive, checks
        self.file, self.name = file, ""

    def __set_name__(self, owner: type, name: str) -> None:
        self.name = name

    def named(self, name: str) -> Self:
        """Name a variable that is no class attribute, and return it."""
        self.name = name
        return self

    @property
    def required(self) -> bool:
        return self.default is REQUIRED

    @overload
    def __get__(self, instance: None, owner: type) -> Variable: ...

    @overload
    def __get__(self, instance: Stack, owner: type) -> Expr: ...

    def __get__(self, instance: Stack | None, owner: type) -> Expr | Variable:
        return self if instance is None else self.reference()

    def reference(self) -> Expr:
        return Expr(f"var.{self.name}")

    def declare(self, stack: Stack) -> Expr:
        """Add the variable to *stack* and return its reference."""
        TerraformVariable(
            stack.scope("variable"),
            self.name,
            description=self.description,
            type=self.type,
            nullable=None if self.nullable else False,
            sensitive=self.sensitive,
            validation=[
                TerraformVariableValidationConfig(condition=str(condition), error_message=message)
                for condition, message in (self.checks(self.reference()) if self.checks else [])
            ]
            or None,
        )
        with stack.file(self.file):
            stack.place(("variable", "", self.name))
        if not self.required:
            # CDKTN drops a default that is None, and Terraform needs `default = null` to make a variable optional.
            default = str(null) if self.default is None else plain(self.default)
            stack.override("variable", self.name, "default", default)
        return self.reference()


class Module(Stack):
    """A reusable Terraform module.

    A subclass declares variables, overrides :meth:`build`, says in its docstring what it is for, and gives in *example*
    the arguments of a call that works. The file's name is the module's name.
    """

    modules_path = ".."
    example: ClassVar[Mapping[str, object]]
    provider_aliases: ClassVar[Sequence[str]] = ()
    """The configurations of the provider that a caller passes besides its own, such as ``("replica",)``."""

    def __init__(self, scope: Construct) -> None:
        super().__init__(scope, f"module_{self.module_name()}", provider_aliases=self.provider_aliases)
        self.output_descriptions: dict[str, str] = {}
        for variable in self.variables().values():
            variable.declare(self)
        self.build()

    @classmethod
    def module_name(cls) -> str:
        return cls.__module__.rsplit(".", 1)[-1]

    @classmethod
    def purpose(cls) -> str:
        return inspect.cleandoc(cls.__doc__ or "")

    @classmethod
    def variables(cls) -> dict[str, Variable]:
        """The variables by name, those without a default first."""
        found = {n: v for c in reversed(cls.__mro__) for n, v in vars(c).items() if isinstance(v, Variable)}
        return dict(sorted(found.items(), key=lambda item: not item[1].required))

    def build(self) -> None:
        """Declare the resources and outputs."""
        raise NotImplementedError

    def output(
        self,
        name: str,
        value: object,
        description: str,
        *,
        sensitive: bool | None = None,
        depends_on: Sequence[Referenced] = (),
    ) -> None:
        super().output(name, value, description, sensitive=sensitive, depends_on=depends_on)
        self.output_descriptions[name] = description

    @classmethod
    def check_call(cls, inputs: Mapping[str, Any]) -> None:
        """Raise TypeError when *inputs* are not the arguments of a call of this module."""
        known = cls.variables()
        if unknown := sorted(inputs.keys() - known.keys()):
            raise TypeError(f"module {cls.module_name()} has no variable {', '.join(unknown)}")
        if missing := sorted({n for n, v in known.items() if v.required} - inputs.keys()):
            raise TypeError(f"a call of module {cls.module_name()} needs {', '.join(missing)}")
