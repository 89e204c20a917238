"""The cluster of an environment's services."""

from __future__ import annotations

from typing import ClassVar

from generator.bindings import functions as fn
from generator.bindings.cloudwatch import CloudwatchLogGroup
from generator.bindings.ecs import EcsCapacityProvider, EcsClusterCapacityProviders
from generator.bindings.ecs import EcsCluster as AwsEcsCluster
from generator.bindings.servicediscovery import ServiceDiscoveryHttpNamespace
from generator.hcl.dynamic import Dynamic
from generator.hcl.expression import Expr, each, for_list, for_map, null
from generator.hcl.module import Module, Variable
from generator.hcl.type_constraint import map_of, object_of, one_line, optional
from generator.modules.shared.common import (
    LOG_RETENTION_DAYS,
    every,
    matches,
    name_variable,
    tags_variable,
)
from generator.modules.shared.encryption_key import Place
from generator.modules.shared.instances import Instances
from generator.modules.shared.instances_variable import instances_variable

FARGATE = ("FARGATE", "FARGATE_SPOT")
SKIPS = {
    "CKV_AWS_158": "CloudWatch encrypts the log in any case; a key of one's own is execute_command_log.kms_key_arn.",
    "CKV_AWS_338": "The caller decides how long: what was typed in shells is not kept longer than it is needed.",
}
SHARED_SKIPS = {
    "CKV_AWS_158": "CloudWatch encrypts the log in any case, and what a program prints is not to be secret.",
    "CKV_AWS_338": "The caller decides how long: what programs print is rarely looked at after a month.",
}


