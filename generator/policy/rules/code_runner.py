"""What runs people's programs: its network, its role, its limits."""

from __future__ import annotations

from collections.abc import Iterator

from generator.policy.containers import environment
from generator.policy.hosts import host_groups, runner_hosts, service_groups, unplaced
from generator.policy.permissions import Role, Statement, glob
from generator.policy.plan import Links, Resource
from generator.policy.plan.values import UNKNOWN, Unknown
from generator.policy.platform import Platform
from generator.policy.rule import rule
from generator.policy.verdict import Severity, Verdict, every, judge, known, negated, some

GROUPS = "vpc_config.0.security_group_ids"
SUBNETS = "vpc_config.0.subnet_ids"
INTERFACES = (
    "ec2:CreateNetworkInterface",
    "ec2:DescribeNetworkInterfaces",
    "ec2:DescribeSubnets",
    "ec2:DeleteNetworkInterface",
    "ec2:AssignPrivateIpAddresses",
    "ec2:UnassignPrivateIpAddresses",
)
OWN_LOGS = ("logs:CreateLogGroup", "logs:CreateLogStream", "logs:PutLogEvents", "xray:Put*")
PULLS = (
    "ecr:GetAuthorizationToken",
    "ecr:BatchCheckLayerAvailability",
    "ecr:GetDownloadUrlForLayer",
    "ecr:BatchGetImage",
)
SOURCE = "lambda:sourcefunctionarn"
# A probe of each service that a program must never reach with the runner's role.
FORBIDDEN = (
    "s3:GetObject",
    "s3:PutObject",
    "secretsmanager:GetSecretValue",
    "ssm:GetParameter",
    "lambda:InvokeFunction",
    "lambda:UpdateFunctionCode",
    "iam:PassRole",
    "iam:CreateUser",
    "sts:AssumeRole",
    "kms:Decrypt",
    "dynamodb:GetItem",
    "ec2:RunInstances",
    "rds-db:connect",
    "ecs:RunTask",
)


@rule(
    "PLT-003",
    "A code runner is reached by nobody it does not serve",
    severity=Severity.CRITICAL,
    rationale="A function is invoked through Lambda's API and needs no open port; an open port is a way in to a "
    "program that a stranger wrote, and from one program to another.",
    document="S1 Security groups; decisions 4",
    remediation="Remove the ingress rules of the function's security group. A runner that is a service admits the "
    "security groups of its callers, never a range.",
    decidable="first plan",
)
def runner_without_ingress(platform: Platform) -> Iterator[Verdict]:
    for function in platform.functions:
        if function.get("vpc_config") in (None, []):
            continue
        groups = platform.plan.links(function, GROUPS, "aws_security_group")
        for group in groups.resources:
            reached = platform.network.judged(group, "ingress", lambda _: True)
            yield judge(negated(reached), group, f"{function.address} is reached through this group.", "ingress")
        yield from all_known(groups, function, GROUPS)
    for task in platform.runner_tasks:
        for service in task.services if task.network_mode == "awsvpc" else ():
            groups = service_groups(platform, service)
            yield from _reached_by_groups_alone(platform, service, groups, "network_configuration.0.security_groups")
    for template, _ in runner_hosts(platform):
        groups = host_groups(platform, template)
        yield from _reached_by_groups_alone(platform, template, groups, "vpc_security_group_ids")
    yield from without_place(platform)


def _reached_by_groups_alone(platform: Platform, runner: Resource, groups: Links, attribute: str) -> Iterator[Verdict]:
    """What *runner*, a service or the template of its host, with *groups* lets in: security groups, and no ranges."""
    for group in groups.resources:
        reached = platform.network.judged(group, "ingress", lambda opening: opening.from_ranges)
        yield judge(negated(reached), group, f"{runner.address} is reached from ranges of addresses.", "ingress")
    yield from all_known(groups, runner, attribute)


def without_place(platform: Platform, *, shared: bool = False) -> Iterator[Verdict]:
    """An undecided verdict for each task of a code runner of which no service or host is known; *shared* asks
    for those alone that share their host's network."""
    for definition in unplaced(platform, shared=shared):
        yield judge(None, definition, "", "", "What starts it, and where, is not in this plan, or not known yet.")


