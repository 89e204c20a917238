"""What is done about a loss, and the settings that keep what was promised about it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from generator.systems.bill import Inputs
from generator.systems.inputs import identifier
from generator.systems.manifest import Environment
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
        standby = "a standby takes over in about a minute" if database.multi_az else "restored from a backup, see below"
        yield Loss(f"the instance of database {name}", standby, RTO, f"`databases.{name}.multi_az`")
        days = database.backup_retention
        moment = f"restored to any moment of the last {days} days, but the last five minutes, see below"
        yield Loss(f"data of database {name}", moment, RPO, f"`databases.{name}.backup_retention`")
    for name, bucket in environment.buckets.items():
        until = bucket.noncurrent_expiration_days
        kept = f"kept for {until} days" if until else "kept"
        back = f"its version before is {kept}: remove the delete marker" if bucket.versioning else "not brought back"
        yield Loss(f"an object of bucket {name}", back, RPO, f"`buckets.{name}.versioning`")
    if any(secret.store == "secretsmanager" for secret in environment.secrets().values()):
        yield Loss("a secret", "`aws secretsmanager restore-secret` within 30 days", RPO, "`allow_destroy` is false")
    earlier = "an earlier version of its object in the state's bucket, for 90 days"
    yield Loss("the state", earlier, RPO, "`../account`")
    rest = "; data as above" if environment.databases or environment.buckets else ""
    again = f"the first deployment again, with the images that are pushed{rest}"
    yield Loss("the environment", again, RTO, "this directory")


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
    """The README's section: what was promised, what is done, and how a database is restored."""
    rows = (f"| {loss.what} | {loss.recovery} | {loss.keeps} | {loss.setting} |" for loss in losses(environment))
    table = "\n".join(["| lost | what is done | keeps | decided by |", "| --- | --- | --- | --- |", *rows])
    return "\n\n".join([*_promise(environment), table, *_databases(environment, root)])


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


def _databases(environment: Environment, root: Root) -> Iterator[str]:
    for name, database in environment.databases.items():
        label = f"database_{identifier(name)}"
        module, given = root.calls[label]
        instance = Inputs.of(module, given).name
        again = [f"module.{label}.aws_db_instance.this"]
        again += [f"'module.{label}.aws_db_instance.replica[\"{replica}\"]'" for replica in database.replicas]
        replace = " ".join(f"-replace={address}" for address in again)
        yield f"""### Restoring the database {name}

Restore a moment beside the running instance, look at it, and keep it as a snapshot (after the loss of the instance take
the newest of `aws rds describe-db-snapshots`):

```sh
aws rds restore-db-instance-to-point-in-time --source-db-instance-identifier {instance} \\
  --target-db-instance-identifier {instance}-restored --restore-time 2026-01-31T12:00:00Z
aws rds create-db-snapshot --db-instance-identifier {instance}-restored --db-snapshot-identifier {instance}-restored
```

Then make the instance anew from the snapshot. Terraform merges the override into the call, and looks at it only when
the instance is created:

```sh
cat > restore_override.tf <<'END'
module "{label}" {{
  restore = {{ snapshot_identifier = "{instance}-restored" }}
}}
END
terraform apply -var allow_destroy=true
terraform apply -var allow_destroy=true {replace}
rm restore_override.tf
terraform apply
```"""
