"""How to use the module `ecs_service`."""

from __future__ import annotations

from generator.bindings import functions as fn
from generator.bindings.ec2 import SecurityGroup, VpcSecurityGroupIngressRule
from generator.bindings.efs import EfsAccessPoint, EfsFileSystem, EfsMountTarget
from generator.bindings.meta import CallerIdentityData, PartitionData
from generator.examples.example import REGION, Example
from generator.hcl.expression import Expr, each
from generator.hcl.module_call import ModuleCall
from generator.modules.alb import Alb
from generator.modules.bucket import Bucket
from generator.modules.dns_certificate import DnsCertificate
from generator.modules.ecs_cluster import EcsCluster
from generator.modules.ecs_service import EcsService
from generator.modules.vpc import Vpc

ZONES = (f"{REGION}a", f"{REGION}b")
NFS = 2049


class WithCluster(Example):
    """What every service runs in."""

    def network(self) -> ModuleCall:
        return self.call(
            "network",
            Vpc,
            {
                "name": "example-test",
                "cidr": "10.0.0.0/16",
                "public_subnets": {ZONES[0]: "10.0.1.0/24", ZONES[1]: "10.0.2.0/24"},
                "private_subnets": {ZONES[0]: "10.0.10.0/24", ZONES[1]: "10.0.11.0/24"},
                "nat_gateway_zones": ZONES[:1],
            },
        )

    def of_account(self, service: str, resource: str) -> str:
        """The ARN of *resource* of *service* in this account and region."""
        partition, account = Expr("data.aws_partition.current.partition"), Expr("data.aws_caller_identity.current")
        return f"arn:{partition}:{service}:{REGION}:{account.account_id}:{resource}"

    def build(self) -> None:
        CallerIdentityData(self, "current")
        PartitionData(self, "current")
        network = self.network()
        cluster = self.call("cluster", EcsCluster, {"name": "example-test"})
        self.services(network, cluster)

    def services(self, network: ModuleCall, cluster: ModuleCall) -> None:
        raise NotImplementedError


class Basic(WithCluster):
    """A worker that nobody calls: one task at any time."""

    def services(self, network: ModuleCall, cluster: ModuleCall) -> None:
        worker = self.call(
            "worker",
            EcsService,
            {
                "name": "example-test-worker",
                "image_parameter": "/example/test/images/worker",
                "repository_arn": self.of_account("ecr", "repository/example/worker"),
                "cluster_name": cluster.name,
                "vpc_id": network.vpc_id,
                "subnet_ids": fn.values(network.private_subnet_ids),
                "port": 8080,
                "log_group_name": "/ecs/example-test/worker",
                "scaling": {"minimum": 1, "maximum": 1},
            },
        )
        self.output("image_parameter", worker.image_parameter, "Write the image's digest here to release it.")


