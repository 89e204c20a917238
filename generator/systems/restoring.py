"""How an operator restores what was lost, command by command: the rehearsals run these very lines.

With ``--output text`` the AWS CLI asks its query of each page by itself, so what needs all pages is JSON.
"""

from __future__ import annotations

import textwrap
from collections.abc import Collection, Iterator, Sequence

from generator.systems.bill import Inputs
from generator.systems.inputs import identifier
from generator.systems.manifest import Environment
from generator.systems.root import Root


def restoring_sections(environment: Environment, root: Root) -> Iterator[str]:
    """A section for each thing that is not brought back by itself, small things first."""
    versioned = [name for name, bucket in environment.buckets.items() if bucket.versioning]
    if versioned:
        yield _objects(versioned)
    for name, database in environment.databases.items():
        label = f"database_{identifier(name)}"
        module, given = root.calls[label]
        instance = Inputs.of(module, given).name
        yield _moment(name, label, instance, database.replicas)
        yield _instance(name, label, instance, database.replicas)
    yield _environment(environment)


def _objects(names: Sequence[str]) -> str:
    output = f"bucket_{identifier(names[0])}"
    others = "".join(f", `bucket_{identifier(name)}`" for name in names[1:])
    return f"""### Restoring objects of a bucket

The buckets that keep versions are the outputs `{output}`{others}. A deleted object is hidden by a delete marker.
This removes the markers of all objects whose names begin with `prefix`:

```sh
bucket=$(terraform output -raw {output}) prefix=
aws s3api list-object-versions --bucket "$bucket" --prefix "$prefix" --output text \\
  --query 'not_null(DeleteMarkers, `[]`)[?IsLatest].[VersionId, Key]' |
while read -r version key; do
  aws s3api delete-object --bucket "$bucket" --key "$key" --version-id "$version"
done
```

An overwritten object is its version before, copied over it:

```sh
bucket=$(terraform output -raw {output}) key=<key>
version=$(aws s3api list-object-versions --bucket "$bucket" --prefix "$key" \\
  --query "Versions[?Key == '$key'] | [1].VersionId" | tr -d '"')
aws s3api copy-object --bucket "$bucket" --key "$key" --copy-source "$bucket/$key?versionId=$version"
```"""


def _moment(name: str, label: str, instance: str, replicas: Collection[str]) -> str:
    replace = _replacements(label, ["this", *(f'replica["{replica}"]' for replica in replicas)])
    return f"""### Restoring data of the database {name}

While the instance stands. Restore a moment beside it:

```sh
moment=2026-01-31T12:00:00Z
snapshot={instance}-$(date -u +%Y%m%d%H%M%S)
aws rds restore-db-instance-to-point-in-time --source-db-instance-identifier {instance} \\
  --target-db-instance-identifier "$snapshot" --restore-time "$moment" \\
  --db-subnet-group-name {instance} --no-publicly-accessible --no-deletion-protection
aws rds wait db-instance-available --db-instance-identifier "$snapshot"
```

Look at that instance: whether it is the right moment. Keep it as a snapshot:

```sh
aws rds create-db-snapshot --db-instance-identifier "$snapshot" --db-snapshot-identifier "$snapshot"
aws rds wait db-snapshot-available --db-snapshot-identifier "$snapshot"
aws rds delete-db-instance --db-instance-identifier "$snapshot" --skip-final-snapshot
```

Then make the instance anew from the snapshot. Terraform merges the override into the call, and looks at `restore` only
when the instance is created; what the instance held goes into a final snapshot:

```sh
cat > restore_override.tf <<END
module "{label}" {{
  restore               = {{ snapshot_identifier = "$snapshot" }}
  final_snapshot_suffix = "$(date -u +%Y%m%d%H%M%S)"
}}
END
terraform apply -var allow_destroy=true
terraform apply -var allow_destroy=true {replace}
rm restore_override.tf
terraform apply
```

The host stays the same. Services whose secret is another one get new tasks."""


def _instance(name: str, label: str, instance: str, replicas: Collection[str]) -> str:
    before, then = "", "terraform apply"
    if replicas:
        lines = (
            f"aws rds modify-db-instance --db-instance-identifier {instance}-{replica} --apply-immediately "
            "--no-deletion-protection"
            for replica in replicas
        )
        before = "\n".join(lines) + "\n"
        addresses = [f'replica["{replica}"]' for replica in replicas]
        then = f"terraform apply -var allow_destroy=true {_replacements(label, addresses)}"
    survivors = (
        "\nA read replica stands alone when its source is gone, with all data: a snapshot of it is newer than any\n"
        "backup. Take that one's name below. It is made anew as a replica.\n"
        if replicas
        else ""
    )
    return f"""### Restoring the instance of the database {name}

After the instance is gone. Whoever deletes one takes its automated backups along unless the call keeps them; snapshots
made by hand stay, and so does the final one of a destroy. This takes the newest:
{survivors}
```sh
snapshot=$(aws rds describe-db-snapshots --db-instance-identifier {instance} \\
  --query 'sort_by(DBSnapshots, &SnapshotCreateTime)[-1].DBSnapshotIdentifier' | tr -d '"')
cat > restore_override.tf <<END
module "{label}" {{
  restore = {{ snapshot_identifier = "$snapshot" }}
}}
END
{before}{then}
rm restore_override.tf
terraform apply
```

Backups that were kept (`aws rds describe-db-instance-automated-backups`) know every moment. To restore one, let
`restore` name `source_resource_id` (their `DbiResourceId`) and `time` instead of the snapshot."""


def _replacements(label: str, resources: Sequence[str]) -> str:
    addresses = (f"module.{label}.aws_db_instance.{resource}" for resource in resources)
    return " ".join(f"'-replace={address}'" if "[" in address else f"-replace={address}" for address in addresses)


def _environment(environment: Environment) -> str:
    steps = ["The files of this directory make it again."]
    if environment.databases:
        override = "`restore_override.tf`" if len(environment.databases) == 1 else "one `restore_override.tf` for all"
        steps.append(
            f"Before the first apply find the snapshot of each database, and write {override}, as for an instance that "
            "is gone; remove the file before the second apply."
        )
    if environment.hosting:
        sites = ", ".join(f"`site_{identifier(name)}_repository_connected`" for name in environment.hosting)
        steps.append(f"Take {sites} out of `terraform.tfvars`: the new app is connected once more, later.")
    steps.append('Then go through "First deployment".')
    text = f"### Making the environment again\n\n{textwrap.fill(' '.join(steps), 120)}"
    repositories = " ".join(dict.fromkeys(_repositories(environment)))
    if not repositories:
        return text
    return f"""{text}

The account has kept the images. What was released has a tag for ever; the newest comes first, which is the one to
release unless it was rolled back:

```sh
for repository in {repositories}; do
  aws ecr describe-images --repository-name "$repository" --query \\
    'reverse(sort_by(imageDetails, &imagePushedAt))[].imageTags[] | [?starts_with(@, `"released-{environment.name}-"`)]'
done
```"""


def _repositories(environment: Environment) -> Iterator[str]:
    if environment.code_runner is not None:
        yield environment.code_runner.repository
    for service in environment.services.values():
        yield service.image.repository
