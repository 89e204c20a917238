"""What AWS bills of a root module: type of resource, unit, quantity. No amounts, which change without us.

What each call makes follows from its arguments, as its module says; a test compares the numbers with real plans.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from generator.hcl.expression import Expr, null
from generator.hcl.module import Module
from generator.hcl.stack import Stack
from generator.modules.shared.alarms import WATCHED
from generator.modules.shared.billing import BILLED
from generator.modules.shared.dashboards import DASHBOARDS
from generator.modules.shared.database import LOG_EXPORTS

KIB = 1024


@dataclass(frozen=True)
class Item:
    """*count* resources of one *type*: what they are for, and what a number alone does not say of them."""

    type: str
    count: int
    what: str = ""
    detail: str = ""


class Inputs:
    """The arguments of a call, and the module's defaults for the others."""

    def __init__(self, module: type[Module], given: Mapping[str, Any]) -> None:
        self.module, self.given = module, given

    @classmethod
    def of(cls, module: type[Stack], given: Mapping[str, Any]) -> Inputs:
        assert issubclass(module, Module)
        return cls(module, given)

    def __getattr__(self, name: str) -> Any:
        return self.given[name] if name in self.given else self.module.variables()[name].default


def bill(root: Stack) -> list[Item]:
    """What is billed of *root*, call by call."""
    items: list[Item] = []
    for label, (module, given) in root.calls.items():
        call = Inputs.of(module, given)
        name = call.module.module_name()
        if name not in BILLS:
            raise TypeError(f"{__name__} does not know what a call of {name} is billed for")
        items += (item for item in BILLS[name](label, call) if item.count)
    return items


def bill_section(root: Stack) -> str:
    """The README's table: a row for each type, in the order of the types."""
    items = bill(root)
    rows = (f"| `{name}` | {BILLED[name]} | {_quantity(items, name)} |" for name in sorted({i.type for i in items}))
    return "\n".join(["| resource | unit | quantity |", "| --- | --- | --- |", *rows])


def _quantity(items: Sequence[Item], name: str) -> str:
    chosen = [item for item in items if item.type == name]
    total = str(sum(item.count for item in chosen))
    alike: dict[str, list[str]] = {}
    for item in chosen:
        alike.setdefault(item.detail, []).append(item.what)
    notes = (_note([what for what in alike[detail] if what], detail) for detail in alike)
    said = "; ".join(note for note in notes if note)
    return f"{total}: {said}" if said else total


def _note(things: Sequence[str], detail: str) -> str:
    named = ", ".join(things)
    return f"{named} ({detail})" if named and detail else named or detail


def tasks(call: Inputs, size: str) -> str:
    """How many tasks of what *size* run, and when none does."""
    least, most = call.scaling["minimum"], call.scaling["maximum"]
    number = f"{least} to {most} tasks" if least != most else f"{most} task{'' if most == 1 else 's'}"
    return f"{number} of {size}{', none off-hours' if call.scaling.get('schedules') else ''}"


def _vpc(_: str, call: Inputs) -> Iterator[Item]:
    gateways = len(call.nat_gateway_zones)
    yield Item("aws_nat_gateway", gateways)
    yield Item("aws_eip", gateways, "of the NAT gateways")
    if call.flow_logs:
        yield Item("aws_flow_log", 1)
        yield Item("aws_cloudwatch_log_group", 1, "flow logs", _days(call.log_retention_days))
    zones = {"private": len(call.private_subnets), "isolated": len(call.isolated_subnets)}
    interfaces = [zones[endpoint["tier"]] for endpoint in call.interface_endpoints.values()]
    if interfaces:
        yield Item("aws_vpc_endpoint", len(interfaces), "interface endpoints", f"{sum(interfaces)} network interfaces")


def _alb(_: str, call: Inputs) -> Iterator[Item]:
    yield Item("aws_lb", 1, "internal" if call.internal else "public")


def _bucket(label: str, call: Inputs) -> Iterator[Item]:
    note = label.removeprefix("bucket_").replace("_", " ")
    yield Item("aws_s3_bucket", 1, note, _days(call.expiration_days) if call.expiration_days else "")
    yield Item("aws_s3_bucket_intelligent_tiering_configuration", len(call.intelligent_tiering))


def _cluster(_: str, call: Inputs) -> Iterator[Item]:
    yield Item("aws_ecs_cluster", 1 if call.container_insights else 0, "with Container Insights")
    for group, settings in call.log_groups.items():
        yield Item("aws_cloudwatch_log_group", 1, f"`{group}`", _days(settings["retention_days"]))


def _service(label: str, call: Inputs) -> Iterator[Item]:
    name = label.removeprefix("service_").replace("_", "-")
    spot = ", on Spot" if "FARGATE_SPOT" in (call.capacity_providers or {}) else ""
    yield Item("aws_ecs_service", 1, name, f"{tasks(call, _size(call.cpu, call.memory))}{spot}")
    if not _is_null(call.log_retention_days):
        yield Item("aws_cloudwatch_log_group", 1, name, _days(call.log_retention_days))


