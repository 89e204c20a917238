"""The manifest's models of a whole environment: what a system's file says once its overrides are merged."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Annotated, Literal

from pydantic import Field

from generator.systems.manifest.account import AuditTrail, Delivery, Registries
from generator.systems.manifest.bucket import Bucket
from generator.systems.manifest.database import Database
from generator.systems.manifest.fields import (
    NAME_PATTERN,
    NAME_RULE,
    Days,
    Form,
    Model,
    Name,
    ShortForm,
)
from generator.systems.manifest.hosting import Site
from generator.systems.manifest.monitoring import Monitoring
from generator.systems.manifest.names import DATABASE_NAME, FUNCTION_NAME, LOAD_BALANCER_NAME, limited_name
from generator.systems.manifest.naming import Names
from generator.systems.manifest.network import LoadBalancers, Network
from generator.systems.manifest.off_hours import OffHours, off_hours_form
from generator.systems.manifest.operations import Pipeline, Recovery
from generator.systems.manifest.runner import CodeRunner
from generator.systems.manifest.secret import Secret
from generator.systems.manifest.service import Http, Service
from generator.systems.manifest.template import Placeholders, Template

# What the code runner is called where a service would give its name.
CODE_RUNNER = "code-runner"

SystemName = Annotated[str, Form(NAME_PATTERN, NAME_RULE, longest=24)]
DomainName = Annotated[
    str,
    Form(
        r"([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]([a-z0-9-]{0,61}[a-z0-9])?",
        "Write it as example.org, in lower case.",
        longest=253,
    ),
]


class Domain(Model):
    """The DNS domain of the system."""

    name: DomainName = Field(description="The domain's name, as example.org; {domain} stands for it.")


class Observability(Model):
    """What is measured."""

    container_insights: bool = Field(default=False, description="CloudWatch Container Insights of the cluster.")
    tracing: Literal["awsxray"] | None = Field(
        default=None, description="awsxray: services may send traces to the X-Ray daemon beside them."
    )


class Logging(Model):
    """Where and how long logs are kept."""

    retention: Days = Field(default=30, description="Days that logs are kept.")
    group: Annotated[Template, Placeholders("system", "environment", "region", "service")] = Field(
        default=Template.parse("/ecs/{system}-{environment}/{service}"),
        description="Template of a service's log group name.",
    )
    customer_managed_key: bool = Field(
        default=False,
        description="Whether monitoring's key encrypts the logs of services and the flow logs; else CloudWatch's own.",
    )


class System(Model):
    """One environment of a system as its manifest describes it: base and override merged."""

    system: SystemName = Field(description="The system's name; begins the names of its resources.")
    owner: Annotated[
        str, Form(r"[\w .:/=+@\u00c0-\uffff-]+", "Write letters, digits, spaces and . : / = + - @ _.", longest=256)
    ] = Field(description="Who answers for the system: the Owner tag.")
    region: Annotated[str, Form(r"[a-z]{2}(-[a-z]+)+-\d", "Write it as us-west-2.", longest=32)] = Field(
        description="The AWS region."
    )
    domain: Domain | None = Field(default=None, description="The DNS domain; needed for aliases and HTTPS.")
    registries: Registries = Field(default=Registries(), description="Image repositories, shared by the environments.")
    delivery: Delivery | None = Field(default=None, description="Roles that GitHub's workflows assume; none if absent.")
    audit_trail: AuditTrail | None = Field(default=None, description="CloudTrail of the account; none if absent.")
    names: Names = Field(default=Names(), description="How the environment's resources are called.")
    network: Network = Field(description="VPC, NAT and flow logs.")
    http: LoadBalancers = Field(default=LoadBalancers(), description="Load balancers.")
    observability: Observability = Field(default=Observability(), description="What is measured.")
    logging: Logging = Field(default=Logging(), description="Where and how long logs are kept.")
    services: dict[Name, Service] = Field(default={}, description="The services by name.")
    code_runner: CodeRunner | None = Field(default=None, description="The code runner; none if absent.")
    hosting: dict[Name, Site] = Field(default={}, description="Static sites by name, built and served by Amplify.")
    monitoring: Monitoring | None = Field(default=None, description="Alarms and dashboards; none if absent.")
    buckets: dict[Name, Bucket] = Field(default={}, description="S3 buckets by name.")
    databases: dict[Name, Database] = Field(default={}, description="Databases on RDS by name.")
    off_hours: Annotated[OffHours | None, ShortForm(off_hours_form, {"const": False})] = Field(
        default=None, description="When no service runs; false, or absent: they always run."
    )
    pipeline: Pipeline | None = Field(default=None, description="The GitHub workflows; none are emitted if absent.")
    recovery: Recovery | None = Field(default=None, description="What was promised for the loss of the environment.")


@dataclass(frozen=True)
class Route:
    """A listener rule in the making: requests to *hosts* (every host if empty) and *patterns* go to *service*."""

    service: str
    hosts: tuple[Template, ...]
    path: str
    patterns: tuple[str, ...]


class Environment(System):
    """A resolved and checked environment."""

    name: str = Field(description="The environment's name: its key under `environments:`.")

    @property
    def values(self) -> dict[str, str]:
        """The placeholders whose values the manifest knows: system, environment, region and, if any, domain."""
        known = {"system": self.system, "environment": self.name, "region": self.region}
        return known if self.domain is None else {**known, "domain": self.domain.name}

    @property
    def prefix(self) -> str:
        """What the names of the environment's resources begin with: ``system-environment`` unless named otherwise."""
        return self.names.prefix.render(self.values)

    @property
    def cluster_name(self) -> str:
        """The name of the ECS cluster of the services."""
        return self.prefix if self.names.cluster is None else self.names.cluster.render(self.values)

    @property
    def load_balancer_name(self) -> str:
        """The name of the public load balancer within AWS's limit."""
        template = self.names.load_balancer
        name = self.prefix if template is None else template.render(self.values)
        return limited_name(name, LOAD_BALANCER_NAME)

    @property
    def internal_load_balancer_name(self) -> str:
        """The name of the load balancer in front of a code runner on EC2: the runner's, within AWS's limit."""
        return limited_name(str(self.code_runner_name), LOAD_BALANCER_NAME)

    @property
    def code_runner_name(self) -> str | None:
        """The name of the code runner's function or service within the limit, or None without a code runner."""
        return (
            None if self.code_runner is None else limited_name(self.code_runner.name.render(self.values), FUNCTION_NAME)
        )

    def image_parameter(self, name: str) -> str:
        """The SSM parameter that names the released image of the service *name*, or of CODE_RUNNER."""
        return f"/{self.system}/{self.name}/images/{name}"

    def service_name(self, service: str) -> str:
        """The name of *service* in ECS, which is also its task definitions' family."""
        return f"{self.prefix}-{service}"

    @property
    def code_runner_cluster(self) -> str:
        """The ECS cluster of a code runner that is a service: the environment's own, or that of the runner's host."""
        if self.code_runner is None or self.code_runner.host is None:
            return self.cluster_name
        template = self.code_runner.host.cluster or self.code_runner.name
        return template.render(self.values)

    @property
    def code_runner_callers(self) -> tuple[str, ...]:
        """The services that may have programs run."""
        return tuple(name for name, service in self.services.items() if service.uses.code_runner)

    @property
    def code_runner_log_group(self) -> str:
        """The name of the log group of a code runner that is a service."""
        assert self.code_runner is not None
        template = self.code_runner.logging.group or self.logging.group
        return template.render({**self.values, "service": CODE_RUNNER})

    def log_group(self, service: str) -> str:
        """The name of the CloudWatch log group of *service*."""
        template = self.services[service].logging.group or self.logging.group
        return template.render({**self.values, "service": service})

    def log_retention(self, service: str) -> int:
        """Days that the logs of *service* are kept."""
        return self.services[service].logging.retention or self.logging.retention

    def shared_log_groups(self) -> dict[str, int]:
        """The log groups that the cluster makes, with their days: of several services, or with a key."""
        groups = [(self.log_group(name), self.log_retention(name)) for name in self.services]
        names = [group for group, _ in groups]
        return {group: days for group, days in groups if names.count(group) > 1 or self.logging.customer_managed_key}

    def database_identifier(self, name: str) -> str:
        """What RDS calls the database *name*; its replicas are called so with their name behind."""
        return limited_name(f"{self.prefix}-{name}", DATABASE_NAME)

    def callers(self, service: str) -> tuple[str, ...]:
        """The services that call *service*."""
        return tuple(name for name, other in self.services.items() if service in other.uses.services)

    def secrets(self) -> dict[str, Secret]:
        """Every secret that a service reads, by ``store:name``; secrets read by several services appear once."""
        named = {self.secret_key(secret): secret for _, _, secret in self.secret_references()}
        return dict(sorted(named.items()))

    def secret_key(self, secret: Secret) -> str:
        """A secret's ``store:name``."""
        return f"{secret.store}:{secret.name.render(self.values)}"

    def secret_references(self) -> Iterator[tuple[str, str, Secret]]:
        """Service, variable and secret of each place that reads one."""
        for name, service in self.services.items():
            for variable, secret in service.secrets.items():
                yield name, variable, secret

    def routes(self) -> tuple[Route, ...]:
        """The routes in the order in which a listener must try them: longer paths first, then named hosts first."""
        routes = (_route(name, http) for name, http in self._http())
        return tuple(sorted(routes, key=lambda route: (-len(route.path), not route.hosts, route.service)))

    def _http(self) -> Iterator[tuple[str, Http]]:
        return ((name, service.http) for name, service in self.services.items() if service.http is not None)


def _route(name: str, http: Http) -> Route:
    return Route(name, http.alias, http.path, http.patterns)
