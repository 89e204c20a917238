"""Where services log: a group of their own, or one that several share and the cluster makes."""

from __future__ import annotations

from generator.hcl.expression import null
from generator.hcl.module_call import ModuleCall
from generator.systems.manifest import Environment


def shared_logs(environment: Environment) -> dict[str, object]:
    """The argument of the cluster for the log groups of several services."""
    groups = environment.shared_log_groups()
    return {"log_groups": {group: {"retention_days": days} for group, days in groups.items()}} if groups else {}


def service_log(environment: Environment, name: str, cluster: ModuleCall) -> dict[str, object]:
    """The arguments of the service *name* about its log."""
    group = environment.log_group(name)
    if group in environment.shared_log_groups():
        return {"log_group_name": cluster.log_group_names[group], "log_retention_days": null}
    return {"log_group_name": group, "log_retention_days": environment.log_retention(name)}