def _runner(_: str, call: Inputs) -> Iterator[Item]:
    log = Item("aws_cloudwatch_log_group", 1, "code runner", _days(call.log_retention_days))
    if call.engine == "lambda":
        most = call.reserved_concurrency
        limit = f", up to {most} at the same time" if most is not None else ""
        yield Item(
            "aws_lambda_function",
            1,
            "code runner",
            f"{call.memory / KIB:.3g} GB for up to {call.timeout} s a run{limit}",
        )
        yield log
        return
    if call.engine == "fargate":
        size = _size(call.cpu if call.cpu is not None else 256, call.memory)
        yield Item("aws_ecs_service", 1, "code runner", tasks(call, size))
    else:
        yield Item("aws_ecs_service", 1, "code runner", "on its host")
        yield Item(
            "aws_autoscaling_group", 1, "code runner", f"1 {call.instance_type} with a disk of {call.disk_size} GB"
        )
    yield log


def _names(_: str, call: Inputs) -> Iterator[Item]:
    yield Item("aws_route53_zone", 1, "none with `hosted_zone_id`")


def _database(label: str, call: Inputs) -> Iterator[Item]:
    name = label.removeprefix("database_").replace("_", "-")
    zones = ", Multi-AZ" if call.multi_az else ""
    yield Item("aws_db_instance", 1, name, f"{call.instance_class}, {call.allocated_storage} GB{zones}")
    for replica, settings in call.replicas.items():
        size = settings.get("instance_class") or call.instance_class
        yield Item("aws_db_instance", 1, f"replica {replica}", f"{size}, {call.allocated_storage} GB")
    if not call.managed_password:
        yield Item("aws_secretsmanager_secret", 1, f"password of {name}")
    exports = call.log_exports if call.log_exports is not None else LOG_EXPORTS[call.engine]
    logs = len(exports) * (1 + len(call.replicas))
    yield Item("aws_cloudwatch_log_group", logs, name, _days(call.log_retention_days))


def _secrets(_: str, call: Inputs) -> Iterator[Item]:
    copies = sum(len(secret.get("replicas", {})) for secret in call.secrets.values())
    yield Item("aws_secretsmanager_secret", len(call.secrets), f"replicas: {copies}" if copies else "")


def _monitoring(_: str, call: Inputs) -> Iterator[Item]:
    yield Item("aws_cloudwatch_metric_alarm", len(list(alarms(call))))
    shown = [n for n in call.dashboards if any(getattr(call, graph.variable) for graph in DASHBOARDS[n])]
    yield Item("aws_cloudwatch_dashboard", len(shown), ", ".join(shown))
    yield Item("aws_kms_key", 1, "of the alarms' topic")
    yield Item("aws_sns_topic", 1, "alarms and failed tasks")


def alarms(call: Inputs) -> Iterator[str]:
    """The names of the alarms, without their prefix, that a call of `monitoring` asks for."""
    needs = {
        ("services", "tasks"): "minimum_tasks",
        ("autoscaling_groups", "memory"): "memory_percent",
        ("autoscaling_groups", "disk"): "disk_percent",
        ("autoscaling_groups", "credits"): "minimum_credits",
    }
    for variable, (kind, watched) in WATCHED.items():
        for key, settings in getattr(call, variable).items():
            for metric in watched:
                need = needs.get((variable, metric))
                wanted = need is None or settings.get(need) is not None
                if wanted and f"{kind}-{key}-{metric}" not in call.disabled_alarms:
                    yield f"{kind}-{key}-{metric}"


def _registry(_: str, call: Inputs) -> Iterator[Item]:
    regions = f"copied to {', '.join(call.replication_regions)}" if call.replication_regions else ""
    yield Item("aws_ecr_repository", len(call.repositories), regions)


def _state(_: str, call: Inputs) -> Iterator[Item]:
    yield Item("aws_s3_bucket", 1, "Terraform's state")
    yield Item("aws_dynamodb_table", 0 if call.lock_table_name is None else 1)


def _trail(_: str, call: Inputs) -> Iterator[Item]:
    yield Item("aws_cloudtrail", 1)
    yield Item("aws_s3_bucket", 1, "the trail's files", _days(call.expiration_days))
    yield Item("aws_kms_key", 1, "of the trail")
    if call.cloudwatch_logs:
        yield Item("aws_cloudwatch_log_group", 1, "the trail", _days(call.log_retention_days))


def _hosting(_: str, call: Inputs) -> Iterator[Item]:
    yield Item("aws_amplify_app", 1)
    if call.platform == "WEB_COMPUTE":
        yield Item("aws_cloudwatch_log_group", 1, "rendered pages", _days(call.log_retention_days))


def _nothing(_: str, __: Inputs) -> Iterator[Item]:
    return iter(())


BILLS: Mapping[str, Callable[[str, Inputs], Iterator[Item]]] = {
    "alb": _alb,
    "audit_trail": _trail,
    "bucket": _bucket,
    "code_runner": _runner,
    "container_registry": _registry,
    "delivery": _nothing,
    "dns_certificate": _names,
    "ecs_cluster": _cluster,
    "ecs_service": _service,
    "monitoring": _monitoring,
    "rds": _database,
    "secrets": _secrets,
    "state_backend": _state,
    "vpc": _vpc,
    "web_hosting": _hosting,
}


def _size(cpu: int, memory: int) -> str:
    return f"{cpu / KIB:g} vCPU and {memory / KIB:g} GB"


def _days(days: object) -> str:
    return "kept" if _is_null(days) else f"kept {days} days"


def _is_null(value: object) -> bool:
    return value is None or (isinstance(value, Expr) and str(value) == str(null))
