"""What must not be lost or read: databases, buckets, parameters."""

from __future__ import annotations

import json
from collections.abc import Iterator

from generator.policy.plan import Plan, Resource
from generator.policy.plan.values import Unknown
from generator.policy.platform import Platform
from generator.policy.rule import rule
from generator.policy.rules.code_runner import GROUPS, host_groups, runner_hosts, service_groups
from generator.policy.rules.services import looks_secret
from generator.policy.verdict import Severity, Verdict, judge

STATEFUL = (
    "aws_db_instance",
    "aws_rds_cluster",
    "aws_s3_bucket",
    "aws_secretsmanager_secret",
    "aws_ecr_repository",
    "aws_efs_file_system",
    "aws_dynamodb_table",
    "aws_kms_key",
)
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
        port = database.get("port")
        links = plan.links(database, "vpc_security_group_ids", "aws_security_group")
        for group in links.resources:
            openings, complete = platform.network.openings(group, "ingress")
            wide = [o for o in openings if o.ranges or o.prefix_lists]
            yield judge(not wide, group, f"{database.address} is reached from ranges of addresses.", "ingress")
            peers = {peer.address for o in openings for peer in o.peers.resources if o.peers.certain}
            unsure = any(not o.peers.certain and runners & {p.address for p in o.peers.resources} for o in openings)
            inside = sorted(peers & runners)
            truth = False if inside else (None if unsure or not complete else True)
            yield judge(truth, group, f"The code runner's {', '.join(inside)} is let in.", "ingress")
            if isinstance(port, int):
                others = [o for o in openings if o.ports is None or o.ports != (port, port)]
                yield judge(not others, group, f"It opens more than {port}, the database's port.", "ingress")


def _runner_groups(platform: Platform) -> list[Resource]:
    found = [g for f in platform.functions for g in platform.plan.links(f, GROUPS, "aws_security_group").resources]
    found += [g for task in platform.runner_tasks for s in task.services for g in service_groups(platform, s)]
    return found + [g for template, _ in runner_hosts(platform) for g in host_groups(platform, template)]


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
    for database in platform.plan.of_type("aws_db_instance"):
        replica = database.get("replicate_source_db") not in (None, "")
        encrypted = database.get("storage_encrypted")
        # A replica is encrypted as its source is.
        truth = None if isinstance(encrypted, Unknown) and not replica else encrypted is True or replica
        yield judge(truth, database, "Its storage is not encrypted.", "storage_encrypted")
        if replica:
            continue
        days = database.get("backup_retention_period")
        kept = None if isinstance(days, Unknown) else isinstance(days, int) and days >= 1
        # Left out, AWS keeps backups for a day, and the provider says so after the apply.
        yield judge(kept is True, database, "It has no automatic backups of a stated age.", "backup_retention_period")
        if platform.production:
            on = database.get("deletion_protection") is True
            yield judge(on, database, "Its deletion is not refused.", "deletion_protection")
            last = database.get("skip_final_snapshot") is not True
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
        source = plan.links(replica, "replicate_source_db", "aws_db_instance").one
        if source is not None:
            managed = source.get("manage_master_user_password") is True
            yield judge(not managed, source, f"{replica.address} cannot be made of it.", "manage_master_user_password")


@rule(
    "PLT-044",
    "A bucket is private, encrypted and forgets",
    severity=Severity.HIGH,
    rationale="A bucket without a public access block is one policy away from the internet; old versions and parts of "
    "failed uploads are billed for ever.",
    document="S1 Storage",
    remediation="Add aws_s3_bucket_public_access_block with all four settings, encryption, and a lifecycle that "
    "removes failed uploads, and old versions where versions are kept.",
)
def buckets_are_private(platform: Platform) -> Iterator[Verdict]:
    plan = platform.plan
    for bucket in plan.of_type("aws_s3_bucket"):
        yield _public_block(plan, bucket)
        rules, sure = plan.linking("aws_s3_bucket_lifecycle_configuration", "bucket", bucket)
        blocks = [b for r in rules for b in r.blocks("rule") if b.get("status") == "Enabled"]
        aborts = any(b.get("abort_incomplete_multipart_upload") for b in blocks)
        message = "Parts of failed uploads stay for ever."
        yield judge(aborts or (False if sure else None), bucket, message, "lifecycle_rule")
        if _versioned(plan, bucket):
            expires = any(b.get("noncurrent_version_expiration") for b in blocks)
            message = "Versions that were replaced stay for ever."
            yield judge(expires or (False if sure else None), bucket, message, "lifecycle_rule")


def _public_block(plan: Plan, bucket: Resource) -> Verdict:
    blocks, sure = plan.linking("aws_s3_bucket_public_access_block", "bucket", bucket)
    names = ("block_public_acls", "block_public_policy", "ignore_public_acls", "restrict_public_buckets")
    closed = any(all(block.get(name) is True for name in names) for block in blocks)
    return judge(closed or (False if sure or blocks else None), bucket, "Its public access is not blocked.", "bucket")


def _versioned(plan: Plan, bucket: Resource) -> bool:
    found, _ = plan.linking("aws_s3_bucket_versioning", "bucket", bucket)
    return any(v.get("versioning_configuration.0.status") == "Enabled" for v in found)


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
            days = [t.get("days") for t in block.get("transition") or [] if isinstance(t.get("days"), int)]
            ends = [e.get("days") for e in block.get("expiration") or [] if isinstance(e.get("days"), int)]
            if days and ends and min(ends) > 0:
                message = f"Objects expire after {min(ends)} days and move after {max(days)}."
                yield judge(min(ends) > max(days), configuration, message, f"rule.{number}.expiration")


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
        name = str(parameter.get("name") or "")
        if parameter.get("type") == "SecureString":
            written = parameter.get("value")
            plain = not isinstance(written, Unknown) and written not in (None, "")
            yield judge(not plain, parameter, "Its value stands in the state: write it by value_wo.", "value")
            continue
        value = parameter.get("insecure_value") or parameter.get("value") if _known(parameter) else "?"
        secret = looks_secret(name.rpartition("/")[2], value)
        yield judge(not secret, parameter, "By its name or value it is a secret, in a String.", "type")


def _known(parameter: Resource) -> bool:
    return not any(isinstance(parameter.get(n), Unknown) for n in ("insecure_value", "value"))


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
    try:
        statements = json.loads(policy).get("Statement", [])
    except (ValueError, AttributeError):
        return False
    return any("aws:SecureTransport" in json.dumps(s) and s.get("Effect") == "Deny" for s in statements)
