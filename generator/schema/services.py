"""The provider's types in use, by AWS service: one file of bindings for each.

Adding a type here and running `tox run -e bindings` makes it available to the modules. A test refuses a type that
nothing uses.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Types:
    """Names of types without the prefix ``aws_``."""

    resources: tuple[str, ...] = ()
    data_sources: tuple[str, ...] = ()
    ephemeral: tuple[str, ...] = ()


SERVICES: Mapping[str, Types] = {
    "acm": Types(resources=("acm_certificate", "acm_certificate_validation")),
    "amplify": Types(resources=("amplify_app", "amplify_branch", "amplify_domain_association")),
    "appautoscaling": Types(resources=("appautoscaling_policy", "appautoscaling_target")),
    "cloudtrail": Types(resources=("cloudtrail",)),
    "cloudwatch": Types(
        resources=("cloudwatch_dashboard", "cloudwatch_log_group", "cloudwatch_metric_alarm"),
    ),
    "ec2": Types(
        resources=(
            "default_security_group",
            "eip",
            "flow_log",
            "internet_gateway",
            "nat_gateway",
            "route",
            "route_table",
            "route_table_association",
            "security_group",
            "subnet",
            "vpc",
            "vpc_endpoint",
            "vpc_security_group_egress_rule",
            "vpc_security_group_ingress_rule",
        ),
    ),
    "ecr": Types(resources=("ecr_lifecycle_policy", "ecr_repository")),
    "ecs": Types(
        resources=("ecs_cluster", "ecs_cluster_capacity_providers", "ecs_service", "ecs_task_definition"),
    ),
    "elb": Types(resources=("lb", "lb_listener", "lb_listener_rule", "lb_target_group")),
    "events": Types(resources=("cloudwatch_event_rule", "cloudwatch_event_target")),
    "iam": Types(resources=("iam_openid_connect_provider", "iam_role", "iam_role_policy")),
    "kms": Types(resources=("kms_alias", "kms_key")),
    "lambda_": Types(resources=("lambda_alias", "lambda_function")),
    "meta": Types(data_sources=("caller_identity", "partition", "region")),
    "rds": Types(resources=("db_instance", "db_parameter_group", "db_subnet_group")),
    "route53": Types(resources=("route53_record", "route53_zone")),
    "s3": Types(
        resources=(
            "s3_bucket",
            "s3_bucket_lifecycle_configuration",
            "s3_bucket_ownership_controls",
            "s3_bucket_policy",
            "s3_bucket_public_access_block",
            "s3_bucket_server_side_encryption_configuration",
            "s3_bucket_versioning",
        ),
    ),
    "secretsmanager": Types(
        resources=("secretsmanager_secret", "secretsmanager_secret_version"),
        ephemeral=("secretsmanager_random_password", "secretsmanager_secret_version"),
    ),
    "sns": Types(resources=("sns_topic", "sns_topic_policy", "sns_topic_subscription")),
    "ssm": Types(resources=("ssm_parameter",)),
    "xray": Types(resources=("xray_sampling_rule",)),
}