def all_known(groups: Links, holder: Resource, attribute: str) -> Iterator[Verdict]:
    """An undecided verdict where *holder* has security groups that this plan does not know."""
    if not groups.resources or not groups.whole:
        yield judge(None, holder, "", attribute, "Its security groups are not all in this plan, or not known yet.")


@rule(
    "PLT-004",
    "A code runner cannot reach the internet",
    severity=Severity.CRITICAL,
    rationale="A program that reaches the internet can mine, attack others in our name and carry away what it finds.",
    document="S1 Security groups; decisions 4",
    remediation="Put it into subnets without a route to a NAT or internet gateway, and let its security group out to "
    "endpoints and prefix lists alone.",
    decidable="first plan",
)
def runner_without_internet(platform: Platform) -> Iterator[Verdict]:
    for function in platform.functions:
        if function.get("vpc_config") in (None, []):
            yield judge(False, function, "The function has no VPC, and so the internet.", "vpc_config")
            continue
        groups = platform.plan.links(function, GROUPS, "aws_security_group")
        yield cannot_leave(platform, function, groups, platform.network.subnets(function, SUBNETS))
    for task in platform.runner_tasks:
        for service in task.services if task.network_mode == "awsvpc" else ():
            subnets = platform.network.subnets(service, "network_configuration.0.subnets")
            yield cannot_leave(platform, service, service_groups(platform, service), subnets)
    for template, subnets in runner_hosts(platform):
        yield cannot_leave(platform, template, host_groups(platform, template), subnets)
    yield from without_place(platform)


def cannot_leave(platform: Platform, runner: Resource, groups: Links, subnets: Links) -> Verdict:
    """Whether *runner* reaches the internet: it takes a route that leads there, and a group that lets it out."""
    ways = [platform.network.way_out(subnet) for subnet in subnets.resources]
    routed = some([None if way is None else way != "none" for way in ways]) if ways else None
    if routed is False and not subnets.whole:
        routed = None
    # Without a group AWS takes the VPC's default one.
    let_out = some([platform.network.judged(group, "egress", lambda o: o.outside) for group in groups.resources])
    if let_out is False and not (groups.resources and groups.whole):
        let_out = None
    message = "Its security group lets it out to the internet, and its subnets have a route to the internet."
    return judge(negated(every([routed, let_out])), runner, message, "", "Its subnets or groups are not known yet.")


@rule(
    "PLT-005",
    "A code runner's function is in isolated subnets",
    severity=Severity.CRITICAL,
    rationale="A function without a VPC has the internet, whatever its security groups would say.",
    document="S1 against S2; decisions 4",
    remediation="Give the function a vpc_config with subnets whose route table has no way out.",
    decidable="first plan",
)
def runner_function_is_isolated(platform: Platform) -> Iterator[Verdict]:
    for function in platform.functions:
        configured = function.get("vpc_config")
        if configured in (None, []):
            yield judge(False, function, "The function has no VPC, and so the internet.", "vpc_config")
            continue
        links = platform.network.subnets(function, SUBNETS)
        if links.resources == () and links.complete and not links.outside:
            yield judge(False, function, "The function has no VPC, and so the internet.", "vpc_config")
            continue
        ways = [platform.network.way_out(subnet) for subnet in links.resources]
        isolated = every([None if way is None else way == "none" for way in ways])
        if isolated and not links.whole:
            isolated = None
        yield judge(isolated, function, "Its subnets have a route out of the network.", SUBNETS)


@rule(
    "PLT-006",
    "A code runner's role can write its logs and nothing else",
    severity=Severity.CRITICAL,
    rationale="A program that breaks out of its cage has the role's permissions: its credentials lie in the "
    "environment of the process beside it.",
    document="S1, S3 IAM; decisions, What AWS refuses",
    remediation="Allow its own log group, for a function in a VPC the six actions on network interfaces, and for what "
    "starts containers on its host pulls of images; store results with the caller's role.",
    decidable="rehearsed plan",
)
def runner_role_is_bare(platform: Platform) -> Iterator[Verdict]:
    for function in platform.functions:
        yield from bare_role(platform, function, "role", (*OWN_LOGS, *INTERFACES))
    for task in platform.runner_tasks:
        if task.definition.get("task_role_arn") is not None:
            # What starts others through docker.sock pulls their images; its program is Slipway's or the team's own.
            permitted = (*OWN_LOGS, *PULLS) if task.is_host else OWN_LOGS
            yield from bare_role(platform, task.definition, "task_role_arn", permitted)


