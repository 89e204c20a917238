"""Names and the certificate of an environment."""

from __future__ import annotations

from typing import ClassVar

from generator.bindings import functions as fn
from generator.bindings.acm import AcmCertificate, AcmCertificateValidation
from generator.bindings.route53 import Route53Record, Route53Zone
from generator.hcl.expression import Expr, each, for_list, for_map, null
from generator.hcl.module import Module, Variable
from generator.hcl.type_constraint import list_of
from generator.modules.shared.common import every, matches, tags_variable

HOST = "^(\\*\\.)?([a-z0-9]([a-z0-9-]*[a-z0-9])?\\.)+[a-z]{2,}$"


class DnsCertificate(Module):
    """A certificate for every host, validated by DNS, and records that lead each host to the load balancer.

    The zone is one that exists, or a new one. A new zone answers only after the domain's registrar delegates to its
    name servers, and until then the validation of the certificate waits: apply the zone first and delegate.
    """

    example: ClassVar = {
        "hosts": ["example.com", "beta.example.com"],
        "zone_name": "example.com",
        "zone_id": "Z0123456789ABCDEFGHIJ",
        "load_balancer_dns_name": "example-test-123456789.us-west-2.elb.amazonaws.com",
        "load_balancer_zone_id": "Z1H1FL5HABSF5",
    }

    hosts = Variable(
        list_of("string"),
        "Hosts that the certificate covers; the first is its main name.",
        checks=lambda v: [
            (fn.length(v) >= 1, "hosts must name at least one host."),
            (
                every(v, lambda host: matches(HOST, host), names=("host",)),
                "hosts must be names such as www.example.com or *.example.com, in lower case.",
            ),
            (
                every(
                    v,
                    lambda host: (host == Expr("var.zone_name")) | fn.endswith(host, f".{Expr('var.zone_name')}"),
                    names=("host",),
                ),
                "hosts must lie in the zone zone_name.",
            ),
        ],
    )
    zone_name = Variable("string", "Domain name of the zone.")
    zone_id = Variable("string", "Existing zone for the records; null makes a new one for zone_name.", default=None)
    load_balancer_dns_name = Variable("string", "Name of the load balancer that serves the hosts.")
    load_balancer_zone_id = Variable("string", "Hosted zone of that name.")
    tags = tags_variable()

    def build(self) -> None:
        zone = Route53Zone(
            self,
            "this",
            count=(self.zone_id == null).then(1, 0),
            name=self.zone_name,
            comment="Made by Terraform; delegate to its name servers",
            tags=self.tags,
        )
        zone_id = self.local("zone_id", (self.zone_id == null).then(zone.attribute_of_one("zone_id"), self.zone_id))
        certificate = AcmCertificate(
            self,
            "this",
            domain_name=self.hosts[0],
            subject_alternative_names=fn.slice_(self.hosts, 1, fn.length(self.hosts)),
            validation_method="DNS",
            tags=self.tags,
            lifecycle={"create_before_destroy": True},
            why="A listener keeps the old certificate until the new one is valid.",
        )
        options = for_map(
            certificate.domain_validation_options, lambda option: (option.domain_name, option), names=("option",)
        )
        validation = Route53Record(
            self,
            "validation",
            for_each=options,
            zone_id=zone_id,
            name=each.value.resource_record_name,
            type=each.value.resource_record_type,
            records=[each.value.resource_record_value],
            ttl=60,
            allow_overwrite=True,
        )
        valid = AcmCertificateValidation(
            self,
            "this",
            certificate_arn=certificate.arn,
            validation_record_fqdns=for_list(validation, lambda record: record.fqdn, names=("record",)),
        )
        Route53Record(
            self,
            "host",
            for_each=fn.toset(self.hosts),
            zone_id=zone_id,
            name=each.key,
            type="A",
            alias={
                "name": self.load_balancer_dns_name,
                "zone_id": self.load_balancer_zone_id,
                "evaluate_target_health": True,
            },
        )
        self.output("certificate_arn", valid.certificate_arn, "ARN of the certificate, once it is valid.")
        self.output("zone_id", zone_id, "ID of the zone.")
        self.output(
            "name_servers",
            (self.zone_id == null).then(fn.flatten(zone.splat.name_servers), []),
            "Name servers of a new zone, for the domain's registrar.",
        )
