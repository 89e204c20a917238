"""How the manifest of each system is changed for the tests of changes, and what may then change in place."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

OFF_HOURS = {"from": "20:00", "until": "08:00", "weekends": True, "time_zone": "America/New_York"}
DATABASE = {"engine": "postgres", "version": "15", "instance_class": "db.t4g.micro"}

S3_ENDPOINT = "module.network.aws_vpc_endpoint.s3"
PUBLIC_BALANCER = "module.load_balancer.aws_lb.this"
DATABASE_SUBNETS = "module.database_main.aws_db_subnet_group.this"
SERVICES_DASHBOARD = "module.monitoring.aws_cloudwatch_dashboard.services[0]"
BALANCERS_DASHBOARD = "module.monitoring.aws_cloudwatch_dashboard.load_balancers[0]"
DATABASES_DASHBOARD = "module.monitoring.aws_cloudwatch_dashboard.databases[0]"


def of_services(*names: str) -> frozenset[str]:
    return frozenset(f"module.service_{name}.aws_ecs_service.this[0]" for name in names)


# What spreads over zones holds the list of its subnets, or of its route tables, itself: AWS adds one by changing it
# (SetSubnets, UpdateService, ModifyVpcEndpoint, ModifyDBSubnetGroup), and there is nothing that could be created.
EVERYWHERE = frozenset({S3_ENDPOINT, PUBLIC_BALANCER, DATABASE_SUBNETS})
# A dashboard is one document with a line for each thing that it shows.
DASHBOARDS_OF_A_SERVICE = frozenset({SERVICES_DASHBOARD, BALANCERS_DASHBOARD})


@dataclass(frozen=True)
class Count:
    """Another number of tasks of *service*, as the manifest has it, and the bounds and policies that come of it."""

    service: str
    written: Any
    bounds: tuple[int, int]
    policies: tuple[str, ...] = ()

    @property
    def module(self) -> str:
        return f"module.service_{self.service.replace('-', '_')}"

    @property
    def capacity(self) -> str:
        return f"{self.module}.terraform_data.capacity"

    @property
    def scaling(self) -> set[str]:
        """The scaling target, and what AWS deletes with it."""
        parts = ["target.this[0]", *(f"policy.{policy}[0]" for policy in self.policies)]
        parts += [f'scheduled_action.this["{action}"]' for action in ("off-hours", "working-hours")]
        return {f"{self.module}.aws_appautoscaling_{part}" for part in parts}


@dataclass(frozen=True)
class System:
    """A system, its environment that is up, and what of that environment changes in place with each addition."""

    name: str
    zone: str
    subnets: dict[str, str]
    count: Count
    zone_updates: frozenset[str]
    applied: str
    """The addition that is also applied."""
    https: bool = False
    service_updates: frozenset[str] = frozenset()
    replica_updates: frozenset[str] = frozenset()

    @property
    def environment(self) -> str:
        return self.name.partition("/")[2]

    def prepare(self, manifest: Any) -> None:
        """Give the environment what it needs to show everything: off-hours, and a database that may have replicas."""
        environment = manifest["environments"][self.environment]
        if "off_hours" not in manifest:
            environment["off_hours"] = OFF_HOURS
        database = environment.setdefault("databases", {}).setdefault("main", {})
        if "main" not in manifest.get("databases", {}):
            database.update(DATABASE)
            user = environment.setdefault("services", {}).setdefault(self.count.service, {})
            user.setdefault("uses", {})["databases"] = ["main"]
        database["managed_password"] = False  # else RDS makes no replicas

    def add_service(self, manifest: Any) -> None:
        """A service with an image of its own, behind the load balancer."""
        repository = f"{manifest['system']}/docs"
        manifest["registries"]["repositories"].append(repository)
        manifest["services"]["docs"] = {
            "image": {"repository": repository, "port": 8080},
            "count": 1,
            "http": {"path": "/docs", "healthcheck": "/health"},
        }

    def add_service_with_host(self, manifest: Any) -> None:
        """The same service, at a host of its own."""
        self.add_service(manifest)
        manifest["services"]["docs"]["http"] = {
            "path": "/",
            "alias": "docs.{environment}.{domain}",
            "healthcheck": "/health",
        }

    def add_zone(self, manifest: Any) -> None:
        """A third zone, with a subnet in each tier."""
        vpc = manifest["environments"][self.environment]["network"]["vpc"]
        vpc["availability_zones"] = [*manifest["network"]["vpc"]["availability_zones"], self.zone]
        for tier, cidr in self.subnets.items():
            vpc["subnets"][tier].append(cidr)

    def add_bucket(self, manifest: Any) -> None:
        manifest.setdefault("buckets", {})["reports"] = {}

    def add_replica(self, manifest: Any) -> None:
        manifest["environments"][self.environment]["databases"]["main"]["replicas"] = {"reader": {}}

    def change_count(self, manifest: Any) -> None:
        services = manifest["environments"][self.environment].setdefault("services", {})
        services.setdefault(self.count.service, {})["count"] = self.count.written


PUBLIC_AND_PRIVATE = {"public": "10.0.3.0/24", "private": "10.0.12.0/24"}
EVERY_TIER = {**PUBLIC_AND_PRIVATE, "isolated": "10.0.22.0/24"}

SYSTEMS = {
    system.name: system
    for system in (
        System(
            "seepp/test",
            zone="us-west-2c",
            subnets=EVERY_TIER,
            count=Count("backend", 2, (2, 2)),
            # The function's subnets are part of what a version has, so the alias leads to a new version.
            zone_updates=EVERYWHERE
            | of_services("frontend_legacy", "frontend", "backend")
            | {"module.code_runner.aws_lambda_function.this[0]", "module.code_runner.aws_lambda_alias.live[0]"},
            applied="service",
            https=True,
        ),
        System(
            "containrlab/prod",
            zone="us-east-1c",
            subnets=PUBLIC_AND_PRIVATE,
            count=Count("web", 2, (2, 2)),
            zone_updates=EVERYWHERE
            | of_services("api", "web")
            | {
                "module.code_runner_load_balancer.aws_lb.this",
                'module.code_runner.module.cluster["ec2"].aws_autoscaling_group.this["host"]',
            },
            applied="bucket",
            https=True,
            service_updates=DASHBOARDS_OF_A_SERVICE,
            replica_updates=frozenset({DATABASES_DASHBOARD}),
        ),
        System(
            "counselor/dev",
            zone="us-east-1c",
            subnets=PUBLIC_AND_PRIVATE,
            count=Count("frontend", {"spot": 2}, (2, 2)),
            # All tasks stay in the first zone.
            zone_updates=EVERYWHERE,
            applied="zone",
        ),
        System(
            "sdt/dev",
            zone="us-east-1c",
            subnets=EVERY_TIER,
            count=Count("auth-service", {"range": "2-4"}, (2, 4), ("cpu", "memory")),
            zone_updates=EVERYWHERE
            | of_services("auth_service", "content_service", "submission_service")
            | {'module.code_runner.module.fargate["fargate"].aws_ecs_service.this[0]'}
            | {f'module.network.aws_vpc_endpoint.interface["{of}"]' for of in ("ecr.api", "ecr.dkr", "logs")},
            applied="replica",
            service_updates=DASHBOARDS_OF_A_SERVICE,
            replica_updates=frozenset({DATABASES_DASHBOARD}),
        ),
    )
}
