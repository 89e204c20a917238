"""What must not be lost or read: databases, buckets, parameters."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from functools import partial
from typing import Any

from generator.policy.hosts import host_groups, runner_hosts, service_groups
from generator.policy.network import Opening
from generator.policy.plan import Plan, Resource, is_known, joined
from generator.policy.plan.values import UNKNOWN, Unknown
from generator.policy.platform import Platform
from generator.policy.rule import rule
from generator.policy.rules.code_runner import GROUPS, all_known
from generator.policy.secrecy import looks_secret
from generator.policy.verdict import Severity, Verdict, every, judge, known, negated, some

STATEFUL = (
    "aws_db_instance",
    "aws_rds_cluster",
    "aws_s3_bucket",
    "aws_secretsmanager_secret",
    "aws_ecr_repository",
    "aws_efs_file_system",
    "aws_dynamodb_table",
    "aws_kms_key",
    "aws_cognito_user_pool",
    "aws_docdb_cluster",
    "aws_ebs_volume",
    "aws_elasticache_replication_group",
    "aws_neptune_cluster",
    "aws_opensearch_domain",
)
# The ports of engines, by a part of what RDS calls them.
PORTS = {"postgres": 5432, "mysql": 3306, "aurora": 3306, "mariadb": 3306, "oracle": 1521, "sqlserver": 1433}
ARCHIVES = ("GLACIER", "DEEP_ARCHIVE", "GLACIER_IR")


@rule(
    "PLT-024",
    "A database is reached by the services that use it, and never by a code runner",
    severity=Severity.CRITICAL,
    rationale="A program that reaches the database needs one leaked password to read every learner's work.",
    document="S5, S1 Security groups",
    remediation="Admit the security groups of its services on the database's port, and nothing else.",
)
def databases_are_closed(platform: Platform) -> Iterator[Verdict]:
    plan = platform.plan
    runners = {g.address for g in _runner_groups(platform)}
    for database in plan.of_type("aws_db_instance", "aws_rds_cluster"):
        port = _port(platform.plan, database)
        links = plan.links(database, "vpc_security_group_ids", "aws_security_group")
        yield from all_known(links, database, "vpc_security_group_ids")
        for group in links.resources:
            wide = platform.network.judged(group, "ingress", lambda opening: opening.from_ranges)
            message = f"{database.address} is reached from ranges of addresses."
            yield judge(negated(wide), group, message, "ingress")
            openings, _ = platform.network.openings(group, "ingress")
            peers = {peer.address for o in openings for peer in o.peers.resources if o.peers.certain}
            let_in = platform.network.judged(group, "ingress", partial(_lets_in, runners))
            message = f"The code runner's {', '.join(sorted(peers & runners))} is let in."
            yield judge(negated(let_in), group, message, "ingress")
            if isinstance(port, int | Unknown):
                others = platform.network.judged(group, "ingress", partial(_other_than, port))
                yield judge(negated(others), group, f"It opens more than the database's port{_shown(port)}.", "ingress")


def _lets_in(runners: set[str], opening: Opening) -> bool | None:
    peers = opening.peers
    among = bool(runners & {peer.address for peer in peers.resources})
    if among:
        return True if peers.certain else None
    return False if peers.complete or not runners else None


def _port(plan: Plan, database: Resource) -> Any:
    """The port of *database*: left out it is known after the apply, and is its source's, or its engine's."""
    source = plan.links(database, "replicate_source_db", "aws_db_instance").one
    for instance in (database, source):
        port, engine = (instance.get("port"), instance.get("engine")) if instance else (UNKNOWN, None)
        if not isinstance(port, Unknown) or (instance and plan.is_written(instance, "port") is not False):
            return port
        if isinstance(engine, str):
            return next((own for name, own in PORTS.items() if name in engine), port)
    return UNKNOWN


def _shown(port: int | Unknown) -> str:
    return "" if isinstance(port, Unknown) else f", {port}"


def _other_than(port: int | Unknown, opening: Opening) -> bool | None:
    if isinstance(port, Unknown):
        # Whichever it is, a range has others.
        several = opening.ports is None or opening.ports[0] != opening.ports[1]
        return True if several and opening.ports_known else None
    return negated(opening.is_only(port))


def _runner_groups(platform: Platform) -> tuple[Resource, ...]:
    found = [platform.plan.links(f, GROUPS, "aws_security_group") for f in platform.functions]
    found += [service_groups(platform, s) for task in platform.runner_tasks for s in task.services]
    return joined([*found, *(host_groups(platform, template) for template, _ in runner_hosts(platform))]).resources


@rule(
    "PLT-038",
    "A database is encrypted, backed up, and outlives a mistake",
    severity=Severity.HIGH,
    rationale="Encryption cannot be switched on later; a database that was destroyed without a last snapshot is gone.",
    document="S5 Database",
    remediation="Set storage_encrypted and backup_retention_period; in production deletion_protection and a final "
    "snapshot.",
)
def databases_last(platform: Platform) -> Iterator[Verdict]:
    for database in platform.plan.of_type("aws_db_instance", "aws_rds_cluster"):
        replica = database.type == "aws_db_instance" and database.get("replicate_source_db") not in (None, "")
        encrypted = database.get("storage_encrypted")
        # A replica is encrypted as its source is.
        truth = True if replica else known(lambda on: on is True, encrypted)
        yield judge(truth, database, "Its storage is not encrypted.", "storage_encrypted")
        if replica:
            continue
        days = database.get("backup_retention_period")
        kept = known(lambda n: isinstance(n, int) and n >= 1, days)
        if kept is None and platform.plan.is_written(database, "backup_retention_period") is False:
            # Left out, AWS keeps backups for a day, and the provider says so after the apply.
            kept = False
        yield judge(kept, database, "It has no automatic backups of a stated age.", "backup_retention_period")
        if platform.production:
            on = known(lambda value: value is True, database.get("deletion_protection"))
            yield judge(on, database, "Its deletion is not refused.", "deletion_protection")
            last = known(lambda value: value is not True, database.get("skip_final_snapshot"))
            yield judge(last, database, "Nothing is left of it when it is destroyed.", "skip_final_snapshot")


@rule(
    "PLT-072",
    "A database with replicas manages its own password",
    severity=Severity.HIGH,
    rationale="AWS refuses a read replica of a PostgreSQL or MySQL instance whose password RDS manages.",
    document="decisions, What AWS refuses",
    remediation="Use password_wo from an ephemeral aws_secretsmanager_random_password, and keep it in a secret.",
)
def replicas_and_passwords(platform: Platform) -> Iterator[Verdict]:
    plan = platform.plan
    for replica in plan.of_type("aws_db_instance"):
        if replica.get("replicate_source_db") in (None, ""):
            continue
        source = plan.links(replica, "replicate_source_db", "aws_db_instance")
        if source.one is not None:
            free = known(lambda managed: managed is not True, source.one.get("manage_master_user_password"))
            message = f"{replica.address} cannot be made of it."
            yield judge(free, source.one, message, "manage_master_user_password")
        elif not source.exact:
            yield judge(None, replica, "", "replicate_source_db")


@rule(
    "PLT-044",
    "A bucket is private and forgets",
    severity=Severity.HIGH,
    rationale="A bucket without a public access block is one policy away from the internet; old versions and parts of "
    "failed uploads are billed for ever.",
    document="S1 Storage",
    remediation="Add aws_s3_bucket_public_access_block with all four settings, and a lifecycle that removes failed "
    "uploads, and old versions where versions are kept. S3 itself encrypts what it stores.",
)
def buckets_are_private(platform: Platform) -> Iterator[Verdict]:
    plan = platform.plan
    for bucket in plan.of_type("aws_s3_bucket"):
        yield _public_block(plan, bucket)
        rules, sure = plan.linking("aws_s3_bucket_lifecycle_configuration", "bucket", bucket)
        aborts = _forgets(rules, "abort_incomplete_multipart_upload")
        message = "Parts of failed uploads stay for ever."
        yield judge(some([aborts, False if sure else None]), bucket, message, "lifecycle_rule")
        expires = some([negated(_versioned(plan, bucket)), _forgets(rules, "noncurrent_version_expiration")])
        message = "Versions that were replaced stay for ever."
        yield judge(some([expires, False if sure else None]), bucket, message, "lifecycle_rule")


def _forgets(configurations: list[Resource], what: str) -> bool | None:
    """Whether a rule of a lifecycle that is enabled has the block *what*."""
    return some(
        [
            None if isinstance(block, Unknown) else _is_enabled(block, what)
            for configuration in configurations
            for block in _parts(configuration.get("rule"))
        ]
    )


def _parts(blocks: Any) -> list[Any]:
    """Nested blocks, or one that is unknown where all are."""
    return [UNKNOWN] if isinstance(blocks, Unknown) else blocks or []


def _is_enabled(block: Mapping[str, Any], what: str) -> bool | None:
    inner = block.get(what)
    present = None if isinstance(inner, Unknown) else bool(inner)
    return every([known(lambda status: bool(status == "Enabled"), block.get("status")), present])


def _public_block(plan: Plan, bucket: Resource) -> Verdict:
    blocks, sure = plan.linking("aws_s3_bucket_public_access_block", "bucket", bucket)
    names = ("block_public_acls", "block_public_policy", "ignore_public_acls", "restrict_public_buckets")
    closed = [every([known(lambda on: on is True, block.get(name)) for name in names]) for block in blocks]
    truth = some([*closed, False if sure or blocks else None])
    return judge(truth, bucket, "Its public access is not blocked.", "bucket")


def _versioned(plan: Plan, bucket: Resource) -> bool | None:
    found, sure = plan.linking("aws_s3_bucket_versioning", "bucket", bucket)
    states = [v.get("versioning_configuration.0.status") for v in found]
    return some([*(known(lambda state: bool(state == "Enabled"), s) for s in states), False if sure else None])


@rule(
    "PLT-045",
    "Objects move to an archive before they expire",
    severity=Severity.LOW,
    rationale="AWS refuses an expiry that is not after the transition, and an archive bills at least 90 days.",
    document="S5 Storage; decisions, What AWS refuses",
    remediation="Expire after the last transition, and archive only what is kept longer than 30 days.",
)
def archives_come_first(platform: Platform) -> Iterator[Verdict]:
    for configuration in platform.plan.of_type("aws_s3_bucket_lifecycle_configuration"):
        for number, block in enumerate(configuration.blocks("rule")):
            path = f"rule.{number}.expiration"
            if not is_known([block.get("transition"), block.get("expiration")]):
                if block.get("transition") != [] and block.get("expiration") != []:
                    yield judge(None, configuration, "", path)
                continue
            days = [t.get("days") for t in block.get("transition") or [] if isinstance(t.get("days"), int)]
            ends = [e.get("days") for e in block.get("expiration") or [] if isinstance(e.get("days"), int)]
            if days and ends and min(ends) > 0:
                message = f"Objects expire after {min(ends)} days and move after {max(days)}."
                yield judge(min(ends) > max(days), configuration, message, path)


@rule(
    "PLT-051",
    "A secret parameter is encrypted",
    severity=Severity.HIGH,
    rationale="A String parameter is read by whoever may describe the account, and stands in every plan.",
    document="S3 Secrets; decisions 8",
    remediation="Set type to SecureString and give its value by value_wo.",
)
def parameters_are_secure(platform: Platform) -> Iterator[Verdict]:
    for parameter in platform.plan.of_type("aws_ssm_parameter"):
        kind, value = parameter.get("type"), parameter.get("value")
        if kind == "SecureString":
            hidden = known(lambda text: text in (None, ""), value)
            if hidden is None and platform.plan.is_written(parameter, "value") is False:
                # Left out, as where value_wo is given, it is unknown until the apply.
                hidden = True
            yield judge(hidden, parameter, "Its value stands in the state: write it by value_wo.", "value")
            continue
        texts = [parameter.get(n) for n in ("insecure_value", "value") if _is_given(platform.plan, parameter, n)]
        secret = some([_names_secret(parameter.get("name"), text) for text in texts])
        message = "By its name or value it is a secret, in a String."
        yield judge(None if isinstance(kind, Unknown) else negated(secret), parameter, message, "type")


def _is_given(plan: Plan, parameter: Resource, name: str) -> bool:
    value = parameter.get(name)
    return plan.is_written(parameter, name) is not False if isinstance(value, Unknown) else value not in (None, "")


def _names_secret(name: Any, value: Any) -> bool | None:
    """Whether a parameter is a secret by its *name*, or by its *value*."""
    last = "" if isinstance(name, Unknown) else str(name).rpartition("/")[2]
    if looks_secret(last, "?" if isinstance(value, Unknown) else value):
        return True
    return None if isinstance(name, Unknown) or isinstance(value, Unknown) else False


@rule(
    "PLT-059",
    "Nothing that holds data is destroyed or replaced unseen",
    severity=Severity.CRITICAL,
    rationale="A changed argument can replace a database as easily as a tag: the plan says so in one word of many.",
    document="S4, S5 Recovery",
    remediation="Undo the change, move the resource with a moved block, or accept it with an exemption that ends soon.",
)
def data_stays(platform: Platform) -> Iterator[Verdict]:
    for resource in platform.plan.deleted:
        if resource.type in STATEFUL:
            what = "replaced" if "create" in resource.actions else "destroyed"
            yield judge(False, resource, f"It is {what}, with what it holds.", "")


@rule(
    "PLT-058",
    "The state of Terraform is versioned and private",
    severity=Severity.HIGH,
    rationale="The state holds every value of the environment; without versions one broken write loses it.",
    document="S5 State",
    remediation="Enable versioning on the bucket, refuse plain HTTP in its policy, and keep it out of the environment "
    "whose state it holds.",
)
def state_is_versioned(platform: Platform) -> Iterator[Verdict]:
    plan = platform.plan
    for bucket in plan.of_type("aws_s3_bucket"):
        name = bucket.get("bucket")
        if isinstance(name, Unknown):
            yield judge(None, bucket, "", "bucket", "Whether it is for Terraform's state, its name will tell.")
        if not isinstance(name, str) or not any(word in name for word in ("tfstate", "terraform-state", "tf-state")):
            continue
        yield judge(_versioned(plan, bucket), bucket, "It keeps no versions of the state.", "bucket")
        policies, sure = plan.linking("aws_s3_bucket_policy", "bucket", bucket)
        texts = [policy.get("policy") for policy in policies]
        refuses = any(isinstance(t, str) and _refuses_http(t) for t in texts)
        unknown = not sure or any(isinstance(t, Unknown) for t in texts)
        truth = True if refuses else (None if unknown else False)
        yield judge(truth, bucket, "It can be read without TLS.", "bucket")


def _refuses_http(policy: str) -> bool:
    """Whether it denies everyone, in each request without TLS, to read or write."""
    try:
        found = json.loads(policy).get("Statement", [])
    except (ValueError, AttributeError):
        return False
    return any(_denies_http(s) for s in ([found] if isinstance(found, dict) else found) if isinstance(s, dict))


def _denies_http(statement: dict[str, Any]) -> bool:
    actions, condition = statement.get("Action"), statement.get("Condition")
    everyone = statement.get("Principal") in ("*", {"AWS": "*"}, {"AWS": ["*"]})
    everything = bool({"*", "s3:*"} & set([actions] if isinstance(actions, str) else actions or []))
    if statement.get("Effect") != "Deny" or not everyone or not everything or not isinstance(condition, dict):
        return False
    tests = [(op, key.lower(), str(value).lower()) for op, test in condition.items() for key, value in test.items()]
    return tests in [
        [(op, "aws:securetransport", v)] for op in ("Bool", "BoolIfExists") for v in ("false", "['false']")
    ]