class EcsCluster(Module):
    """An ECS cluster on Fargate and Fargate Spot, and on EC2 instances where tasks need a host of their own.

    Where a service that names no capacity provider runs is `default_capacity_provider_strategy`: a part of the tasks on
    Fargate Spot is a weight beside Fargate's, and `base` keeps that many off Spot.

    Each entry of `instances` is an Auto Scaling group that ECS scales by what tasks reserve, and drains before an
    instance goes. Its AMI is what AWS recommends when an instance starts, so that a new AMI is no change in a plan;
    `max_lifetime_days` brings it to instances that live long. Instances with tasks are protected from scaling in,
    unless they have a maximum lifetime, which that protection would defeat.

    Nobody logs in by SSH: Session Manager opens shells. A container never reaches the instance's credentials: the
    metadata service demands IMDSv2 with one hop, the ECS agent blocks it for tasks in awsvpc mode, and a rule in
    Docker's own chain, set before Docker starts, for all others; if the rule cannot be set, Docker does not start. Only
    host network mode cannot be kept from it. A privileged container is root of its host and gets there in the end, so
    the instance's role has the ECS agent, Session Manager, the CloudWatch agent's own namespace and the repositories
    that are named, and nothing else: not even the parameters that the managed policy for Session Manager reads.
    `allow_privileged` belongs on instances where nothing else runs.

    `prune` and `reaper` are for hosts whose tasks start containers of their own through docker.sock: ECS neither counts
    nor removes those.

    Each of `log_groups` is one log of several services: ecs_service writes to it where it is told to make none.

    The CloudWatch agent's metrics of memory and disk are billed as custom metrics: three for each group.
    """

    example: ClassVar = {"name": "example-test"}

    name = name_variable()
    container_insights = Variable(
        "bool", "Whether CloudWatch collects metrics of every task; they are billed.", default=True
    )
    default_capacity_provider_strategy = Variable(
        map_of(object_of({"weight": "number", "base": optional("number", 0)})),
        "Where services run that do not say: weight, and the number of tasks to run there first, by FARGATE, "
        "FARGATE_SPOT or a key of instances.",
        default={"FARGATE": {"weight": 1}},
        checks=lambda v: [
            (
                every(v, lambda _, s: (s.weight >= 0) & (s.weight <= 1000), names=("_", "share"))
                & fn.anytrue(for_list(v, lambda _, s: s.weight > 0, names=("_", "share"))),
                "default_capacity_provider_strategy must have weights from 0 to 1000, and one above 0.",
            ),
            (
                every(v, lambda _, s: (s.base >= 0) & (s.base <= 100000), names=("_", "share"))
                & (fn.length(for_list(v, lambda _, s: s, names=("_", "share"), when=lambda _, s: s.base > 0)) <= 1),
                "default_capacity_provider_strategy must have a base from 0 to 100000, and above 0 only once.",
            ),
            (
                fn.length(fn.setsubtract(fn.keys(v), fn.concat(list(FARGATE), fn.keys(Expr("var.instances"))))) == 0,
                "default_capacity_provider_strategy must name FARGATE, FARGATE_SPOT or keys of instances.",
            ),
            (
                (fn.length(fn.setintersection(fn.keys(v), list(FARGATE))) == 0)
                | (fn.length(fn.setsubtract(fn.keys(v), list(FARGATE))) == 0),
                "default_capacity_provider_strategy cannot mix Fargate with instances: ECS takes one or the other.",
            ),
        ],
    )
    service_connect = Variable(
        "bool",
        "Whether services find each other by name: makes a namespace called like the cluster, the default of its "
        "services.",
        default=False,
    )
    execute_command_log = Variable(
        object_of({"retention_days": optional("number", 30), "kms_key_arn": optional("string")}),
        "A log group of its own for what is typed in shells of ECS Exec, and the key to encrypt it with; null leaves "
        "it to each container's log.",
        default=None,
        checks=lambda v: [
            (
                (v == null) | fn.contains(list(LOG_RETENTION_DAYS), fn.try_(v.retention_days, 0)),
                f"execute_command_log.retention_days must be one of {', '.join(map(str, LOG_RETENTION_DAYS))}.",
            ),
            (
                matches(
                    "^arn:[a-z-]+:kms:[^:]+:[0-9]+:key/.+$",
                    fn.try_(fn.coalesce(v.kms_key_arn), "arn:aws:kms:r:0:key/-"),
                ),
                "execute_command_log.kms_key_arn must be the ARN of a KMS key.",
            ),
        ],
    )
    log_groups = Variable(
        map_of(one_line({"retention_days": optional("number", 30), "kms_key_arn": optional("string")})),
        "Log groups that services share, by name: the days that each is kept, and the key to encrypt it with, whose "
        "policy admits CloudWatch Logs; null leaves that to CloudWatch.",
        default={},
        checks=lambda v: [
            (
                every(fn.keys(v), lambda name: matches("^[a-zA-Z0-9_./#-]{1,512}$", name), names=("name",)),
                "log_groups must have names of 1 to 512 letters, digits and _ . / # -.",
            ),
            (
                # As text: a list would be written one number a line.
                every(
                    v,
                    lambda _, g: matches(f"^({'|'.join(map(str, LOG_RETENTION_DAYS))})$", g.retention_days),
                    names=("_", "group"),
                ),
                f"the retention_days of log_groups must be one of {', '.join(map(str, LOG_RETENTION_DAYS))}.",
            ),
            (
                every(
                    v,
                    lambda _, g: (
                        (g.kms_key_arn == null) | matches("^arn:[a-z-]+:kms:[^:]+:[0-9]+:key/.+$", g.kms_key_arn)
                    ),
                    names=("_", "group"),
                ),
                "the kms_key_arn of log_groups must be the ARN of a KMS key.",
            ),
        ],
    )
    vpc_id = Variable(
        "string",
        "ID of the VPC of the instances; null without instances.",
        default=None,
    )
    instances = instances_variable()
    tags = tags_variable()

    def build(self) -> None:
        namespace = ServiceDiscoveryHttpNamespace(
            self,
            "this",
            count=self.service_connect.then(1, 0),
            name=self.name,
            description=f"Services of the cluster {self.name}",
            tags=self.tags,
        )
        log = CloudwatchLogGroup(
            self,
            "execute_command",
            count=(self.execute_command_log == null).then(0, 1),
            name=f"/aws/ecs/execute-command/{self.name}",
            retention_in_days=self.execute_command_log.retention_days,
            kms_key_id=self.execute_command_log.kms_key_arn,
            tags=self.tags,
            skip=SKIPS,
        )
        shared = CloudwatchLogGroup(
            self,
            "shared",
            for_each=self.log_groups,
            name=each.key,
            retention_in_days=each.value.retention_days,
            kms_key_id=each.value.kms_key_arn,
            tags=self.tags,
            skip=SHARED_SKIPS,
        )
        cluster = self.cluster(namespace, log)
        place = Place.of(self)
        instances = Instances(self, cluster, place)
        attached = self.capacity(cluster, instances.providers)
        self.outputs(cluster, namespace, log, instances, attached)
        self.output(
            "log_group_names",
            for_map(shared, lambda key, g: (key, g.name), names=("key", "group")),
            "Names of the log groups that services share, by name.",
        )

    def cluster(self, namespace: ServiceDiscoveryHttpNamespace, log: CloudwatchLogGroup) -> AwsEcsCluster:
        return AwsEcsCluster(
            self,
            "this",
            name=self.name,
            setting={"name": "containerInsights", "value": self.container_insights.then("enabled", "disabled")},
            configuration=Dynamic(
                log.splat,
                lambda block: {
                    "execute_command_configuration": {
                        "logging": "OVERRIDE",
                        "log_configuration": {
                            "cloud_watch_log_group_name": block.value.name,
                            "cloud_watch_encryption_enabled": self.execute_command_log.kms_key_arn != null,
                        },
                    }
                },
            ),
            skip={
                "CKV_AWS_65": "Container Insights are on by default; they are billed, so a caller may do without.",
                "CKV_AWS_224": "The log has the key that is given; a key of the channel would be no task's to use.",
            },
            service_connect_defaults=Dynamic(namespace.splat, lambda block: {"namespace": block.value.arn}),
            tags=self.tags,
        )

    def capacity(self, cluster: AwsEcsCluster, providers: EcsCapacityProvider) -> EcsClusterCapacityProviders:
        names = for_map(providers, lambda key, p: (key, p.name), names=("key", "provider"))
        strategy = self.default_capacity_provider_strategy
        return EcsClusterCapacityProviders(
            self,
            "this",
            cluster_name=cluster.name,
            capacity_providers=fn.concat(list(FARGATE), fn.values(self.local("capacity_providers", names))),
            default_capacity_provider_strategy=Dynamic(
                strategy,
                lambda block: {
                    "capacity_provider": fn.lookup(Expr("local.capacity_providers"), block.key, block.key),
                    "weight": block.value.weight,
                    "base": block.value.base,
                },
                iterator="share",
            ),
        )

    def outputs(
        self,
        cluster: AwsEcsCluster,
        namespace: ServiceDiscoveryHttpNamespace,
        log: CloudwatchLogGroup,
        instances: Instances,
        attached: EcsClusterCapacityProviders,
    ) -> None:
        self.output("name", cluster.name, "Name of the cluster, once its capacity is attached.", depends_on=[attached])
        self.output("arn", cluster.arn, "ARN of the cluster.")
        self.output(
            "service_connect_namespace_arn",
            namespace.attribute_of_one("arn"),
            "ARN of the Service Connect namespace; null without one.",
        )
        self.output(
            "execute_command_log_group_name",
            log.attribute_of_one("name"),
            "Log group of shells, which the task's role must be allowed to write; null without one.",
        )
        self.output(
            "capacity_providers",
            Expr("local.capacity_providers"),
            "Names of the capacity providers of the instances by key, once they are attached.",
            depends_on=[attached],
        )
        self.output(
            "autoscaling_group_names",
            for_map(instances.groups, lambda key, g: (key, g.name), names=("key", "group")),
            "Names of the Auto Scaling groups by key.",
        )
        self.output(
            "instance_security_group_ids",
            for_map(instances.security_groups, lambda key, g: (key, g.id), names=("key", "group")),
            "Security groups of the instances by key.",
        )
        self.output(
            "instance_role_arns",
            for_map(instances.roles, lambda key, r: (key, r.arn), names=("key", "role")),
            "ARNs of the roles of the instances by key.",
        )
