"""Where services log: a group of their own, or one that several share and the cluster makes."""

from __future__ import annotations

from generator.hcl.expression import Expr, null
from generator.hcl.module_call import ModuleCall
from generator.systems.inputs import given
from generator.systems.manifest import Environment


def shared_logs(environment: Environment) -> dict[str, object]:
    """The argument of the cluster for the log groups that it makes for services."""
    groups = environment.shared_log_groups()
    made = {
        group: given({"retention_days": days, "kms_key_arn": log_key(environment)}) for group, days in groups.items()
    }
    return {"log_groups": made} if groups else {}


def log_key(environment: Environment) -> Expr | None:
    """The key that encrypts logs; None for CloudWatch's own."""
    return Expr("module.monitoring.key_arn") if environment.logging.customer_managed_key else None


def service_log(environment: Environment, name: str, cluster: ModuleCall) -> dict[str, object]:
    """The arguments of the service *name* about its log."""
    group = environment.log_group(name)
    if group in environment.shared_log_groups():
        return {"log_group_name": cluster.log_group_names[group], "log_retention_days": null}
    return {"log_group_name": group, "log_retention_days": environment.log_retention(name)}
