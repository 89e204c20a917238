"""The fidelity fixes, one module a service: `apply(state)`, and a docstring that lists every fix with the reason."""

from __future__ import annotations

from generator.embedded_aws.fixes import (
    application_autoscaling,
    awslambda,
    awslambda_invoke,
    ec2,
    ecr,
    ecs,
    elbv2,
    iam,
    route53,
)
from generator.embedded_aws.state import ServerState

SERVICES = (application_autoscaling, awslambda, awslambda_invoke, ec2, ecr, ecs, elbv2, iam, route53)


def apply_all(state: ServerState) -> None:
    """Apply every fix to the moto imported in this process, once."""
    for service in SERVICES:
        service.apply(state)
