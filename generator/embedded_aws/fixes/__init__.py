"""The fidelity fixes, one module a service: `apply(state)`, and a docstring that lists every fix with the reason."""

from __future__ import annotations

from generator.embedded_aws.fixes import (
    amplify,
    application_autoscaling,
    autoscaling,
    awslambda,
    awslambda_invoke,
    awslambda_qualifiers,
    cloudtrail,
    cloudwatch,
    core,
    ec2,
    ec2_instances,
    ec2_launch_templates,
    ecr,
    ecs,
    ecs_capacity,
    ecs_deployments,
    elbv2,
    iam,
    rds,
    route53,
    route53resolver,
    s3,
    secretsmanager,
    sts,
    xray,
)
from generator.embedded_aws.state import ServerState

SERVICES = (
    amplify,
    application_autoscaling,
    autoscaling,
    awslambda,
    awslambda_invoke,
    awslambda_qualifiers,
    cloudtrail,
    cloudwatch,
    core,
    ec2,
    ec2_instances,
    ec2_launch_templates,
    ecr,
    ecs,
    ecs_capacity,
    ecs_deployments,
    elbv2,
    iam,
    rds,
    route53,
    route53resolver,
    s3,
    secretsmanager,
    sts,
    xray,
)


def apply_all(state: ServerState) -> None:
    """Apply every fix to the moto imported in this process, once."""
    for service in SERVICES:
        service.apply(state)
