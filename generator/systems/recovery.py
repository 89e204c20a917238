"""What is done about a loss, and the settings that keep what was promised about it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from generator.systems.manifest import Environment
from generator.systems.restoring import restoring_sections
from generator.systems.root import Root

RTO, RPO = "RTO", "RPO"


@dataclass(frozen=True)
class Loss:
    """Something that may be lost, and what brings it back.

    *keeps* is the promise at stake, RTO or RPO; *setting* is where the manifest decides how well it is kept.
    """

    what: str
    recovery: str
    keeps: str
    setting: str


def losses(environment: Environment) -> Iterator[Loss]:
    """What may be lost of *environment*, small things first."""
    yield from _computing(environment)
    for name, database in environment.databases.items():
        standby = (
            "a standby takes over in about a minute" if database.multi_az else "restored from a snapshot, see below"
        )
        yield Loss(f"the instance of database {name}", standby, RTO, f"`databases.{name}.multi_az`")
        days = database.backup_retention
        moment = f"restored to any moment of the last {days} days, but the last five minutes, see below"
        yield Loss(f"data of database {name}", moment, RPO, f"`databases.{name}.backup_retention`")
    for name, bucket in environment.buckets.items():
        until = bucket.noncurrent_expiration_days
        kept = f"kept for {until} days" if until else "kept"
        back = f"its version before is {kept}, see below" if bucket.versioning else "not brought back"
        yield Loss(f"an object of bucket {name}", back, RPO, f"`buckets.{name}.versioning`")
        # What S3 answers DeleteBucket with is the protection: see aws_s3_bucket's force_destroy.
        again = "`terraform apply` makes it again, empty; S3 deletes none that still holds a version"
        yield Loss(f"the bucket {name} itself", again, RPO, "`allow_destroy` is false")
    if any(secret.store == "secretsmanager" for secret in environment.secrets().values()):
        yield Loss("a secret", "`aws secretsmanager restore-secret` within 30 days", RPO, "`allow_destroy` is false")
    earlier = "an earlier version of its object in the state's bucket, for 90 days"
    yield Loss("the state", earlier, RPO, "`../account`")
    yield Loss("the environment", "made again from these files, see below", RTO, "this directory")


def _computing(environment: Environment) -> Iterator[Loss]:
    """What runs, and keeps nothing."""
    network, zones = environment.network, len(environment.network.vpc.availability_zones)
    alone = [name for name, service in environment.services.items() if service.count.range.min < 2]
    several = [name for name in environment.services if name not in alone]
    if alone:
        again = "ECS starts another; nothing may answer meanwhile"
        yield Loss(f"a task of {', '.join(alone)}", again, RTO, "`count`: one, or none")
    if several:
        again = "ECS starts another; the others answer meanwhile"
        yield Loss(f"a task of {', '.join(several)}", again, RTO, "`count`: two or more")
    runner = environment.code_runner
    if runner is not None and runner.host is not None:
        again = "the Auto Scaling group starts another, which registers by itself; its sessions are gone"
        yield Loss("the code runner's host", again, RTO, "`code_runner.host`")
    if environment.services:
        spread = "tasks start in the other zone" if network.task_zones == "all" else "tasks wait for their zone"
        gateway = "each zone has its own way out" if network.nat == "per_az" else "the way out is lost with its zone"
        yield Loss(f"one of {zones} zones", f"{spread}; {gateway}", RTO, "`network.task_zones`, `network.nat`")
        kept = "`registries.keep_images`; released images never expire"
        yield Loss("a bad release", "`slipway image rollback`", RTO, kept)


def recovery_section(environment: Environment, root: Root) -> str:
    """The README's section: what was promised, what is done, and what to run for it."""
    rows = (f"| {loss.what} | {loss.recovery} | {loss.keeps} | {loss.setting} |" for loss in losses(environment))
    table = "\n".join(["| lost | what is done | keeps | decided by |", "| --- | --- | --- | --- |", *rows])
    return "\n\n".join([*_promise(environment), table, *restoring_sections(environment, root)])


def duration(seconds: int) -> str:
    """*seconds* as a person says them: 30 minutes, 1 hour, 2 days."""
    for unit, length in (("day", 86_400), ("hour", 3600), ("minute", 60)):
        if seconds % length == 0 and (unit != "day" or seconds > length):
            number = seconds // length
            return f"{number} {unit}{'' if number == 1 else 's'}"
    return f"{seconds} seconds"


def _promise(environment: Environment) -> Iterator[str]:
    recovery = environment.recovery
    if recovery is None:
        return
    if recovery.rpo is None:
        data = "data may be lost"
    else:
        data = f"recovered data is at most {duration(recovery.rpo)} old (RPO)"
    yield f"Promised: it works again within {duration(recovery.rto)} (RTO), and {data}."
