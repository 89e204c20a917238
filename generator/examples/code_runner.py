"""How to use the module `code_runner`."""

from __future__ import annotations

from generator.bindings import functions as fn
from generator.bindings.ec2 import SecurityGroup
from generator.bindings.iam import IamRole
from generator.bindings.meta import CallerIdentityData
from generator.examples.example import REGION, Example
from generator.hcl.expression import null
from generator.hcl.module_call import ModuleCall
from generator.hcl.policy import assumed_by
from generator.modules.alb import Alb
from generator.modules.bucket import Bucket
from generator.modules.code_runner import CodeRunner
from generator.modules.container_registry import ContainerRegistry
from generator.modules.ecs_cluster import EcsCluster
from generator.modules.monitoring import Monitoring
from generator.modules.vpc import Vpc

ZONES = (f"{REGION}a", f"{REGION}b")


class Basic(Example):
    """A function in two isolated subnets; whoever may invoke it has a statement for `alias_arn`."""

    def build(self) -> None:
        network = self.call(
            "network",
            Vpc,
            {"name": "example-test", "cidr": "10.0.0.0/16", "isolated_subnets": dict.fromkeys(ZONES, null)},
        )
        runner = self.call(
            "runner",
            CodeRunner,
            {
                "name": "example-runner-test",
                "image_parameter": "/example/test/images/runner",
                "vpc_id": network.vpc_id,
                "subnet_ids": fn.values(network.isolated_subnet_ids),
                "timeout": 30,
            },
        )
        self.output("function", runner.qualified_name, "What callers invoke.")
        self.output("alias_arn", runner.alias_arn, "What a caller's role must be allowed to invoke.")


