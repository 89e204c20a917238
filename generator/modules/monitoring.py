"""What watches an environment: alarms that reach somebody, and dashboards to look at then."""

from __future__ import annotations

from typing import ClassVar

from generator.bindings import functions as fn
from generator.bindings.events import CloudwatchEventRule, CloudwatchEventTarget
from generator.bindings.sns import SnsTopic, SnsTopicPolicy, SnsTopicSubscription
from generator.bindings.xray import XraySamplingRule
from generator.hcl.expression import Expr, each
from generator.hcl.module import Module, Variable
from generator.hcl.policy import allow, document
from generator.hcl.type_constraint import map_of, set_of
from generator.modules.shared.alarms import Alarms, alarm_keys
from generator.modules.shared.common import (
    allow_destroy_variable,
    between,
    limited,
    matches,
    name_variable,
    tags_variable,
)
from generator.modules.shared.dashboards import DASHBOARDS, dashboard
from generator.modules.shared.encryption_key import Place, admit, admit_cloudtrail, admit_logs, encryption_key
from generator.modules.shared.monitored import (
    autoscaling_groups_variable,
    databases_variable,
    each_of,
    functions_variable,
    keyed,
    load_balancers_variable,
    sampling_rules_variable,
    services_variable,
    subscriptions_variable,
    target_groups_variable,
)
from generator.modules.shared.watched import (
    database_alarms,
    function_alarms,
    instance_alarms,
    load_balancer_alarms,
    service_alarms,
)


