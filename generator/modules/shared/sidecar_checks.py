"""What ECS refuses of the containers of a task, as preconditions."""

from __future__ import annotations

from generator.bindings import functions as fn
from generator.hcl.expression import Expr, for_list, for_map, null
from generator.hcl.stack import Stack
from generator.hcl.types import Condition
from generator.modules.shared.common import SECRET_ARN, USER, every, matches
from generator.modules.shared.containers import MAIN, XRAY, XRAY_CPU, XRAY_MEMORY
from generator.modules.shared.service_checks import VAR, VOLUME_NAME, refused_unless

MOST_CONTAINERS = 10
CONDITIONS = ["START", "COMPLETE", "SUCCESS", "HEALTHY"]
EACH = ("name", "sidecar")


def containers(stack: Stack) -> list[Condition]:
    sidecars = VAR.sidecars
    return [
        refused_unless(
            every(fn.keys(sidecars), lambda name: matches(VOLUME_NAME, name), names=("name",))
            & ~fn.contains(fn.keys(sidecars), MAIN)
            & ~fn.contains(fn.keys(sidecars), XRAY),
            f"the names of sidecars must be letters, digits, _ and -, and neither {MAIN} nor {XRAY}.",
        ),
        refused_unless(
            fn.length(sidecars) + VAR.xray.then(2, 1) <= MOST_CONTAINERS,
            f"a task has at most {MOST_CONTAINERS} containers, with the main one and that of xray.",
        ),
        refused_unless(
            every(
                sidecars,
                lambda _, s: (s.image == null) != (s.image_parameter == null),
                names=("_", "sidecar"),
            ),
            "each of sidecars must have either an image or an image_parameter.",
        ),
        refused_unless(
            every(
                sidecars,
                lambda _, s: matches("@sha256:[0-9a-f]{64}$", fn.coalesce(s.image, f"@sha256:{'0' * 64}")),
                names=("_", "sidecar"),
            ),
            "the image of each of sidecars must be named by its digest: name@sha256:….",
        ),
        refused_unless(
            every(sidecars, lambda _, s: matches(USER, s.user), names=("_", "sidecar")),
            "the user of each of sidecars must be a user such as 1000, or a user and a group such as 1000:1000.",
        ),
        refused_unless(
            every(
                sidecars,
                lambda _, s: every(s.secrets, lambda _, arn: matches(SECRET_ARN, arn), names=("_", "arn")),
                names=("_", "sidecar"),
            ),
            "the secrets of sidecars must be ARNs of SSM parameters or Secrets Manager secrets.",
        ),
        _own_variables(),
        _scratch(),
        _sizes(),
        _health(),
        *_order(stack),
    ]


def _own_variables() -> Condition:
    def apart(of: Expr) -> Expr:
        return fn.length(fn.setintersection(fn.keys(of.environment), fn.keys(of.secrets))) == 0

    return refused_unless(
        apart(VAR) & every(VAR.sidecars, lambda _, sidecar: apart(sidecar), names=("_", "sidecar")),
        "environment and secrets of a container must not name the same variable.",
    )


def _scratch() -> Condition:
    def paths(sidecar: Expr) -> Expr:
        found = fn.values(sidecar.scratch_paths)
        absolute = every(found, lambda path: fn.startswith(path, "/"), names=("path",))
        return absolute & (fn.length(fn.distinct(found)) == fn.length(found))

    return refused_unless(
        every(VAR.sidecars, lambda _, sidecar: paths(sidecar), names=("_", "sidecar")),
        "the scratch_paths of sidecars must be absolute paths, each on its own.",
    )


def _sizes() -> Condition:
    def total(attribute: str, xray: int) -> Expr:
        each = for_list(
            VAR.sidecars, lambda _, s: fn.coalesce(Expr(f"{s.code}.{attribute}"), 0), names=("_", "sidecar")
        )
        return fn.sum_(fn.concat([VAR.xray.then(xray, 0)], each))

    own = every(
        VAR.sidecars,
        lambda _, s: (fn.coalesce(s.memory, 6) >= 6) & (fn.coalesce(s.cpu, 1) >= 1),
        names=("_", "sidecar"),
    )
    fits = (total("cpu", XRAY_CPU) <= VAR.cpu) & (total("memory", XRAY_MEMORY) < VAR.memory)
    return refused_unless(
        own & fits,
        "the sidecars and xray must leave the main container memory: their cpu and memory come out of the task's.",
    )