class Complete(WithCluster):
    """An API behind a load balancer: three tasks of four on Spot, asleep at night, with sidecars and shared files."""

    # Of the load balancer and of its logs.
    protected = "deletion protection|BucketNotEmpty"

    def services(self, network: ModuleCall, cluster: ModuleCall) -> None:
        balancer = self.load_balancer(network)
        files, access, mounted = self.files(network)
        api = self.call(
            "api",
            EcsService,
            {
                "name": "example-test-api",
                "image_parameter": "/example/test/images/api",
                "repository_arn": self.of_account("ecr", "repository/example/api"),
                "cluster_name": cluster.name,
                "vpc_id": network.vpc_id,
                "subnet_ids": fn.values(network.private_subnet_ids),
                "port": 3000,
                "cpu": 1024,
                "memory": 2048,
                "ephemeral_storage": 30,
                "architecture": "ARM64",
                "capacity_providers": {"FARGATE": {"weight": 1, "base": 1}, "FARGATE_SPOT": {"weight": 3}},
                "command": ["serve", "--port", "3000"],
                "environment": {"TRACES": "/files/traces"},
                "secrets": {
                    "SIGNING_KEY": self.of_account("ssm", "parameter/example/test/signing-key"),
                    "MAIL_PASSWORD": self.of_account("secretsmanager", "secret:example/test/mail-a1b2c3:password::"),
                },
                "scratch_paths": {"tmp": "/tmp"},
                "efs_volumes": {
                    "files": {
                        "file_system_id": files.id,
                        "access_point_id": access.id,
                        "container_path": "/files",
                    }
                },
                "health_check": {"command": ["CMD-SHELL", "wget -q -O /dev/null http://localhost:3000/health"]},
                "sidecars": self.sidecars(),
                "xray": True,
                "permissions": {
                    "ReadCourses": {
                        "actions": ["s3:GetObject"],
                        "resources": ["arn:aws:s3:::example-test-courses/*"],
                    }
                },
                "load_balancer": {
                    "security_group_id": balancer.security_group_id,
                    "target_group_arn": balancer.target_group_arns["api"],
                    "arn": balancer.arn,
                },
                "health_check_grace_period": 120,
                "egress": {"files": {"port": NFS, "security_group_id": mounted.id, "description": "Shared files"}},
                "scaling": {
                    "minimum": 2,
                    "maximum": 8,
                    "cpu_percentage": 70,
                    "memory_percentage": 80,
                    "requests_per_target": 1000,
                    "cooldown_in": 300,
                    "schedules": {
                        "evening": self.schedule("cron(0 20 ? * MON-FRI *)", 0, 0),
                        "morning": self.schedule("cron(0 8 ? * MON-FRI *)", 2, 8),
                    },
                },
                "log_group_name": "/ecs/example-test/api",
                "log_retention_days": 90,
                "tags": {"Team": "platform"},
            },
        )
        self.open_files(mounted, api)
        self.output("image_parameter", api.image_parameter, "Write the image's digest here to release it.")
        self.output("sidecar_image_parameters", api.sidecar_image_parameters, "The same for sidecars.")

    def schedule(self, when: str, minimum: int, maximum: int) -> dict[str, object]:
        return {"schedule": when, "time_zone": "Europe/Berlin", "minimum": minimum, "maximum": maximum}

    def sidecars(self) -> dict[str, object]:
        return {
            "migrate": {
                "image_parameter": "/example/test/images/migrate",
                "repository_arn": self.of_account("ecr", "repository/example/migrate"),
                "essential": False,
                "main_waits_for": "SUCCESS",
                "scratch_paths": {"migrate-tmp": "/tmp"},
            },
            "cache": {
                "image_parameter": "/example/test/images/cache",
                "repository_arn": self.of_account("ecr", "repository/example/cache"),
                "health_check": {"command": ["CMD", "cache-cli", "ping"], "interval": 10},
                "main_waits_for": "HEALTHY",
                "cpu": 128,
                "memory": 256,
            },
        }

    def load_balancer(self, network: ModuleCall) -> ModuleCall:
        account = Expr("data.aws_caller_identity.current.account_id")
        logs = self.call(
            "logs",
            Bucket,
            {
                "name": f"example-test-lb-logs-{account}-{REGION}",
                "versioning": False,
                "expiration_days": 90,
                "load_balancer_logs": True,
                "allow_destroy": self.allow_destroy,
            },
        )
        balancer = self.call(
            "load_balancer",
            Alb,
            {
                "name": "example-test",
                "vpc_id": network.vpc_id,
                "subnet_ids": fn.values(network.public_subnet_ids),
                "access_logs_bucket": logs.name,
                "certificate_arn": Expr("module.names.certificate_arn"),
                "target_groups": {"api": {"port": 3000, "health_check": {"path": "/health"}}},
                "default_target_group": "api",
                "allow_destroy": self.allow_destroy,
            },
        )
        self.call(
            "names",
            DnsCertificate,
            {
                "hosts": ["api.example.com"],
                "zone_name": "example.com",
                "load_balancer_dns_name": balancer.dns_name,
                "load_balancer_zone_id": balancer.zone_id,
            },
        )
        return balancer

    def files(self, network: ModuleCall) -> tuple[EfsFileSystem, EfsAccessPoint, SecurityGroup]:
        """A file system in every zone of the tasks, of which they get one directory as their own user."""
        files = EfsFileSystem(
            self,
            "files",
            encrypted=True,
            tags={"Name": "example-test-files"},
            skip={"CKV_AWS_184": "Encrypted with the key of EFS: a key of one's own is billed, and a caller's choice."},
        )
        access = EfsAccessPoint(
            self,
            "api",
            file_system_id=files.id,
            posix_user={"uid": 1000, "gid": 1000},
            root_directory={
                "path": "/api",
                "creation_info": {"owner_uid": 1000, "owner_gid": 1000, "permissions": "0750"},
            },
        )
        group = SecurityGroup(
            self,
            "files",
            name="example-test-files",
            description="Mount targets of the shared files",
            vpc_id=network.vpc_id,
        )
        EfsMountTarget(
            self,
            "files",
            for_each=network.private_subnet_ids,
            file_system_id=files.id,
            subnet_id=each.value,
            security_groups=[group.id],
        )
        return files, access, group

    def open_files(self, group: SecurityGroup, api: ModuleCall) -> None:
        VpcSecurityGroupIngressRule(
            self,
            "files",
            security_group_id=group.id,
            description="Files for the API",
            referenced_security_group_id=api.security_group_id,
            ip_protocol="tcp",
            from_port=NFS,
            to_port=NFS,
        )
