"""Who may read which of the module `secrets`: a policy for the role of each consumer."""

from __future__ import annotations

from generator.bindings import functions as fn
from generator.hcl.expression import Expr, for_list, for_map, null
from generator.hcl.module import Variable
from generator.hcl.policy import allow
from generator.hcl.type_constraint import map_of, set_of
from generator.modules.shared.common import every
from generator.modules.shared.encryption_key import Place


def consumers_variable() -> Variable:
    return Variable(
        map_of(set_of("string")),
        "Keys of parameters, settings and secrets that each consumer reads, by consumer.",
        default={},
        checks=lambda v: [
            (
                every(
                    v,
                    lambda _, keys: (
                        (fn.length(keys) > 0)
                        & every(
                            keys,
                            lambda key: fn.contains(
                                fn.concat(
                                    *(fn.keys(Expr(f"var.{of}")) for of in ("parameters", "settings", "secrets"))
                                ),
                                key,
                            ),
                            names=("key",),
                        )
                    ),
                    names=("_", "chosen"),
                ),
                "each of consumers must read at least one key, and only keys of parameters, settings and secrets.",
            )
        ],
    )


def read_policies(place: Place, parameter_arns: Expr, secret_arns: Expr) -> Expr:
    """The policies by consumer. *parameter_arns* and *secret_arns* are maps by key."""
    services = [f"{service}.{place.region}.amazonaws.com" for service in ("ssm", "secretsmanager")]
    key_arn = Expr("var.kms_key_arn")
    decrypt = allow("Decrypt", ["kms:Decrypt"], key_arn, {"StringEquals": {"kms:ViaService": services}})

    def policy(consumer: Expr, keys: Expr) -> tuple[Expr, Expr]:
        statements = fn.concat(
            _reading("ReadParameters", ["ssm:GetParameter", "ssm:GetParameters"], parameter_arns, keys),
            _reading(
                "ReadSecrets", ["secretsmanager:DescribeSecret", "secretsmanager:GetSecretValue"], secret_arns, keys
            ),
            (key_arn == null).then([], [decrypt]),
        )
        return consumer, fn.jsonencode({"Version": "2012-10-17", "Statement": statements})

    return for_map(Expr("var.consumers"), policy, names=("consumer", "chosen"))


def _reading(sid: str, actions: list[str], arns: Expr, keys: Expr) -> Expr:
    """The statement for those of *keys* that *arns* has, or none: AWS refuses one without resources."""
    wanted = fn.setintersection(keys, fn.keys(arns))
    found = for_list(wanted, lambda key: arns[key], names=("key",))
    return (fn.length(wanted) > 0).then([allow(sid, actions, found)], [])
