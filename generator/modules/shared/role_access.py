"""A bucket for named roles alone: a variable, and the statements of the bucket's policy."""

from __future__ import annotations

from functools import partial

from generator.bindings import functions as fn
from generator.hcl.expression import Expr, for_list, null
from generator.hcl.module import Variable
from generator.hcl.policy import Statement, allow, deny
from generator.hcl.type_constraint import object_of, optional, set_of
from generator.modules.shared.common import every, matches, present

READ = ("s3:GetObject", "s3:GetObjectVersion")
WRITE = ("s3:PutObject", "s3:DeleteObject", "s3:DeleteObjectVersion")
ROLE = "^arn:[a-z-]+:iam::[0-9]{12}:role/[a-zA-Z0-9_+=,.@/-]+$"


def role_access_variable(of: str) -> Variable:
    return Variable(
        object_of({"writers": set_of("string"), "readers": optional(set_of("string"), [])}),
        f"ARNs of the roles that may read and write {of}, and of those that may only read; everybody else is then "
        "refused, whatever other policies say. Null leaves it to the policies of the account's roles.",
        default=None,
        checks=lambda v: [
            (
                (v == null).then(
                    True,
                    fn.try_(
                        every(fn.setunion(v.writers, v.readers), lambda arn: matches(ROLE, arn), names=("arn",)), False
                    ),
                ),
                "role_access must have ARNs of IAM roles.",
            ),
            (
                (v == null).then(True, fn.try_(fn.length(v.writers) > 0, False)),
                "role_access must have a writer: without one nobody could write, nor empty the bucket.",
            ),
        ],
    )


def role_access(bucket: Expr, access: Expr) -> list[Expr]:
    """Lists of the statements that let the roles of *access* in, and everybody else but AWS's own services out."""
    # One loop over one object for each: the branches of a conditional would have to be of one type.
    return [for_list(present(access), partial(statement, bucket), names=("access",)) for statement in STATEMENTS]


def _read(bucket: Expr, access: Expr) -> Statement:
    statement = allow("ReadByRoles", [*READ, "s3:ListBucket"], [bucket, f"{bucket}/*"])
    return {**statement, "Principal": {"AWS": _readers(access)}}


def _write(bucket: Expr, access: Expr) -> Statement:
    return {**allow("WriteByRoles", WRITE, f"{bucket}/*"), "Principal": {"AWS": access.writers}}


def _read_by_nobody_else(bucket: Expr, access: Expr) -> Statement:
    return _others_out("ReadByNobodyElse", READ, bucket, _readers(access))


def _write_by_nobody_else(bucket: Expr, access: Expr) -> Statement:
    return _others_out("WriteByNobodyElse", WRITE, bucket, access.writers)


def _readers(access: Expr) -> Expr:
    return fn.setunion(access.readers, access.writers)


def _others_out(sid: str, actions: tuple[str, ...], bucket: Expr, roles: Expr) -> Statement:
    condition = {"ArnNotEquals": {"aws:PrincipalArn": roles}, "Bool": {"aws:PrincipalIsAWSService": "false"}}
    return {**deny(sid, actions, f"{bucket}/*", condition), "Principal": "*"}


STATEMENTS = (_read, _write, _read_by_nobody_else, _write_by_nobody_else)
