"""The root module of one environment: calls of modules, wired as the manifest says."""

from __future__ import annotations

import zlib
from collections.abc import Iterator, Sequence
from functools import cached_property
from ipaddress import IPv4Network

from generator.bindings import functions as fn
from generator.hcl.expression import Expr
from generator.hcl.module_call import ModuleCall, call_module
from generator.hcl.template import literal
from generator.modules.alb import Alb
from generator.modules.dns_certificate import DnsCertificate
from generator.modules.ecs_cluster import EcsCluster
from generator.modules.ecs_service import EcsService
from generator.modules.vpc import Vpc
from generator.systems.buckets import bucket, load_balancer_logs
from generator.systems.connections import namespace, service_hosts
from generator.systems.databases import databases
from generator.systems.hosting import sites
from generator.systems.inputs import given, identifier
from generator.systems.logs import log_key, shared_logs
from generator.systems.manifest import CODE_RUNNER, Environment, Route, Template
from generator.systems.monitoring import monitor
from generator.systems.root import Root, domain_variable, filled, hosted_zone_variable, zone_name
from generator.systems.runner import (
    runner_after_services,
    runner_before_services,
    runner_endpoints,
    runner_outputs,
    runner_repositories,
)
from generator.systems.secrets import secret_places
from generator.systems.service import ServiceInputs

# Longer paths come first. A route keeps its priority when another is added: its service's name decides the last digits.
PRIORITIES_PER_LENGTH = 300


