"""How to use the module `dns_certificate`."""

from __future__ import annotations

from generator.bindings import functions as fn
from generator.bindings.route53 import Route53Zone
from generator.examples.alb import WithNetwork
from generator.hcl.expression import Expr
from generator.hcl.module_call import ModuleCall
from generator.modules.alb import Alb
from generator.modules.dns_certificate import DnsCertificate


class WithLoadBalancer(WithNetwork):
    """What the hosts lead to."""

    def load_balancer(self) -> ModuleCall:
        network, logs = self.network(), self.logs()
        return self.call(
            "load_balancer",
            Alb,
            {
                "name": "example-test",
                "vpc_id": network.vpc_id,
                "subnet_ids": fn.values(network.public_subnet_ids),
                "access_logs_bucket": logs.name,
                "certificate_arn": Expr("module.names.certificate_arn"),
                "allow_destroy": self.allow_destroy,
            },
        )


class Basic(WithLoadBalancer):
    """One host in a new zone, which its registrar then delegates to."""

    def build(self) -> None:
        balancer = self.load_balancer()
        names = self.call(
            "names",
            DnsCertificate,
            {
                "hosts": ["www.example.com"],
                "zone_name": "example.com",
                "load_balancer_dns_name": balancer.dns_name,
                "load_balancer_zone_id": balancer.zone_id,
                "allow_destroy": self.allow_destroy,
            },
        )
        self.output("name_servers", names.name_servers, "Name servers for the domain's registrar.")


class Complete(WithLoadBalancer):
    """A domain and all names below it, in a zone that exists."""

    def build(self) -> None:
        zone = Route53Zone(
            self,
            "existing",
            name="example.com",
            comment="Stands for the zone that exists",
            skip={
                "CKV2_AWS_38": "Stands for a zone that exists; signing it is its owner's.",
                "CKV2_AWS_39": "Stands for a zone that exists; its logs are its owner's.",
            },
        )
        balancer = self.load_balancer()
        names = self.call(
            "names",
            DnsCertificate,
            {
                "hosts": ["example.com", "*.example.com", "api.test.example.com"],
                "zone_name": "example.com",
                "zone_id": zone.zone_id,
                "create_zone": False,
                "load_balancer_dns_name": balancer.dns_name,
                "load_balancer_zone_id": balancer.zone_id,
                "allow_destroy": self.allow_destroy,
                "tags": {"Team": "platform"},
            },
        )
        self.output("certificate_arn", names.certificate_arn, "Certificate of every host, once it is valid.")