def bare_role(
    platform: Platform, holder: Resource, attribute: str, permitted: tuple[str, ...] | None = None
) -> Iterator[Verdict]:
    """Whether the role that *attribute* of *holder* names allows nothing that is forbidden; nor anything else but what
    is *permitted*, where that is said."""
    role = platform.permissions.named(holder, attribute)
    if role is None:
        yield judge(None, holder, "", attribute, f"The role of {attribute} is not in this plan, or not known yet.")
        return
    allowed = [action for action in FORBIDDEN if role.allows(action)]
    if permitted is not None:
        allowed += sorted(_beyond(role, permitted) - set(allowed))
    if _writes_any_log(role):
        allowed.append("logs of every log group")
    unknown = not role.complete
    message = f"{role.resource.address} allows {', '.join(allowed)}."
    yield judge(False if allowed else (None if unknown else True), holder, message, attribute)


def _writes_any_log(role: Role) -> bool:
    """Whether it writes into logs that are not its own: a program fills or forges what others wrote."""
    reached = {r for s in role.allowing("logs:PutLogEvents") for r in (s.resources if not s.not_resources else ("*",))}
    return any(r.partition(":log-group:")[2][:1] in ("", "*", "?") for r in reached) and not role.denies(
        "logs:PutLogEvents"
    )


def _beyond(role: Role, permitted: tuple[str, ...]) -> set[str]:
    """What *role* allows besides *permitted*, and does not deny."""
    allowing = [s for s in role.statements if s.effect == "Allow"]
    named = {action for s in allowing for action in s.actions}
    found = {a for a in named if not any(glob(p, a, fold=True) for p in permitted) and not role.denies(a)}
    return found | {"everything but what it names" for s in allowing if s.not_actions}


@rule(
    "PLT-062",
    "A function's permissions on the network are not the program's",
    severity=Severity.HIGH,
    rationale="Lambda needs six actions on network interfaces, on every resource, to put a function into a VPC. The "
    "program runs with the same role: unless its own calls are denied, it can list the network and take addresses.",
    document="decisions, What AWS refuses",
    remediation="Deny the same actions to calls of the function: condition ArnEquals lambda:SourceFunctionArn.",
    decidable="rehearsed plan",
)
def interfaces_are_denied_to_the_program(platform: Platform) -> Iterator[Verdict]:
    for function in platform.functions:
        role = platform.permissions.named(function, "role")
        if role is None:
            yield judge(None, function, "", "role", "Its role is not in this plan, or not known yet.")
            continue
        open_ = [a for a in INTERFACES if any(s.covers(a) for s in role.allowing(a))]
        if not open_:
            if not role.complete:
                yield judge(None, function, "", "role")
            continue
        denied = [a for a in open_ if any(_denies_program(s, a, function) for s in role.statements)]
        truth: bool | None = len(denied) == len(open_) or (None if not role.complete else False)
        yield judge(truth, function, f"Its program may call {open_[0]} and more with the role.", "role")


def _denies_program(statement: Statement, action: str, function: Resource) -> bool:
    """Whether *statement* denies *action* on everything to the calls of *function*."""
    if statement.effect != "Deny" or not statement.covers(action) or "*" not in statement.resources:
        return False
    if len(statement.condition) != 1:
        return False
    ((operator, test),) = statement.condition.items()
    if operator not in ("ArnEquals", "ArnLike", "StringEquals", "StringLike") or not isinstance(test, dict):
        return False
    given = {key.lower(): value for key, value in test.items()}
    values = given.get(SOURCE) if len(given) == 1 else None
    arns = [values] if isinstance(values, str) else values or []
    return any(_is_of(str(arn), function, exact=operator == "StringEquals") for arn in arns)


def _is_of(pattern: str, function: Resource, *, exact: bool) -> bool:
    """Whether *pattern* is the ARN of *function*; its name tells where the ARN is not known yet."""
    arn, name = function.get("arn"), function.get("function_name")
    if isinstance(arn, str):
        return pattern == arn if exact else glob(pattern, arn)
    last = pattern.rpartition(":function:")[2]
    return isinstance(name, str) and (last == name if exact else glob(last, name))


