"""How to use the module `alb`."""

from __future__ import annotations

from generator.bindings import functions as fn
from generator.bindings.ec2 import SecurityGroup
from generator.bindings.meta import CallerIdentityData
from generator.examples.example import REGION, Example
from generator.hcl.expression import Expr
from generator.hcl.module_call import ModuleCall
from generator.modules.alb import Alb
from generator.modules.bucket import Bucket
from generator.modules.dns_certificate import DnsCertificate
from generator.modules.vpc import Vpc


class WithNetwork(Example):
    """What every load balancer stands in."""

    protected = "deletion protection"

    def network(self) -> ModuleCall:
        return self.call(
            "vpc",
            Vpc,
            {
                "name": "example-test",
                "cidr": "10.0.0.0/16",
                "public_subnets": {f"{REGION}a": "10.0.1.0/24", f"{REGION}b": "10.0.2.0/24"},
                "private_subnets": {f"{REGION}a": "10.0.10.0/24", f"{REGION}b": "10.0.11.0/24"},
            },
        )

    def logs(self) -> ModuleCall:
        account = CallerIdentityData(self, "current").account_id
        return self.call(
            "logs",
            Bucket,
            {
                "name": f"example-test-lb-logs-{account}-{REGION}",
                "versioning": False,
                "expiration_days": 90,
                "load_balancer_logs": True,
                "allow_destroy": self.allow_destroy,
            },
            why="Load balancers write access logs to S3 alone.",
        )

    def names(self, label: str, domain: str, balancer: ModuleCall, *prefixes: str) -> ModuleCall:
        return self.call(
            label,
            DnsCertificate,
            {
                "hosts": [f"{prefix}{domain}" for prefix in prefixes],
                "zone_name": domain,
                "load_balancer_dns_name": balancer.dns_name,
                "load_balancer_zone_id": balancer.zone_id,
            },
            why=f"Give the zone_id of {domain} if there is a zone: a new one waits for its delegation.",
        )


class Basic(WithNetwork):
    """One service over HTTPS; HTTP is redirected."""

    def build(self) -> None:
        network, logs = self.network(), self.logs()
        balancer = self.call(
            "load_balancer",
            Alb,
            {
                "name": "example-test",
                "vpc_id": network.vpc_id,
                "subnet_ids": fn.values(network.public_subnet_ids),
                "access_logs_bucket": logs.name,
                "certificate_arn": Expr("module.names.certificate_arn"),
                "target_groups": {"web": {"port": 3000, "health_check": {"path": "/"}}},
                "default_target_group": "web",
                "allow_destroy": self.allow_destroy,
            },
        )
        self.names("names", "example.com", balancer, "")
        self.output("target_group_arn", balancer.target_group_arns["web"], "Target group for the service.")


class Complete(WithNetwork):
    """Two domains, routes of every kind, strict headers, and an internal load balancer behind."""

    def build(self) -> None:
        network, logs = self.network(), self.logs()
        public = self.public(network, logs)
        self.names("com", "example.com", public, "", "*.")
        self.names("org", "example.org", public, "", "www.")
        caller = SecurityGroup(
            self,
            "caller",
            name="example-test-caller",
            description="Tasks that call the runner",
            vpc_id=network.vpc_id,
            skip={"CKV2_AWS_5": "The tasks that have it are left out of this example."},
        )
        internal = self.internal(network, logs, caller)
        self.output("url", f"https://{public.dns_name}", "Where the public load balancer answers.")
        self.output("runner_url", f"http://{internal.dns_name}", "Where the internal load balancer answers.")
        self.output("listener_arn", public.listener_arn, "Listener for routes of one's own.")

    def public(self, network: ModuleCall, logs: ModuleCall) -> ModuleCall:
        check = {"path": "/health", "success_codes": "200-299", "interval": 10, "timeout": 4, "healthy_threshold": 2}
        return self.call(
            "public",
            Alb,
            {
                "name": "example-test",
                "vpc_id": network.vpc_id,
                "subnet_ids": fn.values(network.public_subnet_ids),
                "access_logs_bucket": logs.name,
                "certificate_arn": Expr("module.com.certificate_arn"),
                "additional_certificate_arns": {"org": Expr("module.org.certificate_arn")},
                "tls_policy": "ELBSecurityPolicy-TLS13-1-3-2021-06",
                "idle_timeout": 180,
                "desync_mitigation_mode": "strictest",
                "server_header": False,
                "response_headers": {
                    "strict_transport_security": "max-age=31536000; includeSubDomains",
                    "content_security_policy": "default-src 'self'",
                    "x_content_type_options": "nosniff",
                    "x_frame_options": "DENY",
                },
                "target_groups": {
                    "web": {
                        "port": 3000,
                        "stickiness": True,
                        "stickiness_duration": 3600,
                        "slow_start": 60,
                        "health_check": check,
                    },
                    "api": {
                        "port": 8443,
                        "protocol": "HTTPS",
                        "deregistration_delay": 120,
                        "stickiness": True,
                        "stickiness_cookie": "session",
                        "health_check": {**check, "port": "9000", "unhealthy_threshold": 3},
                    },
                },
                "routes": {
                    "api": {"priority": 10, "target_group": "api", "hosts": ["api.example.com"], "paths": ["/v1/*"]},
                    "org": {"priority": 20, "hosts": ["*.example.org"], "redirect": {"host": "example.org"}},
                    "closed": {
                        "priority": 30,
                        "paths": ["/admin*"],
                        "fixed_response": {"status_code": "403", "message_body": "Closed"},
                    },
                    "web": {"priority": 40, "target_group": "web", "hosts": ["example.com", "example.org"]},
                },
                "default_redirect": {"host": "example.com", "status_code": "HTTP_302"},
                "allow_destroy": self.allow_destroy,
                "tags": {"Team": "platform"},
            },
        )

    def internal(self, network: ModuleCall, logs: ModuleCall, caller: SecurityGroup) -> ModuleCall:
        return self.call(
            "internal",
            Alb,
            {
                "name": "example-test-internal",
                "vpc_id": network.vpc_id,
                "subnet_ids": fn.values(network.private_subnet_ids),
                "internal": True,
                "https": False,
                "ingress_cidrs": [],
                "ingress_security_groups": {"caller": caller.id},
                "access_logs_bucket": logs.name,
                "target_groups": {"hosts": {"port": 8080, "target_type": "instance", "health_check": {"path": "/"}}},
                "default_target_group": "hosts",
                "allow_destroy": self.allow_destroy,
            },
            why="Hosts of the runner: one group of clients alone reaches them.",
        )