class Complete(Example):
    """The three engines side by side: a function, a service without a way out, and a host for labs."""

    protected = "deletion protection"

    def build(self) -> None:
        network = self.network()
        registry = self.call(
            "registry",
            ContainerRegistry,
            {
                "repositories": {f"example/{name}": {} for name in ("runner", "sandbox", "session", "supervisor")},
                "environments": ["test"],
                "allow_destroy": self.allow_destroy,
            },
        )
        caller = SecurityGroup(
            self,
            "caller",
            name="example-test-caller",
            description="Tasks that have programs run",
            vpc_id=network.vpc_id,
            skip={"CKV2_AWS_5": "The tasks that have it are left out of this example."},
        )
        self.function(network)
        self.service(network, registry, caller)
        self.host(network, registry, caller)

    def network(self) -> ModuleCall:
        return self.call(
            "network",
            Vpc,
            {
                "name": "example-test",
                "cidr": "10.0.0.0/16",
                "public_subnets": dict.fromkeys(ZONES, null),
                "private_subnets": dict.fromkeys(ZONES, null),
                "isolated_subnets": dict.fromkeys(ZONES, null),
                "nat_gateway_zones": ZONES[:1],
                "interface_endpoints": {name: {"tier": "isolated"} for name in ("ecr.api", "ecr.dkr", "logs")},
                "isolated_image_layers": True,
                "isolated_network_acl": True,
            },
        )

    def function(self, network: ModuleCall) -> None:
        alarms = self.call("monitoring", Monitoring, {"name": "example-test", "allow_destroy": self.allow_destroy})
        backend = IamRole(
            self,
            "backend",
            name="example-test-backend",
            assume_role_policy=assumed_by("ecs-tasks.amazonaws.com"),
        )
        function = self.call(
            "function",
            CodeRunner,
            {
                "name": "example-runner-test",
                "image_parameter": "/example/test/images/runner",
                "vpc_id": network.vpc_id,
                "subnet_ids": fn.values(network.isolated_subnet_ids),
                "memory": 3008,
                "timeout": 180,
                "ephemeral_storage": 1024,
                "reserved_concurrency": 10,
                "environment": {"RUNNER_LANGUAGES": "c,cpp"},
                "invoker_role_arns": {"backend": backend.arn},
                "alarms": {"topic_arn": alarms.topic_arn, "duration_percent": 80},
                "log_retention_days": 14,
                "tags": {"Team": "platform"},
            },
        )
        self.output("function", function.qualified_name, "What callers invoke.")

    def service(self, network: ModuleCall, registry: ModuleCall, caller: SecurityGroup) -> None:
        cluster = self.call("cluster", EcsCluster, {"name": "example-test", "service_connect": True})
        sandbox = self.call(
            "sandbox",
            CodeRunner,
            {
                "name": "example-test-sandbox",
                "engine": "fargate",
                "image_parameter": "/example/test/images/sandbox",
                "repository_arn": registry.repository_arns["example/sandbox"],
                "cluster_name": cluster.name,
                "service_connect_namespace_arn": cluster.service_connect_namespace_arn,
                "vpc_id": network.vpc_id,
                "subnet_ids": fn.values(network.isolated_subnet_ids),
                "endpoints": {
                    "security_group_id": network.endpoint_security_group_id,
                    "s3_prefix_list_id": network.s3_prefix_list_id,
                },
                "callers": {"submissions": caller.id},
                "architecture": "ARM64",
                "cpu": 512,
                "memory": 1024,
                "scaling": {"minimum": 1, "maximum": 3, "cpu_percentage": 70, "memory_percentage": 80},
            },
        )
        self.output("sandbox_url", sandbox.url, "Where clients of the namespace reach the service.")

    def host(self, network: ModuleCall, registry: ModuleCall, caller: SecurityGroup) -> None:
        balancer = self.internal_load_balancer(network, caller)
        labs = self.call(
            "labs",
            CodeRunner,
            {
                "name": "example-test-labs",
                "engine": "ec2",
                "image_parameter": "/example/test/images/supervisor",
                "repository_arn": registry.repository_arns["example/supervisor"],
                "session_repository_arns": [registry.repository_arns["example/session"]],
                "vpc_id": network.vpc_id,
                "subnet_ids": fn.values(network.private_subnet_ids),
                "acknowledge_privileged": True,
                "acknowledge_internet_egress": True,
                "instance_type": "m7i.large",
                "disk_size": 100,
                "max_lifetime_days": 14,
                "callers": {"api": caller.id},
                "load_balancer": {
                    "security_group_id": balancer.security_group_id,
                    "target_group_arn": balancer.target_group_arns["labs"],
                },
                "environment": {"RUNNER_IMAGE": registry.repository_urls["example/session"]},
                "reaper": {"container_prefix": "rl_sess_", "container_minutes": 50, "volume_prefix": "rl_ws_"},
                "prune_unused_hours": 12,
            },
        )
        self.output("labs_url", f"http://{balancer.dns_name}", "Where the API reaches the supervisor of the labs.")
        self.output("labs_group", labs.autoscaling_group_name, "Auto Scaling group of the host, for alarms.")

    def internal_load_balancer(self, network: ModuleCall, caller: SecurityGroup) -> ModuleCall:
        account = CallerIdentityData(self, "current").account_id
        logs = self.call(
            "load_balancer_logs",
            Bucket,
            {
                "name": f"example-test-lb-logs-{account}-{REGION}",
                "versioning": False,
                "expiration_days": 90,
                "load_balancer_logs": True,
                "allow_destroy": self.allow_destroy,
            },
        )
        return self.call(
            "internal",
            Alb,
            {
                "name": "example-test-internal",
                "vpc_id": network.vpc_id,
                "subnet_ids": fn.values(network.private_subnet_ids),
                "internal": True,
                "https": False,
                "ingress_cidrs": [],
                "ingress_security_groups": {"caller": caller.id},
                "idle_timeout": 190,
                "access_logs_bucket": logs.name,
                "target_groups": {
                    "labs": {"port": 8080, "target_type": "instance", "health_check": {"path": "/health"}}
                },
                "default_target_group": "labs",
                "allow_destroy": self.allow_destroy,
            },
            why="Builds take two minutes without a byte, hence the long idle timeout.",
        )
