"""The cluster of an environment's services."""

from __future__ import annotations

from typing import ClassVar

from generator.bindings.ecs import EcsCluster as AwsEcsCluster
from generator.bindings.ecs import EcsClusterCapacityProviders
from generator.hcl.module import Module, Variable
from generator.modules.shared.common import name_variable, tags_variable


class EcsCluster(Module):
    """An ECS cluster for services on Fargate and Fargate Spot."""

    example: ClassVar = {"name": "example-test"}

    name = name_variable()
    container_insights = Variable(
        "bool", "Whether CloudWatch collects metrics of every task; they are billed.", default=True
    )
    tags = tags_variable()

    def build(self) -> None:
        cluster = AwsEcsCluster(
            self,
            "this",
            name=self.name,
            setting={"name": "containerInsights", "value": self.container_insights.then("enabled", "disabled")},
            tags=self.tags,
        )
        EcsClusterCapacityProviders(
            self,
            "this",
            cluster_name=cluster.name,
            capacity_providers=["FARGATE", "FARGATE_SPOT"],
            default_capacity_provider_strategy={"capacity_provider": "FARGATE", "weight": 1},
        )
        self.output("name", cluster.name, "Name of the cluster.")
        self.output("arn", cluster.arn, "ARN of the cluster.")
