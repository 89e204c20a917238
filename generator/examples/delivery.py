"""How to use the module `delivery`."""

from __future__ import annotations

from generator.bindings import functions as fn
from generator.bindings.meta import CallerIdentityData, PartitionData
from generator.examples.example import REGION, Example
from generator.hcl.expression import null
from generator.hcl.module_call import ModuleCall
from generator.modules.code_runner import CodeRunner
from generator.modules.container_registry import ContainerRegistry
from generator.modules.delivery import Delivery
from generator.modules.ecs_cluster import EcsCluster
from generator.modules.ecs_service import EcsService
from generator.modules.vpc import Vpc

ZONES = (f"{REGION}a", f"{REGION}b")


class Basic(Example):
    """A role that pushes the images of one repository, for jobs on its main branch."""

    def build(self) -> None:
        registry = self.call(
            "registry",
            ContainerRegistry,
            {
                "repositories": {"example/web": {}},
                "environments": ["test"],
                "allow_destroy": self.allow_destroy,
            },
        )
        delivery = self.call(
            "delivery",
            Delivery,
            {
                "name": "example",
                "roles": {
                    "images": {
                        "repositories": ["example/web"],
                        "branches": ["main"],
                        "image_repository_arns": [registry.repository_arns["example/web"]],
                    }
                },
            },
        )
        self.output("role_arns", delivery.role_arns, "What the workflows assume.")


class Complete(Example):
    """Two roles: jobs on main push images, and jobs of the GitHub environment `test` release a service and a function.

    The second can be assumed as soon as it is made: the first image is released with it, too.
    """

    def build(self) -> None:
        registry = self.call(
            "registry",
            ContainerRegistry,
            {
                "repositories": {"example/web": {}, "example/runner": {"lambda_pull": True}},
                "environments": ["test"],
                "allow_destroy": self.allow_destroy,
            },
        )
        network = self.network()
        service, runner = self.service(network, registry), self.runner(network)
        delivery = self.call(
            "delivery",
            Delivery,
            {
                "name": "example",
                "roles": {"images": self.pushes(registry), "test": self.releases(registry, service, runner)},
                "tags": {"Team": "platform"},
            },
        )
        self.output("role_arns", delivery.role_arns, "What the workflows assume.")
        self.output("provider_arn", delivery.provider_arn, "For further calls of the module in this account.")

    def pushes(self, registry: ModuleCall) -> dict[str, object]:
        return {
            "repositories": ["example/web", "example/runner"],
            "branches": ["main"],
            "image_repository_arns": fn.values(registry.repository_arns),
        }

    def releases(self, registry: ModuleCall, service: ModuleCall, runner: ModuleCall) -> dict[str, object]:
        account = CallerIdentityData(self, "current").account_id
        partition = PartitionData(self, "current").partition
        parameters = f"arn:{partition}:ssm:{REGION}:{account}:parameter"
        functions = f"arn:{partition}:lambda:{REGION}:{account}:function"
        return {
            "repositories": ["example/web", "example/runner"],
            "environments": ["test"],
            "image_repository_arns": fn.values(registry.repository_arns),
            "image_parameter_arns": [
                f"{parameters}{service.image_parameter}",
                f"{parameters}{runner.image_parameter}",
            ],
            "service_arns": [service.service_arn],
            "task_families": [service.task_family],
            "task_role_arns": [service.task_role_arn, service.execution_role_arn],
            "function_arns": [f"{functions}:{runner.function_name}"],
        }

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
            },
        )

    def service(self, network: ModuleCall, registry: ModuleCall) -> ModuleCall:
        cluster = self.call("cluster", EcsCluster, {"name": "example-test"})
        return self.call(
            "service",
            EcsService,
            {
                "name": "example-test-web",
                "image_parameter": "/example/test/images/web",
                "repository_arn": registry.repository_arns["example/web"],
                "cluster_name": cluster.name,
                "vpc_id": network.vpc_id,
                "subnet_ids": fn.values(network.private_subnet_ids),
                "port": 3000,
                "log_group_name": "/ecs/example-test/web",
                "scaling": {"minimum": 1, "maximum": 1},
            },
        )

    def runner(self, network: ModuleCall) -> ModuleCall:
        return self.call(
            "runner",
            CodeRunner,
            {
                "name": "example-runner-test",
                "image_parameter": "/example/test/images/runner",
                "vpc_id": network.vpc_id,
                "subnet_ids": fn.values(network.isolated_subnet_ids),
            },
        )
