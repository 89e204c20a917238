"""How to use the module `vpc`."""

from __future__ import annotations

from generator.bindings import functions as fn
from generator.bindings.meta import CallerIdentityData, PartitionData
from generator.examples.example import REGION, Example
from generator.hcl.expression import null
from generator.modules.bucket import Bucket
from generator.modules.vpc import Vpc

ZONES = tuple(f"{REGION}{letter}" for letter in "abc")


class Basic(Example):
    """Public and private subnets in two zones, with ranges computed, behind one NAT gateway."""

    def build(self) -> None:
        network = self.call(
            "network",
            Vpc,
            {
                "name": "example-test",
                "cidr": "10.0.0.0/16",
                "public_subnets": dict.fromkeys(ZONES[:2], null),
                "private_subnets": dict.fromkeys(ZONES[:2], null),
                "nat_gateway_zones": ZONES[:1],
            },
        )
        self.output("vpc_id", network.vpc_id, "ID of the VPC.")
        self.output("private_subnet_ids", network.private_subnet_ids, "IDs of the private subnets by zone.")


class Complete(Example):
    """A network for code that nobody trusts: it reaches AWS's services inside the VPC, and nothing else by any way."""

    def build(self) -> None:
        account = CallerIdentityData(self, "current").account_id
        partition = PartitionData(self, "current").partition
        logs = self.call(
            "flow_logs",
            Bucket,
            {
                "name": f"example-test-flow-logs-{account}-{REGION}",
                "expiration_days": 90,
                "noncurrent_expiration_days": 1,
                "flow_logs": True,
                "allow_destroy": self.allow_destroy,
            },
        )
        push = {
            "Sid": "OneLogGroup",
            "Effect": "Allow",
            "Principal": "*",
            "Action": ["logs:CreateLogStream", "logs:PutLogEvents"],
            "Resource": f"arn:{partition}:logs:{REGION}:{account}:log-group:/ecs/example-test-*",
        }
        network = self.call(
            "network",
            Vpc,
            {
                "name": "example-test",
                "cidr": "10.0.0.0/16",
                "public_subnets": {zone: f"10.0.{n}.0/24" for n, zone in enumerate(ZONES, 1)},
                "private_subnets": dict.fromkeys(ZONES, null),
                "isolated_subnets": dict.fromkeys(ZONES[:2], null),
                "nat_gateway_zones": ZONES,
                "interface_endpoints": {
                    "ecr.api": {"tier": "isolated"},
                    "ecr.dkr": {"tier": "isolated"},
                    "logs": {
                        "tier": "isolated",
                        "policy": fn.jsonencode({"Version": "2012-10-17", "Statement": [push]}),
                    },
                    "secretsmanager": {"tier": "private", "zones": ZONES[:1]},
                },
                "isolated_image_layers": True,
                "isolated_network_acl": True,
                "dns_firewall_allowed_domains": [f"*.{REGION}.rds.amazonaws.com", "registry.npmjs.org"],
                "flow_logs_bucket": {"arn": logs.arn},
                "tags": {"Team": "platform"},
            },
        )
        self.output("isolated_subnet_ids", network.isolated_subnet_ids, "IDs of the isolated subnets by zone.")
        self.output("endpoint_security_group_id", network.endpoint_security_group_id, "What a task may reach on 443.")
        self.output("s3_prefix_list_id", network.s3_prefix_list_id, "What a task may reach on 443 besides.")
        self.output("nat_public_ips", network.nat_public_ips, "Addresses of requests from private subnets.")
