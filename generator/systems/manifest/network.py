"""The manifest's models of the network: VPC, subnets, NAT, flow logs, and the public load balancer."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Field

from generator.systems.manifest.fields import Cidr, Days, Form, Model, Name, Seconds, ShortForm

AvailabilityZone = Annotated[str, Form(r"[a-z]{2}(-[a-z]+)+-\d[a-z]", "Write it as us-west-2a.", longest=32)]


class Subnets(Model):
    """The CIDRs of each tier, one per availability zone, in the zones' order."""

    public: tuple[Cidr, ...] = Field(
        default=(), description="Subnets of the load balancer and the NAT gateways, one per zone."
    )
    private: tuple[Cidr, ...] = Field(
        default=(), description="Subnets of the services, one per zone; they reach out through NAT."
    )
    isolated: tuple[Cidr, ...] = Field(
        default=(), description="Subnets of the code runner, one per zone; they have no route out of the VPC."
    )


class Vpc(Model):
    """The environment's own VPC."""

    cidr: Cidr = Field(description="The VPC's IPv4 network, as 10.0.0.0/16; those of one system must not overlap.")
    availability_zones: tuple[AvailabilityZone, ...] = Field(
        min_length=1, description="Zones in the system's region; a load balancer needs at least two."
    )
    subnets: Subnets = Field(
        description="Subnets of each tier, as private: [10.0.10.0/24, 10.0.11.0/24], one per zone, in the zones' order."
    )


class FlowLogs(Model):
    """VPC flow logs in CloudWatch."""

    retention: Days = Field(default=14, description="Days that flow logs are kept.")


def _flow_logs(value: Any) -> Any:
    if value is True:
        return {}
    return None if value is False else value


class Network(Model):
    """VPC, NAT and flow logs."""

    vpc: Vpc = Field(description="The VPC and its subnets.")
    nat: Literal["none", "single", "per_az"] = Field(
        default="single", description="NAT gateways: none, one for all zones, or one in each zone."
    )
    task_zones: Literal["all", "first"] = Field(
        default="all", description="Zones that tasks run in: all, or the first alone, which has the single NAT gateway."
    )
    flow_logs: Annotated[FlowLogs | None, ShortForm(_flow_logs, {"type": "boolean"})] = Field(
        default=FlowLogs(), description="VPC flow logs: true, false, or a map with their retention in days."
    )


class PublicHttp(Model):
    """The internet-facing load balancer."""

    idle_timeout: Annotated[int, Seconds(1, 4000)] = Field(
        default=60,
        description="Seconds that a connection may be silent; at least 10 more than a code runner's timeout.",
    )
    https: bool = Field(default=True, description="TLS with a redirect from HTTP; needs a domain.")
    ssl_policy: Annotated[
        str, Form(r"ELBSecurityPolicy-[A-Za-z0-9-]+", "Its name begins with ELBSecurityPolicy-.", longest=128)
    ] = Field(default="ELBSecurityPolicy-TLS13-1-2-2021-06", description="The load balancer's TLS policy.")
    default_service: Name | None = Field(
        default=None, description="The service that gets what matches no route; without one the answer is 404."
    )


class InternalHttp(Model):
    """The load balancer inside the VPC, which leads to a code runner on EC2."""

    idle_timeout: Annotated[int, Seconds(1, 4000)] = Field(
        default=60,
        description="Seconds that a connection may be silent; at least 10 more than the code runner's timeout.",
    )


class LoadBalancers(Model):
    """The environment's load balancers."""

    public: PublicHttp = Field(default=PublicHttp(), description="The internet-facing load balancer.")
    internal: InternalHttp = Field(
        default=InternalHttp(), description="The load balancer inside the VPC, which leads to a code runner on EC2."
    )