class EnvironmentRoot(Root):
    """``envs/<system>/<environment>``."""

    def __init__(self, environment: Environment) -> None:
        super().__init__(environment.system, environment.name, environment.owner, environment.region)
        self.environment = environment
        self.prefix = environment.prefix
        self.placeholders: dict[str, object] = {
            "system": environment.system,
            "environment": environment.name,
            "region": environment.region,
            **service_hosts(environment),
        }
        if environment.domain is not None:
            self.domain = domain_variable(environment.domain.name).declare(self)
            self.placeholders["domain"] = self.domain
        with self.file("network"):
            self.network = self.vpc()
        with self.file("storage"):
            self.buckets = {name: bucket(self, name) for name in environment.buckets}
            self.placeholders |= {f"bucket.{name}": call.name for name, call in self.buckets.items()}
        with self.file("code_runner"):
            self.runner = runner_before_services(self)
        with self.file("load_balancer"):
            self.load_balancer = self.alb()
        with self.file("databases"):
            self.databases = databases(self)
        with self.file("services"):
            self.secrets = secret_places(self)
            self.services = self.ecs_services()
        with self.file("code_runner"):
            runner_after_services(self)
        with self.file("hosting"):
            self.sites = sites(self)
        with self.file("monitoring"):
            self.monitoring = monitor(self)
        self.outputs()

    def vpc(self) -> ModuleCall:
        network = self.environment.network
        zones, subnets = network.vpc.availability_zones, network.vpc.subnets
        inputs = {
            "name": self.prefix,
            "cidr": str(network.vpc.cidr),
            "public_subnets": by_zone(zones, subnets.public),
            "private_subnets": by_zone(zones, subnets.private),
            "isolated_subnets": by_zone(zones, subnets.isolated),
            "nat_gateway_zones": {"none": [], "single": [zones[0]], "per_az": list(zones)}[network.nat],
            "flow_logs": network.flow_logs is not None,
            **runner_endpoints(self.environment.code_runner),
        }
        if network.flow_logs is not None:
            inputs["log_retention_days"] = network.flow_logs.retention
            inputs["flow_logs_kms_key_arn"] = log_key(self.environment)
        return call_module(self, "network", Vpc, given(inputs))

    def alb(self) -> ModuleCall | None:
        routed = [name for name, service in self.environment.services.items() if service.http is not None]
        if not routed:
            return None
        public = self.environment.http.public
        inputs = {
            "name": self.environment.load_balancer_name,
            "vpc_id": self.network.vpc_id,
            "subnet_ids": fn.values(self.network.public_subnet_ids),
            "https": public.https,
            "tls_policy": public.ssl_policy,
            "idle_timeout": public.idle_timeout,
            "access_logs_bucket": self.load_balancer_logs.name,
            "target_groups": {name: self.target_group(name) for name in routed},
            "routes": self.routes(),
            "default_target_group": public.default_service,
            "allow_destroy": self.allow_destroy,
        }
        if public.https:
            inputs["certificate_arn"] = Expr("module.names.certificate_arn")
        balancer = call_module(self, "load_balancer", Alb, given(inputs))
        if public.https:
            self.names(balancer)
        return balancer

    @cached_property
    def load_balancer_logs(self) -> ModuleCall:
        """The bucket that every load balancer of the environment writes to."""
        return load_balancer_logs(self)

    def names(self, balancer: ModuleCall) -> None:
        hosts = self.hosts()
        zone = hosted_zone_variable().declare(self)
        call_module(
            self,
            "names",
            DnsCertificate,
            {
                "hosts": hosts,
                "zone_name": zone_name(hosts, self.domain),
                "zone_id": zone,
                "load_balancer_dns_name": balancer.dns_name,
                "load_balancer_zone_id": balancer.zone_id,
            },
        )

    def target_group(self, name: str) -> dict[str, object]:
        """What differs from the module's defaults, which are the manifest's."""
        service = self.environment.services[name]
        assert service.http is not None
        check = service.http.healthcheck.model_dump(exclude_defaults=True, exclude={"grace_period", "path"})
        settings = service.http.model_dump(exclude_defaults=True, include={"deregistration_delay", "stickiness"})
        return {
            "port": service.image.port,
            **settings,
            "health_check": {"path": literal(service.http.healthcheck.path), **check},
        }

    def routes(self) -> dict[str, dict[str, object]]:
        default = self.environment.http.public.default_service
        routes = [r for r in self.environment.routes() if not (r.service == default and r.path == "/")]
        priorities = route_priorities(routes)
        return {
            route.service: {
                "priority": priorities[route.service],
                "target_group": route.service,
                "hosts": [self.host(h) for h in route.hosts],
                "paths": [] if route.path == "/" and route.hosts else [literal(p) for p in route.patterns],
            }
            for route in routes
        }

    def host(self, template: Template) -> str:
        return filled(template, self.placeholders)

    def hosts(self) -> list[str]:
        """Every host of the environment, the default service's first."""
        default = self.environment.http.public.default_service
        routes = sorted(self.environment.routes(), key=lambda r: (r.service != default, r.service))
        return list(dict.fromkeys(self.host(h) for route in routes for h in route.hosts))

    def ecs_services(self) -> dict[str, ModuleCall]:
        if not self.environment.services:
            return {}
        inputs = {
            "name": self.environment.cluster_name,
            "container_insights": self.environment.observability.container_insights,
            **namespace(self.environment),
            **shared_logs(self.environment),
        }
        cluster = call_module(self, "cluster", EcsCluster, inputs)
        self.output("cluster", cluster.name, "Name of the ECS cluster.")
        return {
            name: call_module(self, f"service_{identifier(name)}", EcsService, ServiceInputs(self, name, cluster).all())
            for name in self.environment.services
        }

    def outputs(self) -> None:
        if self.load_balancer is not None:
            self.output("load_balancer", self.load_balancer.dns_name, "Name that AWS gives the load balancer.")
            scheme = "https" if self.environment.http.public.https else "http"
            hosts = self.hosts() or [str(self.load_balancer.dns_name)]
            self.output("urls", [f"{scheme}://{host}" for host in hosts], "Where the environment answers.")
            if self.environment.http.public.https:
                self.output(
                    "name_servers",
                    Expr("module.names.name_servers"),
                    "Name servers of a new zone, for the domain's registrar; empty for an existing zone.",
                )
        self.output("services", {name: call.name for name, call in self.services.items()}, "Names of the ECS services.")
        self.output(
            "image_parameters",
            dict(self.image_parameters()),
            "Parameters that name the released images: a release writes there, and the next apply follows.",
        )
        used = {s.image.repository for s in self.environment.services.values()}
        used |= runner_repositories(self.environment.code_runner)
        urls = self.repository_urls(tuple(sorted(used)))
        self.output("repository_urls", urls, "URLs to push images to, by repository.")
        runner_outputs(self)
        for name, call in self.buckets.items():
            self.output(f"bucket_{identifier(name)}", call.name, f"Name of the bucket {name}.")

    def image_parameters(self) -> Iterator[tuple[str, Expr]]:
        for name, call in self.services.items():
            yield name, call.image_parameter
        if self.runner is not None:
            yield CODE_RUNNER, self.runner.image_parameter


def route_priorities(routes: list[Route]) -> dict[str, int]:
    """The listener's priorities by service, lowest first: longer paths, then routes with hosts, then by name's hash.

    AWS knows 1 to 50000. A collision of hashes takes the next free number.
    """
    taken: set[int] = set()
    found: dict[str, int] = {}
    for route in routes:
        half = PRIORITIES_PER_LENGTH // 2
        start = 40_000 - min(len(route.path), 100) * PRIORITIES_PER_LENGTH + (0 if route.hosts else half)
        offset = zlib.crc32(route.service.encode()) % half
        free = next(start + (offset + i) % half for i in range(half) if start + (offset + i) % half not in taken)
        taken.add(free)
        found[route.service] = free
    return found


def by_zone(zones: Sequence[str], cidrs: Sequence[IPv4Network]) -> dict[str, str]:
    """The ranges of one tier by zone; a tier without ranges has no subnets."""
    return {zone: str(cidr) for zone, cidr in zip(zones, cidrs, strict=bool(cidrs))}
