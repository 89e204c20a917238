"""How to use the module `rds`."""

from __future__ import annotations

from generator.bindings.ec2 import SecurityGroup
from generator.bindings.kms import KmsKey
from generator.examples.example import Example
from generator.hcl.expression import Expr
from generator.hcl.module_call import ModuleCall
from generator.hcl.policy import allow, document
from generator.modules.rds import Rds
from generator.modules.shared.encryption_key import Place, admit_logs
from generator.modules.vpc import Vpc


class DatabaseExample(Example):
    """What a database stands in: a network, and a service that may connect."""

    protected = "deletion protection"

    def network(self) -> ModuleCall:
        return self.call(
            "network",
            Vpc,
            {
                "name": "example-test",
                "cidr": "10.0.0.0/16",
                "public_subnets": {"us-west-2a": "10.0.1.0/24", "us-west-2b": "10.0.2.0/24"},
                "private_subnets": {"us-west-2a": "10.0.10.0/24", "us-west-2b": "10.0.11.0/24"},
            },
        )

    def service(self, network: ModuleCall, name: str) -> SecurityGroup:
        return SecurityGroup(
            self,
            name,
            name=f"example-test-{name}",
            description=f"Tasks of {name}",
            vpc_id=network.vpc_id,
            skip={"CKV2_AWS_5": "Stands for the group of a service, which this example leaves out."},
        )

    def subnets(self, network: ModuleCall) -> list[Expr]:
        return [network.private_subnet_ids["us-west-2a"], network.private_subnet_ids["us-west-2b"]]


class Basic(DatabaseExample):
    """A small PostgreSQL database whose password RDS manages."""

    def build(self) -> None:
        network = self.network()
        backend = self.service(network, "backend")
        database = self.call(
            "database",
            Rds,
            {
                "name": "example-test",
                "vpc_id": network.vpc_id,
                "subnet_ids": self.subnets(network),
                "allowed_security_groups": {"backend": backend.id},
                "engine_version": "16",
                "instance_class": "db.t4g.micro",
                "database_name": "example",
                "allow_destroy": self.allow_destroy,
            },
        )
        self.output("address", database.address, "Host name of the database.")
        self.output("secret", database.secret_arn, "Where a service reads user and password when it connects.")


class Complete(DatabaseExample):
    """PostgreSQL in two zones with a read replica, a secret of its own, and one key for everything."""

    def build(self) -> None:
        network = self.network()
        backend, jobs = self.service(network, "backend"), self.service(network, "jobs")
        database = self.call(
            "database",
            Rds,
            {
                "name": "example-test",
                "vpc_id": network.vpc_id,
                "subnet_ids": self.subnets(network),
                "allowed_security_groups": {"backend": backend.id, "jobs": jobs.id},
                "engine_version": "16",
                "instance_class": "db.r6g.large",
                "database_name": "example",
                "username": "owner",
                "managed_password": False,
                "allocated_storage": 400,
                "max_allocated_storage": 1000,
                "storage_performance": {"iops": 12000, "throughput": 500},
                "kms_key_arn": self.key().arn,
                "multi_az": True,
                "replicas": {"reports": {"instance_class": "db.r6g.xlarge", "availability_zone": "us-west-2b"}},
                "parameters": {
                    "shared_preload_libraries": {"value": "pg_stat_statements", "apply_method": "pending-reboot"}
                },
                "backup_retention_days": 30,
                "backup_window": "02:00-03:00",
                "maintenance_window": "sun:03:30-sun:04:30",
                "performance_insights_retention_days": 62,
                "monitoring_interval": 15,
                "log_retention_days": 90,
                "allow_destroy": self.allow_destroy,
                "tags": {"Team": "platform"},
            },
        )
        self.output("address", database.address, "Host name of the database.")
        self.output("replicas", database.replica_addresses, "Host names of the replicas, for reading.")
        self.output("secret", database.secret_arn, "Where a service reads user and password when it connects.")

    def key(self) -> KmsKey:
        place = Place.of(self)
        root = f"arn:{place.partition}:iam::{place.account}:root"
        return KmsKey(
            self,
            "database",
            description="Encrypts the database, its secret and its logs",
            enable_key_rotation=True,
            deletion_window_in_days=7,
            policy=document(
                {**allow("AdministeredByAccount", ["kms:*"], "*"), "Principal": {"AWS": root}}, admit_logs(place)
            ),
        )