class Monitoring(Module):
    """Alarms of an environment, the topic they reach, dashboards, and X-Ray's sampling.

    Every alarm can go off: one whose metric does not exist, or cannot cross its threshold, is refused. Running tasks
    are counted by Container Insights where the cluster has it, otherwise by the samples of their CPU; memory and disk
    of instances exist only with the CloudWatch agent, which has to aggregate them by `AutoScalingGroupName`; CPU
    credits only with burstable types. Missing data is an alarm where it means that nothing runs, and none where it
    means that nobody asked.

    All alarms are on; `disabled_alarms` names those that are not wanted. Tasks that fail are told at once, by events.

    The topic is encrypted with a key of its own: alarms cannot publish to one that has the key AWS manages for SNS.
    The key's policy admits alarms, log groups and trails of this account alone. EventBridge is admitted by the topic
    that is encrypted, for SNS documents that the condition on the source fails for it. The environment's log groups
    may use the same key (output `key_arn`).
    """

    example: ClassVar = {
        "name": "example-test",
        "services": {"web": {"cluster": "example-test", "service": "example-test-web", "minimum_tasks": 1}},
        "functions": {"runner": {"name": "example-runner-test", "timeout": 180}},
        "clusters": {"main": "arn:aws:ecs:us-west-2:123456789012:cluster/example-test"},
        "subscriptions": {"team": {"protocol": "email", "endpoint": "team@example.com"}},
    }

    name = name_variable()
    services = services_variable()
    load_balancers = load_balancers_variable()
    target_groups = target_groups_variable()
    databases = databases_variable()
    functions = functions_variable()
    autoscaling_groups = autoscaling_groups_variable()
    clusters = Variable(
        map_of("string"),
        "ARNs of the ECS clusters by key, whose failed tasks are told at once.",
        default={},
        checks=lambda v: [
            keyed("clusters", v),
            (
                each_of(v, lambda arn: matches("^arn:[a-z-]+:ecs:[^:]+:[0-9]+:cluster/.+$", arn)),
                "clusters must be ARNs of ECS clusters.",
            ),
        ],
    )
    subscriptions = subscriptions_variable()
    minutes_to_alarm = Variable(
        "number",
        "Minutes for which a limit is passed until the alarm goes off; a deployment must not take longer.",
        default=5,
        checks=lambda v: [between("minutes_to_alarm", v, 1, 60)],
    )
    disabled_alarms = Variable(
        set_of("string"),
        "Alarms that are not wanted, by their names without the prefix, such as service-web-cpu.",
        default=[],
        checks=lambda v: [
            (
                fn.length(fn.setsubtract(v, alarm_keys())) == 0,
                "disabled_alarms must name alarms, such as service-web-cpu for what services calls web.",
            )
        ],
    )
    dashboards = Variable(
        set_of("string"),
        f"Dashboards to make where there is something to show: {', '.join(DASHBOARDS)}.",
        default=list(DASHBOARDS),
        checks=lambda v: [
            (
                fn.length(fn.setsubtract(v, list(DASHBOARDS))) == 0,
                f"dashboards must be among {', '.join(DASHBOARDS)}.",
            )
        ],
    )
    sampling_rules = sampling_rules_variable()
    allow_destroy = allow_destroy_variable()
    tags = tags_variable()

    def build(self) -> None:
        place = Place.of(self)
        topic_name = f"{self.name}-alarms"
        topic_arn = self.local(
            "topic_arn", place.arn("sns", topic_name), "Written out, because the key admits the topic that it encrypts."
        )
        with self.file("topic"):
            topic = self.topic(place, topic_name, topic_arn)
        alarms = Alarms(self, topic.arn)
        for file, declare in (
            ("services", service_alarms),
            ("load_balancers", load_balancer_alarms),
            ("databases", database_alarms),
            ("functions", function_alarms),
            ("instances", instance_alarms),
        ):
            with self.file(file):
                declare(alarms)
        with self.file("failed_tasks"):
            self.failed_tasks(topic)
        dashboards = []
        for name in DASHBOARDS:
            with self.file(f"dashboard_{name.replace('-', '_')}"):
                dashboards.append(dashboard(self, name, place.region))
        self.sampling()
        self.output("topic_arn", topic.arn, "ARN of the topic that alarms and failed tasks reach.")
        self.output("alarm_arns", alarms.arns(), "ARNs of the alarms by their names.")
        self.output(
            "dashboards",
            fn.concat(*(Expr(f"{made.splat.code}.dashboard_name") for made in dashboards)),
            "Names of the dashboards.",
        )

    def topic(self, place: Place, name: str, arn: Expr) -> SnsTopic:
        own_account = {"StringEquals": {"aws:SourceAccount": place.account}}
        use = ["kms:GenerateDataKey*", "kms:Decrypt"]
        key = encryption_key(
            self,
            f"{self.name}-monitoring",
            f"the alarms of {self.name} and, if they want, its logs",
            place,
            [
                admit("UsedByAlarms", "cloudwatch.amazonaws.com", use, own_account),
                admit(
                    "UsedByEvents",
                    "events.amazonaws.com",
                    use,
                    {"StringEquals": {"kms:EncryptionContext:aws:sns:topicArn": arn}},
                ),
                admit_logs(place),
                admit_cloudtrail(place.arn("cloudtrail", "trail/*", region="*")),
            ],
        )
        topic = SnsTopic(self, "this", name=name, kms_master_key_id=key.arn, tags=self.tags)
        publish = allow(
            "PublishedByAlarms",
            ["sns:Publish"],
            topic.arn,
            {**own_account, "ArnLike": {"aws:SourceArn": place.arn("cloudwatch", f"alarm:{self.name}-*")}},
        )
        told = allow(
            "PublishedByEvents",
            ["sns:Publish"],
            topic.arn,
            {"ArnLike": {"aws:SourceArn": place.arn("events", f"rule/{self.name}-*")}},
        )
        SnsTopicPolicy(
            self,
            "this",
            arn=topic.arn,
            policy=document(
                {**publish, "Principal": {"Service": "cloudwatch.amazonaws.com"}},
                {**told, "Principal": {"Service": "events.amazonaws.com"}},
            ),
        )
        SnsTopicSubscription(
            self,
            "this",
            for_each=self.subscriptions,
            topic_arn=topic.arn,
            protocol=each.value.protocol,
            endpoint=each.value.endpoint,
        )
        self.output("key_arn", key.arn, "ARN of the key; log groups of the environment may use it too.")
        return topic

    def failed_tasks(self, topic: SnsTopic) -> None:
        failed = {"stopCode": ["TaskFailedToStart", "EssentialContainerExited"]}
        unhealthy = {"stoppedReason": [{"wildcard": "*failed*health checks*"}]}
        rule = CloudwatchEventRule(
            self,
            "failed_tasks",
            for_each=self.clusters,
            name=limited(Expr('"${var.name}-${each.key}-failed-tasks"'), 64),
            description=f"Tasks of the cluster {each.key} that failed to start, ended, or failed their health check",
            event_pattern=fn.jsonencode(
                {
                    "source": ["aws.ecs"],
                    "detail-type": ["ECS Task State Change"],
                    "detail": {
                        "clusterArn": [each.value],
                        "lastStatus": ["STOPPED"],
                        "$or": [failed, unhealthy],
                    },
                }
            ),
            tags=self.tags,
            why="What a deployment or the scaling stops is none of these.",
        )
        CloudwatchEventTarget(
            self,
            "failed_tasks",
            for_each=rule.reference(),
            rule=each.value.name,
            target_id="alarms",
            arn=topic.arn,
            input_transformer={
                "input_paths": {
                    "cluster": "$.detail.clusterArn",
                    "code": "$.detail.stopCode",
                    "group": "$.detail.group",
                    "reason": "$.detail.stoppedReason",
                    "task": "$.detail.taskArn",
                },
                "input_template": '"A task of <group> stopped (<code>): <reason>. <task> in <cluster>"',
            },
        )

    def sampling(self) -> None:
        XraySamplingRule(
            self,
            "this",
            for_each=self.sampling_rules,
            rule_name=limited(Expr('"${var.name}-${each.key}"'), 32),
            priority=each.value.priority,
            service_name=each.value.service_name,
            http_method=each.value.http_method,
            url_path=each.value.url_path,
            reservoir_size=each.value.reservoir_size,
            fixed_rate=each.value.fixed_rate,
            host="*",
            resource_arn="*",
            service_type="*",
            version=1,
            tags=self.tags,
        )