@rule(
    "PLT-012",
    "A code runner's function is an image of a stated architecture",
    severity=Severity.HIGH,
    rationale="An image for another architecture fails at its first call, and the default of Lambda is not that of "
    "the machine that built the image.",
    document="S1, S2 Lambda; decisions 13",
    remediation="Set package_type to Image and architectures to the one that the image is built for.",
)
def runner_is_an_image(platform: Platform) -> Iterator[Verdict]:
    for function in platform.functions:
        kind, found = function.get("package_type"), function.get("architectures")
        image = None if isinstance(kind, Unknown) else kind == "Image"
        named = known(lambda names: isinstance(names, list) and len(names) == 1, found)
        if named is None and platform.plan.is_written(function, "architectures") is False:
            # Left out, Lambda answers x86_64 after the apply.
            named = False
        yield judge(image, function, "A compiler does not fit into a zip package.", "package_type")
        yield judge(named, function, "The architecture is left to Lambda's default.", "architectures")


@rule(
    "PLT-014",
    "A code runner of Lambda has an upper bound",
    severity=Severity.HIGH,
    rationale="Without reserved concurrency one learner's loop takes every execution of the account, and the bill "
    "has no end.",
    document="S1 Scaling, S2",
    remediation="Set reserved_concurrent_executions. A service of ECS is bounded by desired_count and max_capacity.",
)
def runner_is_bounded(platform: Platform) -> Iterator[Verdict]:
    for function in platform.functions:
        limit = function.get("reserved_concurrent_executions")
        bounded = None if isinstance(limit, Unknown) else isinstance(limit, int) and limit >= 0
        yield judge(bounded, function, "Nothing bounds how many run at a time.", "reserved_concurrent_executions")


@rule(
    "PLT-063",
    "A code runner ends by itself",
    severity=Severity.MEDIUM,
    rationale="Lambda ends a function after 900 seconds at most, and a timeout of 3 seconds, its default, ends every "
    "compiler.",
    document="S1, S2 Lambda; decisions 1",
    remediation="Set timeout from 10 to 900 seconds: longer than a program may run, shorter than anyone waits.",
)
def runner_has_a_timeout(platform: Platform) -> Iterator[Verdict]:
    for function in platform.functions:
        seconds = function.get("timeout")
        fits = known(lambda s: isinstance(s, int) and 10 <= s <= 900, seconds)
        message = "" if fits is None else f"A timeout of {seconds or 3} seconds fits no compiler."
        yield judge(fits, function, message, "timeout")


@rule(
    "PLT-015",
    "The function that a service calls is one of this environment",
    severity=Severity.HIGH,
    rationale="A wrong name calls another environment's runner, or none, and every run fails.",
    document="S2 Environment variables; decisions 10",
    remediation="Set the variable from the function's name and alias, as `function:alias`.",
    decidable="rehearsed plan",
)
def called_function_is_planned(platform: Platform) -> Iterator[Verdict]:
    functions, unknown = _names(platform)
    for task in platform.tasks:
        if task.containers is None:
            if functions or unknown:
                yield judge(None, task.definition, "", "container_definitions")
            continue
        for container in task.containers:
            name = environment(container).get("LAMBDA_FUNCTION_NAME")
            if name is not None:
                known = name.rpartition(":function:")[2] in functions
                message = f"LAMBDA_FUNCTION_NAME of {container.get('name')} names no function or alias of this plan."
                yield judge(known or (None if unknown else False), task.definition, message, "container_definitions")


def _names(platform: Platform) -> tuple[set[str], bool]:
    """What functions are called, with each alias and without; and whether a name is not known yet."""
    plan = platform.plan
    found = {f.get("function_name") for f in plan.of_type("aws_lambda_function")}
    for alias in plan.of_type("aws_lambda_alias"):
        for function in plan.links(alias, "function_name", "aws_lambda_function").resources:
            name, short = function.get("function_name"), alias.get("name")
            found.add(UNKNOWN if isinstance(name, Unknown) or isinstance(short, Unknown) else f"{name}:{short}")
    return {name for name in found if isinstance(name, str)}, UNKNOWN in found