def _health() -> Condition:
    def sound(check: Expr) -> Expr:
        limits = (("interval", 5, 300), ("timeout", 2, 60), ("retries", 1, 10), ("start_period", 0, 300))
        within = [(Expr(f"{check.code}.{n}") >= low) & (Expr(f"{check.code}.{n}") <= high) for n, low, high in limits]
        starts = fn.contains(["CMD", "CMD-SHELL"], fn.try_(check.command[0], ""))
        return fn.try_(fn.alltrue([starts, fn.length(check.command) > 1, *within]), False)

    checks = fn.concat([VAR.health_check], for_list(VAR.sidecars, lambda _, s: s.health_check, names=("_", "sidecar")))
    return refused_unless(
        every(checks, lambda check: (check == null) | sound(check), names=("check",)),
        "each health_check must run a command that begins with CMD or CMD-SHELL, every 5 to 300 seconds for 2 to 60, "
        "with 1 to 10 retries and a start_period up to 300.",
    )


def _order(stack: Stack) -> list[Condition]:
    """The conditions on who waits for whom; *stack* gets the locals that follow the waiting to its end."""
    waits = _waits(stack)
    known = every(
        VAR.sidecars,
        lambda _, s: (
            every(
                s.depends_on,
                lambda other, condition: (
                    fn.contains(fn.concat([MAIN], fn.keys(VAR.sidecars)), other) & fn.contains(CONDITIONS, condition)
                ),
                names=("other", "condition"),
            )
            & fn.contains(CONDITIONS, fn.coalesce(s.main_waits_for, "START"))
        ),
        names=("_", "sidecar"),
    )
    return [
        refused_unless(
            known,
            f"depends_on of sidecars must name containers of the task, and wait, as main_waits_for, for "
            f"{', '.join(CONDITIONS[:-1])} or {CONDITIONS[-1]}.",
        ),
        refused_unless(
            every(waits, lambda name, others: ~fn.contains(others, name), names=("name", "others")),
            "no container may wait for itself, through depends_on and main_waits_for of sidecars.",
        ),
        refused_unless(
            every(
                VAR.sidecars,
                lambda name, s: every(_awaited(name), lambda c: _reachable(c, s), names=("condition",)),
                names=EACH,
            ),
            "COMPLETE and SUCCESS can only be waited for where essential is false, HEALTHY where there is a "
            "health_check.",
        ),
        refused_unless(
            every(
                VAR.sidecars,
                lambda _, s: (
                    ~fn.contains(["COMPLETE", "SUCCESS"], fn.try_(s.depends_on[MAIN], ""))
                    & ((fn.try_(s.depends_on[MAIN], "") != "HEALTHY") | (VAR.health_check != null))
                ),
                names=("_", "sidecar"),
            ),
            "sidecars can wait for START of the main container, and for HEALTHY where it has a health_check.",
        ),
    ]


def _awaited(name: Expr) -> Expr:
    """The conditions of the sidecar *name* that other containers wait for."""
    others = for_list(VAR.sidecars, lambda _, o: fn.try_(o.depends_on[name], ""), names=("_", "other"))
    return fn.compact(fn.concat(others, [fn.coalesce(VAR.sidecars[name].main_waits_for, "START")]))


def _reachable(condition: Expr, sidecar: Expr) -> Expr:
    ends = fn.contains(["COMPLETE", "SUCCESS"], condition)
    return (~ends | ~sidecar.essential) & ((condition != "HEALTHY") | (sidecar.health_check != null))


def _waits(stack: Stack) -> Expr:
    """Whom each container waits for, directly and through others: each step doubles how far is seen."""
    of_main = for_list(VAR.sidecars, lambda name, _: name, names=EACH, when=lambda _, s: s.main_waits_for != null)
    of_sidecars = for_map(VAR.sidecars, lambda name, s: (name, fn.keys(s.depends_on)), names=EACH)
    found = stack.local(
        "waits_1",
        fn.merge(of_sidecars, {MAIN: of_main}),
        "Whom each container waits for; the others, through 2, 4 … steps.",
    )
    for steps in (2, 4, 8, 16):
        found = stack.local(f"waits_{steps}", _further(found))
    return found


def _further(waits: Expr) -> Expr:
    """*waits*, and whom those wait for in their turn."""

    def others_of(name: Expr, others: Expr) -> tuple[Expr, Expr]:
        theirs = for_list(others, lambda other: fn.try_(waits[other], []), names=("other",))
        return name, fn.distinct(fn.concat(others, fn.flatten(theirs)))

    return for_map(waits, others_of, names=("name", "others"))
