"""What AWS bills of what the modules make: each type of resource is billed by something, or free.

Source: the pricing pages of the services, https://aws.amazon.com/pricing/.
"""

from __future__ import annotations

from collections.abc import Mapping

# The unit of each thing that is billed, by the type of resource that it comes with.
BILLED: Mapping[str, str] = {
    "aws_amplify_app": "build minutes; GB stored and served; requests and GB-hours of server-side rendering",
    "aws_autoscaling_group": "instance-hours by type, GB-months of their disks, GB sent",
    "aws_cloudtrail": "the first copy of management events is free; each further copy and data events by event",
    "aws_cloudwatch_dashboard": "dashboard-months beyond three in the account",
    "aws_cloudwatch_log_group": "GB taken in, GB-months kept",
    "aws_cloudwatch_metric_alarm": "alarm-months",
    "aws_db_instance": "instance-hours by class, twice with Multi-AZ; GB-months of storage, backups beyond it",
    "aws_ecr_repository": "GB-months of images, GB sent to other regions",
    "aws_ecs_cluster": "with Container Insights: metrics of every task and service",
    "aws_ecs_service": "on Fargate: vCPU-hours and GB-hours of its tasks, disk beyond 20 GB; on EC2 nothing more",
    "aws_efs_file_system": "GB-months by storage class, GB read and written",
    "aws_eip": "public IPv4 address-hours",
    "aws_flow_log": "GB delivered",
    "aws_kms_key": "key-months, requests",
    "aws_lambda_function": "GB-seconds, requests, /tmp beyond 512 MB",
    "aws_lb": "load balancer-hours, capacity units, public IPv4 address-hours of each zone",
    "aws_nat_gateway": "gateway-hours, GB that pass",
    "aws_route53_resolver_firewall_rule_group_association": "queries that the firewall looks at",
    "aws_route53_resolver_firewall_domain_list": "domains kept a month",
    "aws_route53_zone": "zone-months, queries",
    "aws_s3_bucket": "GB-months by storage class, requests, GB sent",
    "aws_s3_bucket_intelligent_tiering_configuration": "objects watched",
    "aws_secretsmanager_secret": "secret-months, each replica again; requests",
    "aws_sns_topic": "messages delivered, by the kind of receiver",
    "aws_vpc_endpoint": "interface endpoints: hours in each zone, GB; gateway endpoints are free",
    "aws_dynamodb_table": "requests, GB-months",
}
_FREE = """
acm_certificate acm_certificate_validation amplify_branch amplify_domain_association appautoscaling_policy
appautoscaling_scheduled_action appautoscaling_target cloudwatch_event_rule cloudwatch_event_target
cloudwatch_log_metric_filter db_parameter_group db_subnet_group default_security_group ecr_lifecycle_policy
ecr_replication_configuration ecr_repository_policy ecs_capacity_provider ecs_cluster_capacity_providers
ecs_task_definition iam_instance_profile iam_openid_connect_provider iam_role iam_role_policy internet_gateway
efs_access_point efs_mount_target
kms_alias lambda_alias lambda_function_event_invoke_config lambda_permission launch_template lb_listener
lb_listener_certificate lb_listener_rule lb_target_group lb_target_group_attachment network_acl
network_acl_association network_acl_rule route route53_record route53_resolver_firewall_config
route53_resolver_firewall_rule route53_resolver_firewall_rule_group route_table route_table_association
s3_bucket_cors_configuration s3_bucket_lifecycle_configuration s3_bucket_logging s3_bucket_ownership_controls
s3_bucket_policy s3_bucket_public_access_block s3_bucket_server_side_encryption_configuration
s3_bucket_versioning secretsmanager_secret_rotation secretsmanager_secret_version security_group
service_discovery_http_namespace sns_topic_policy sns_topic_subscription ssm_parameter subnet vpc
vpc_security_group_egress_rule vpc_security_group_ingress_rule wafv2_web_acl_association xray_sampling_rule
"""
FREE = frozenset(f"aws_{name}" for name in _FREE.split())
