"""EC2 capacity of a cluster: for each key an Auto Scaling group, its launch template, role and security group."""

from __future__ import annotations

from generator.bindings import functions as fn
from generator.bindings.autoscaling import AutoscalingGroup
from generator.bindings.ec2 import (
    LaunchTemplate,
    SecurityGroup,
    VpcSecurityGroupEgressRule,
    VpcSecurityGroupIngressRule,
)
from generator.bindings.ecs import EcsCapacityProvider, EcsCluster
from generator.bindings.iam import IamInstanceProfile, IamRole, IamRolePolicy
from generator.bindings.meta import DefaultTagsData
from generator.hcl.dynamic import Dynamic
from generator.hcl.expression import Expr, each, for_list, for_map, null
from generator.hcl.module import Module
from generator.hcl.policy import Statement, allow, assumed_by
from generator.modules.shared.encryption_key import Place
from generator.modules.shared.instance_user_data import METRICS_NAMESPACE, user_data

AMI = "/aws/service/ecs/optimized-ami/amazon-linux-2023"
# Families of Graviton have a g after their generation: t4g, m7gd, c7gn.
GRAVITON = "^(a1|[a-z]+[0-9]+g[a-z]*)[.]"
SECONDS_A_DAY = 86400


class Instances:
    """The resources of the variable `instances`, each a map by its keys."""

    def __init__(self, module: Module, cluster: EcsCluster, place: Place) -> None:
        self.module, self.cluster, self.place = module, cluster, place
        self.variable, self.vpc_id, self.tags = Expr("var.instances"), Expr("var.vpc_id"), Expr("var.tags")
        self.name = f"{Expr('var.name')}-{each.key}"
        DefaultTagsData(module, "current")
        with module.file("instance_role"):
            self.roles, permissions = self._roles()
            profiles = IamInstanceProfile(
                module,
                "instance",
                for_each=self.variable,
                name=self.roles[each.key].name,
                role=self.roles[each.key].name,
                tags=self.tags,
            )
        with module.file("instance_network"):
            self.security_groups = self._network()
        with module.file("instances"):
            templates = self._templates(profiles)
            self.groups = self._groups(templates, permissions)
            self.providers = self._providers()

    def _roles(self) -> tuple[IamRole, IamRolePolicy]:
        role = IamRole(
            self.module,
            "instance",
            for_each=self.variable,
            name=f"{self.name}-host",
            assume_role_policy=assumed_by("ec2.amazonaws.com"),
            tags=self.tags,
        )
        policy = IamRolePolicy(
            self.module,
            "instance",
            for_each=self.variable,
            name="run-tasks",
            role=role[each.key].id,
            policy=fn.jsonencode({"Version": "2012-10-17", "Statement": self._statements()}),
            skip={
                "CKV_AWS_290": "What is allowed on everything has no resource level, or a condition instead.",
                "CKV_AWS_355": "What is allowed on everything has no resource level, or a condition instead.",
            },
            why=("AWS's managed policies would also let a host make clusters and read every parameter of the account."),
        )
        return role, policy

    def _statements(self) -> Expr:
        """What a host needs: as in AWS's managed policies for ECS instances and Session Manager, on its own cluster."""
        cluster = self.place.arn("ecs", f"cluster/{Expr('var.name')}")
        members = self.place.arn("ecs", f"container-instance/{Expr('var.name')}/*")
        within = {"ArnEquals": {"ecs:cluster": cluster}}
        repositories = each.value.repository_arns
        channels = [f"ssmmessages:{verb}{kind}Channel" for kind in ("Control", "Data") for verb in ("Create", "Open")]
        own: list[Statement] = [
            allow(
                "JoinCluster",
                [
                    "ecs:DeregisterContainerInstance",
                    "ecs:RegisterContainerInstance",
                    "ecs:SubmitAttachmentStateChanges",
                    "ecs:SubmitContainerStateChange",
                    "ecs:SubmitTaskStateChange",
                ],
                cluster,
            ),
            allow(
                "TakeOrders",
                [
                    "ecs:Poll",
                    "ecs:PutSystemLogEvents",
                    "ecs:StartTelemetrySession",
                    "ecs:UpdateContainerInstancesState",
                ],
                members,
                within,
            ),
            allow(
                "TagItself",
                ["ecs:TagResource"],
                members,
                {"StringEquals": {"ecs:CreateAction": "RegisterContainerInstance"}},
            ),
            allow("FindService", ["ecs:DiscoverPollEndpoint"], "*"),
            allow("OpenShells", ["ssm:UpdateInstanceInformation", *channels], "*"),
            allow(
                "WriteMetrics",
                ["cloudwatch:PutMetricData"],
                "*",
                {"StringEquals": {"cloudwatch:namespace": METRICS_NAMESPACE}},
            ),
        ]
        pull = [
            allow("LogInToRegistry", ["ecr:GetAuthorizationToken"], "*"),
            allow(
                "PullImages",
                ["ecr:BatchCheckLayerAvailability", "ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"],
                repositories,
            ),
        ]
        # The two differ in their types, of which a conditional takes one: so a loop over none or all.
        pulls = for_list(pull, lambda s: s, names=("statement",), when=lambda _: fn.length(repositories) > 0)
        return fn.concat(own, pulls)

    def _network(self) -> SecurityGroup:
        group = SecurityGroup(
            self.module,
            "instance",
            for_each=self.variable,
            name=f"{self.name}-instances",
            description=f"Instances of the cluster {Expr('var.name')}",
            vpc_id=self.vpc_id,
            tags=self.tags,
        )
        rule = each.value.rule
        VpcSecurityGroupIngressRule(
            self.module,
            "instance",
            for_each=self._rules("ingress"),
            security_group_id=group[each.value.key].id,
            description=f"From {each.value.name}",
            referenced_security_group_id=rule.security_group_id,
            ip_protocol="tcp",
            from_port=rule.from_port,
            to_port=rule.to_port,
            tags=self.tags,
        )
        VpcSecurityGroupEgressRule(
            self.module,
            "instance",
            for_each=self._rules("egress"),
            security_group_id=group[each.value.key].id,
            description=f"To {each.value.name}",
            cidr_ipv4=rule.cidr_ipv4,
            prefix_list_id=rule.prefix_list_id,
            referenced_security_group_id=rule.security_group_id,
            ip_protocol="tcp",
            from_port=rule.port,
            to_port=rule.port,
            tags=self.tags,
        )
        return group

    def _rules(self, direction: str) -> Expr:
        """The rules of all instances by `key/name`."""
        lists = for_list(
            self.variable,
            lambda key, i: for_map(
                Expr(f"{i.code}.{direction}"),
                lambda name, rule: (f"{key}/{name}", {"key": key, "name": name, "rule": rule}),
                names=("name", "rule"),
            ),
            names=("key", "group"),
        )
        return fn.merge(Expr(f"{lists.code}..."))

    def _templates(self, profiles: IamInstanceProfile) -> LaunchTemplate:
        instance = each.value
        arm = self.module.local(
            "arm64",
            for_map(
                self.variable, lambda key, i: (key, fn.can(fn.regex(GRAVITON, i.instance_type))), names=("key", "i")
            ),
            "Families of Graviton have a g after their generation, such as t4g.",
        )
        registry = f"{self.place.account}.dkr.ecr.{self.place.region}.{Expr('data.aws_partition.current.dns_suffix')}"
        return LaunchTemplate(
            self.module,
            "this",
            for_each=self.variable,
            name=self.name,
            description=f"Instances of the cluster {Expr('var.name')}",
            update_default_version=True,
            image_id=f"resolve:ssm:{AMI}{arm[each.key].then('/arm64', '')}/recommended/image_id",
            instance_type=instance.instance_type,
            user_data=user_data(self.cluster.name, instance, self.name, registry),
            iam_instance_profile={"name": profiles[each.key].name},
            metadata_options={
                "http_endpoint": "enabled",
                "http_tokens": "required",
                "http_put_response_hop_limit": 1,
                "http_protocol_ipv6": "disabled",
                "instance_metadata_tags": "disabled",
            },
            network_interfaces={
                "associate_public_ip_address": "false",
                "delete_on_termination": "true",
                "security_groups": [self.security_groups[each.key].id],
            },
            block_device_mappings={
                "device_name": "/dev/xvda",
                "ebs": {
                    "volume_type": "gp3",
                    "volume_size": instance.root_volume_size,
                    "encrypted": "true",
                    "delete_on_termination": "true",
                },
            },
            tag_specifications={"resource_type": "volume", "tags": self._all_tags()},
            tags=self.tags,
            why=(
                "EC2 asks Systems Manager for the AMI when it starts an instance, so that a new AMI is no change here. "
                "The hop limit keeps the metadata service from containers in bridge mode."
            ),
        )

    def _groups(self, templates: LaunchTemplate, permissions: IamRolePolicy) -> AutoscalingGroup:
        instance = each.value
        return AutoscalingGroup(
            self.module,
            "this",
            for_each=self.variable,
            name=self.name,
            vpc_zone_identifier=instance.subnet_ids,
            min_size=instance.minimum,
            max_size=instance.maximum,
            protect_from_scale_in=instance.max_lifetime_days == null,
            max_instance_lifetime=fn.try_(instance.max_lifetime_days * SECONDS_A_DAY, null),
            launch_template={"id": templates[each.key].id, "version": templates[each.key].latest_version},
            instance_maintenance_policy={"min_healthy_percentage": 100, "max_healthy_percentage": 200},
            instance_refresh=Dynamic(
                instance.instance_refresh.then([True], []),
                lambda _: {"strategy": "Rolling", "preferences": {"scale_in_protected_instances": "Refresh"}},
                iterator="_",
            ),
            tag=Dynamic(
                fn.merge(self._all_tags(), {"AmazonECSManaged": "true", "Name": self.name}),
                lambda block: {"key": block.key, "value": block.value, "propagate_at_launch": True},
            ),
            depends_on=[permissions],
            why=(
                "No desired capacity: ECS decides it. ECS knows its groups by the tag AmazonECSManaged. A replacement "
                "starts before the old instance goes, and instances start once their role may join the cluster."
            ),
        )

    def _providers(self) -> EcsCapacityProvider:
        instance = each.value
        return EcsCapacityProvider(
            self.module,
            "this",
            for_each=self.variable,
            name=self.name,
            auto_scaling_group_provider={
                "auto_scaling_group_arn": self.groups[each.key].arn,
                "managed_draining": "ENABLED",
                "managed_termination_protection": (instance.max_lifetime_days == null).then("ENABLED", "DISABLED"),
                "managed_scaling": {
                    "status": "ENABLED",
                    "target_capacity": instance.target_capacity,
                    "minimum_scaling_step_size": 1,
                    "maximum_scaling_step_size": 1000,
                    "instance_warmup_period": 300,
                },
            },
            tags=self.tags,
            lifecycle={"create_before_destroy": True},
            why="ECS deletes no capacity provider of a cluster: the cluster has to leave it first.",
        )

    def _all_tags(self) -> Expr:
        """The provider's default tags too: it adds them to what it makes itself, not to what a group starts."""
        return fn.merge(Expr("data.aws_default_tags.current.tags"), self.tags)
