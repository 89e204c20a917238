"""How to use the module `monitoring`."""

from __future__ import annotations

from generator.bindings.meta import CallerIdentityData
from generator.examples.example import REGION, Example
from generator.hcl.module_call import ModuleCall
from generator.modules.alb import Alb
from generator.modules.bucket import Bucket
from generator.modules.ecs_cluster import EcsCluster
from generator.modules.monitoring import Monitoring
from generator.modules.vpc import Vpc


class Basic(Example):
    """Mail when a service uses too much, runs too few tasks, or a task of the cluster fails."""

    def build(self) -> None:
        cluster = self.call("cluster", EcsCluster, {"name": "example-test"})
        monitoring = self.call(
            "monitoring",
            Monitoring,
            {
                "name": "example-test",
                "services": {"web": {"cluster": cluster.name, "service": "example-test-web", "minimum_tasks": 1}},
                "clusters": {"main": cluster.arn},
                "subscriptions": {"team": {"protocol": "email", "endpoint": "team@example.com"}},
            },
        )
        self.output("topic", monitoring.topic_arn, "Topic of the alarms.")


class Complete(Example):
    """Everything that an environment has: services, load balancers, databases, a code runner and its hosts."""

    protected = "deletion protection|BucketNotEmpty"

    def build(self) -> None:
        network = self.call(
            "network",
            Vpc,
            {
                "name": "example-test",
                "cidr": "10.0.0.0/16",
                "public_subnets": {"us-west-2a": "10.0.1.0/24", "us-west-2b": "10.0.2.0/24"},
                "private_subnets": {"us-west-2a": "10.0.10.0/24", "us-west-2b": "10.0.11.0/24"},
            },
        )
        balancer = self.balancer(network)
        cluster = self.call(
            "cluster",
            EcsCluster,
            {
                "name": "example-test",
                "vpc_id": network.vpc_id,
                "instances": {
                    "labs": {
                        "instance_type": "t3.medium",
                        "subnet_ids": [network.private_subnet_ids["us-west-2a"]],
                        "maximum": 2,
                    }
                },
            },
        )
        watched = {"cluster": cluster.name, "minimum_tasks": 2}
        database = {"allocated_storage": 100, "max_connections": 1000}
        monitoring = self.call(
            "monitoring",
            Monitoring,
            {
                "name": "example-test",
                "services": {
                    "web": {**watched, "service": "example-test-web"},
                    "api": {**watched, "service": "example-test-api", "container_insights": False, "cpu_percent": 70},
                },
                "load_balancers": {"public": {"arn": balancer.arn, "latency_seconds": 2}},
                "target_groups": {"web": {"arn": balancer.target_group_arns["web"], "load_balancer_arn": balancer.arn}},
                "databases": {
                    "main": {**database, "identifier": "example-test"},
                    "reports": {**database, "identifier": "example-test-reports", "cpu_percent": 90},
                },
                "functions": {"runner": {"name": "example-runner-test", "timeout": 120, "errors": 5}},
                "autoscaling_groups": {
                    "labs": {
                        "name": cluster.autoscaling_group_names["labs"],
                        "instance_type": "t3.medium",
                        "cloudwatch_agent": True,
                        "memory_percent": 85,
                        "disk_percent": 70,
                        "minimum_credits": 50,
                    }
                },
                "clusters": {"main": cluster.arn},
                "subscriptions": {"team": {"protocol": "email", "endpoint": "team@example.com"}},
                "minutes_to_alarm": 10,
                "disabled_alarms": ["database-reports-connections"],
                "sampling_rules": {
                    "health": {"priority": 10, "url_path": "/health", "reservoir_size": 0, "fixed_rate": 0},
                    "everything": {"priority": 100, "fixed_rate": 0.1},
                },
                "allow_destroy": self.allow_destroy,
                "tags": {"Team": "platform"},
            },
        )
        self.output("topic", monitoring.topic_arn, "Topic of the alarms.")
        self.output("key", monitoring.key_arn, "Key that the environment's log groups may use too.")

    def balancer(self, network: ModuleCall) -> ModuleCall:
        account = CallerIdentityData(self, "current").account_id
        logs = self.call(
            "logs",
            Bucket,
            {
                "name": f"example-test-logs-{account}-{REGION}",
                "versioning": False,
                "expiration_days": 90,
                "load_balancer_logs": True,
                "allow_destroy": self.allow_destroy,
            },
        )
        return self.call(
            "balancer",
            Alb,
            {
                "name": "example-test",
                "internal": True,
                "https": False,
                "ingress_cidrs": ["10.0.0.0/16"],
                "vpc_id": network.vpc_id,
                "subnet_ids": [network.private_subnet_ids["us-west-2a"], network.private_subnet_ids["us-west-2b"]],
                "access_logs_bucket": logs.name,
                "target_groups": {"web": {"port": 3000, "health_check": {"path": "/"}}},
                "default_target_group": "web",
                "allow_destroy": self.allow_destroy,
            },
        )
