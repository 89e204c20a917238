"""Where load balancers lead: listeners, their rules, target groups, and who is in these."""

from __future__ import annotations

from collections.abc import Iterator

from generator.policy.plan import Links, Plan, Resource, joined
from generator.policy.plan.values import Unknown

# Each has two names in the provider.
BALANCERS = ("aws_lb", "aws_alb")
LISTENERS = ("aws_lb_listener", "aws_alb_listener")
RULES = ("aws_lb_listener_rule", "aws_alb_listener_rule")
GROUPS = ("aws_lb_target_group", "aws_alb_target_group")
ATTACHMENTS = ("aws_lb_target_group_attachment", "aws_alb_target_group_attachment")
CERTIFICATES = ("aws_lb_listener_certificate", "aws_alb_listener_certificate")
NOBODY_KNOWS = Links(certain=False, complete=False)


def named(plan: Plan, resource: Resource, path: str, kinds: tuple[str, ...]) -> Links:
    """What an argument names, whichever of *kinds* it is."""
    found = [plan.links(resource, path, kind) for kind in kinds]
    return next((links for links in found if links.resources), found[0])


def naming(plan: Plan, kinds: tuple[str, ...], path: str, to: Resource, *, surely: bool = False) -> list[Resource]:
    """The resources of *kinds* whose argument at *path* names *to*: those that may, or those that *surely* do."""
    if surely:
        return [resource for kind in kinds for resource in plan.linking(kind, path, to)[0]]
    return [resource for resource in plan.of_type(*kinds) if to in plan.links(resource, path, to.type)]


def rules_of(plan: Plan, listener: Resource, *, surely: bool = False) -> list[Resource]:
    """The rules that may be, or *surely* are, of *listener*."""
    return naming(plan, RULES, "listener_arn", listener, surely=surely)


def balancers(plan: Plan, listener: Resource) -> Links:
    """The load balancer of *listener*."""
    return named(plan, listener, "load_balancer_arn", BALANCERS)


def reached_groups(plan: Plan, balancer: Resource, *, surely: bool = False) -> Links:
    """The target groups to which *balancer* may lead, or *surely* leads."""
    listeners = naming(plan, LISTENERS, "load_balancer_arn", balancer, surely=surely)
    rules = [rule for listener in listeners for rule in rules_of(plan, listener, surely=surely)]
    holders = [(listener, "default_action") for listener in listeners] + [(rule, "action") for rule in rules]
    return joined(links for holder, block in holders for links in _forwards(plan, holder, block))


def _forwards(plan: Plan, holder: Resource, block: str) -> Iterator[Links]:
    """The target groups of each action of *holder*: one, or several with weights."""
    if isinstance(holder.get(block), Unknown):
        yield NOBODY_KNOWS
    for number, _ in enumerate(holder.blocks(block)):
        action = f"{block}.{number}"
        yield named(plan, holder, f"{action}.target_group_arn", GROUPS)
        groups = holder.get(f"{action}.forward.0.target_group")
        if isinstance(groups, list):
            for place, _ in enumerate(groups):
                yield named(plan, holder, f"{action}.forward.0.target_group.{place}.arn", GROUPS)
        elif isinstance(groups, Unknown) and plan.is_written(holder, f"{action}.forward.0.target_group.0.arn"):
            yield NOBODY_KNOWS


def groups_of_service(plan: Plan, service: Resource) -> Links:
    """The target groups that *service*, one of ECS, puts its tasks into."""
    if isinstance(service.get("load_balancer"), Unknown):
        return NOBODY_KNOWS
    paths = [f"load_balancer.{number}.target_group_arn" for number, _ in enumerate(service.blocks("load_balancer"))]
    return joined(named(plan, service, path, GROUPS) for path in paths)


def groups_of_functions(plan: Plan) -> Iterator[tuple[Links, Links]]:
    """Each function of Lambda, by its alias too, that is attached to a target group, with that group."""
    for attachment in plan.of_type(*ATTACHMENTS):
        target = named(plan, attachment, "target_id", ("aws_lambda_function", "aws_lambda_alias"))
        aliased = [a for a in target.resources if a.type == "aws_lambda_alias"]
        functions = [plan.links(alias, "function_name", "aws_lambda_function") for alias in aliased]
        yield (
            joined(functions) if aliased else target,
            named(plan, attachment, "target_group_arn", GROUPS),
        )
