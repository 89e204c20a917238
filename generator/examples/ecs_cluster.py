"""How to use the module `ecs_cluster`."""

from __future__ import annotations

from generator.bindings.ec2 import SecurityGroup
from generator.bindings.kms import KmsKey
from generator.examples.example import Example
from generator.hcl.policy import allow, document
from generator.modules.ecs_cluster import EcsCluster
from generator.modules.shared.encryption_key import Place, admit_logs
from generator.modules.vpc import Vpc


class Basic(Example):
    """A cluster on Fargate, with a share of the tasks on Fargate Spot."""

    def build(self) -> None:
        cluster = self.call(
            "cluster",
            EcsCluster,
            {
                "name": "example-test",
                "default_capacity_provider_strategy": {
                    "FARGATE": {"weight": 1, "base": 1},
                    "FARGATE_SPOT": {"weight": 3},
                },
            },
        )
        self.output("cluster", cluster.name, "Name of the cluster.")


class Complete(Example):
    """A cluster whose services find each other by name, with logged shells, and hosts for privileged tasks."""

    def build(self) -> None:
        place = Place.of(self)
        root = f"arn:{place.partition}:iam::{place.account}:root"
        key = KmsKey(
            self,
            "shells",
            description="Encrypts the log of shells",
            enable_key_rotation=True,
            deletion_window_in_days=7,
            policy=document(
                {**allow("AdministeredByAccount", ["kms:*"], "*"), "Principal": {"AWS": root}}, admit_logs(place)
            ),
        )
        network = self.call(
            "network",
            Vpc,
            {
                "name": "example-test",
                "cidr": "10.0.0.0/16",
                "public_subnets": {"us-west-2a": "10.0.1.0/24", "us-west-2b": "10.0.2.0/24"},
                "private_subnets": {"us-west-2a": "10.0.10.0/24", "us-west-2b": "10.0.11.0/24"},
                "nat_gateway_zones": ["us-west-2a"],
            },
        )
        caller = SecurityGroup(
            self,
            "api",
            name="example-test-api",
            description="Whoever may call the labs",
            vpc_id=network.vpc_id,
            skip={"CKV2_AWS_5": "Stands for the group of a service, which this example leaves out."},
        )
        cluster = self.call(
            "cluster",
            EcsCluster,
            {
                "name": "example-test",
                "service_connect": True,
                "execute_command_log": {"retention_days": 90, "kms_key_arn": key.arn},
                "vpc_id": network.vpc_id,
                "instances": {
                    "labs": {
                        "instance_type": "t3.medium",
                        "subnet_ids": [network.private_subnet_ids["us-west-2a"]],
                        "minimum": 1,
                        "maximum": 1,
                        "max_lifetime_days": 7,
                        "root_volume_size": 100,
                        "allow_privileged": True,
                        "ingress": {"api": {"security_group_id": caller.id, "from_port": 8080, "to_port": 8080}},
                        "repository_arns": [place.arn("ecr", "repository/example/runner")],
                        "prune": {},
                        "reaper": {
                            "container_prefix": "rl_sess_",
                            "container_minutes": 48,
                            "volume_prefix": "rl_ws_",
                        },
                    },
                    "builds": {
                        "instance_type": "c7g.large",
                        "subnet_ids": [
                            network.private_subnet_ids["us-west-2a"],
                            network.private_subnet_ids["us-west-2b"],
                        ],
                        "maximum": 4,
                        "target_capacity": 80,
                    },
                },
                "tags": {"Team": "platform"},
            },
        )
        self.output("capacity_providers", cluster.capacity_providers, "What services on the hosts name.")
        self.output("namespace", cluster.service_connect_namespace_arn, "Where services find each other.")
