"""The fidelity fixes, one module a service: `apply(state)`, and a docstring that lists every fix with the reason."""

from __future__ import annotations

from generator.embedded_aws.fixes import (
    amplify,
    application_autoscaling,
    awslambda,
    awslambda_invoke,
    cloudtrail,
    cloudwatch,
    ec2,
    ecr,
    ecs,
    elbv2,
    iam,
    rds,
    route53,
    sts,
    xray,
)
from generator.embedded_aws.state import ServerState

SERVICES = (
    amplify,
    application_autoscaling,
    awslambda,
    awslambda_invoke,
    cloudtrail,
    cloudwatch,
    ec2,
    ecr,
    ecs,
    elbv2,
    iam,
    rds,
    route53,
    sts,
    xray,
)


def apply_all(state: ServerState) -> None:
    """Apply every fix to the moto imported in this process, once."""
    for service in SERVICES:
        service.apply(state)
