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
    "appautoscaling": Types(
        resources=("appautoscaling_policy", "appautoscaling_scheduled_action", "appautoscaling_target"),
    ),
    "autoscaling": Types(resources=("autoscaling_group",)),
    "cloudtrail": Types(resources=("cloudtrail",)),
    "cloudwatch": Types(
        resources=("cloudwatch_dashboard", "cloudwatch_log_group", "cloudwatch_metric_alarm"),
    ),
    "dynamodb": Types(resources=("dynamodb_table",)),
    "ec2": Types(
        resources=(
            "default_security_group",
            "eip",
            "flow_log",
            "internet_gateway",
            "launch_template",
            "nat_gateway",
            "network_acl",
            "network_acl_association",
            "network_acl_rule",
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
    "ecr": Types(
        resources=(
            "ecr_lifecycle_policy",
            "ecr_replication_configuration",
            "ecr_repository",
            "ecr_repository_policy",
        ),
    ),
    "ecs": Types(
        resources=(
            "ecs_capacity_provider",
            "ecs_cluster",
            "ecs_cluster_capacity_providers",
            "ecs_service",
            "ecs_task_definition",
        ),
    ),
    "efs": Types(resources=("efs_access_point", "efs_file_system", "efs_mount_target")),
    "elb": Types(resources=("lb", "lb_listener", "lb_listener_certificate", "lb_listener_rule", "lb_target_group")),
    "events": Types(resources=("cloudwatch_event_rule", "cloudwatch_event_target")),
    "iam": Types(resources=("iam_instance_profile", "iam_openid_connect_provider", "iam_role", "iam_role_policy")),
    "kms": Types(resources=("kms_alias", "kms_key")),
    "lambda_": Types(
        resources=("lambda_alias", "lambda_function", "lambda_function_event_invoke_config", "lambda_permission"),
    ),
    "meta": Types(data_sources=("caller_identity", "default_tags", "partition", "region")),
    "rds": Types(resources=("db_instance", "db_parameter_group", "db_subnet_group")),
    "route53": Types(resources=("route53_record", "route53_zone")),
    "route53resolver": Types(
        resources=(
            "route53_resolver_firewall_config",
            "route53_resolver_firewall_domain_list",
            "route53_resolver_firewall_rule",
            "route53_resolver_firewall_rule_group",
            "route53_resolver_firewall_rule_group_association",
        ),
    ),
    "s3": Types(
        resources=(
            "s3_bucket",
            "s3_bucket_cors_configuration",
            "s3_bucket_intelligent_tiering_configuration",
            "s3_bucket_lifecycle_configuration",
            "s3_bucket_logging",
            "s3_bucket_ownership_controls",
            "s3_bucket_policy",
            "s3_bucket_public_access_block",
            "s3_bucket_server_side_encryption_configuration",
            "s3_bucket_versioning",
        ),
    ),
    "secretsmanager": Types(
        resources=("secretsmanager_secret", "secretsmanager_secret_rotation", "secretsmanager_secret_version"),
        ephemeral=("secretsmanager_random_password", "secretsmanager_secret_version"),
    ),
    "servicediscovery": Types(resources=("service_discovery_http_namespace",)),
    "sns": Types(resources=("sns_topic", "sns_topic_policy", "sns_topic_subscription")),
    "ssm": Types(resources=("ssm_parameter",)),
    "wafv2": Types(resources=("wafv2_web_acl_association",)),
    "xray": Types(resources=("xray_sampling_rule",)),
}
