"""Names and the certificate of an environment."""

from __future__ import annotations

from typing import ClassVar

from generator.bindings import functions as fn
from generator.bindings.acm import AcmCertificate, AcmCertificateValidation
from generator.bindings.route53 import Route53Record, Route53Zone
from generator.hcl.expression import Expr, each, for_list, for_map, null
from generator.hcl.module import Module, Variable
from generator.hcl.type_constraint import list_of
from generator.modules.shared.common import allow_destroy_variable, every, matches, tags_variable

HOST = "^(\\*\\.)?([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\\.)+[a-z]{2,}$"
ZONE = "^([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\\.)+[a-z]{2,}$"
LONGEST_NAME = 64


class DnsCertificate(Module):
    """A certificate for every host, validated by DNS, and records that lead each host to the load balancer.

    The zone is one that exists, or a new one. A new zone answers only after the domain's registrar delegates to its
    name servers, and until then the validation of the certificate waits: apply the zone first
    (`-target=module.NAME.aws_route53_zone.this`) and delegate.

    The certificate lists each host once. A host and its wildcard, such as example.com and *.example.com, are validated
    by one record, which stays when either of them goes: without it ACM could not renew the other. One more host means
    another certificate, because ACM changes none. It is made and validated first, by the records that are there and
    one more; the listener changes over, and the old certificate goes last.
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
            (fn.length(v) <= 100, "hosts must name 100 hosts at most: ACM puts no more into a certificate."),
            (fn.length(fn.distinct(v)) == fn.length(v), "hosts must name each host once."),
            (
                every(v, lambda host: matches(HOST, host) & (fn.length(host) <= 253), names=("host",)),
                "hosts must be names such as www.example.com or *.example.com, in lower case.",
            ),
            (
                fn.length(fn.try_(v[0], "")) <= LONGEST_NAME,
                "hosts must begin with a name of 64 characters at most: the main name of a certificate has no more.",
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
    zone_name = Variable(
        "string",
        "Domain name of the zone.",
        checks=lambda v: [
            (
                matches(ZONE, v),
                "zone_name must be a domain name such as example.com, in lower case, without a final dot.",
            )
        ],
    )
    zone_id = Variable(
        "string",
        "Existing zone for the records; null makes a new one for zone_name.",
        default=None,
        checks=lambda v: [
            ((v == null) | matches("^[A-Z0-9]{1,32}$", v), "zone_id must be an ID such as Z0123456789ABCDEFGHIJ.")
        ],
    )
    create_zone = Variable(
        "bool",
        "Whether to make a zone; null does where zone_id is null. Say false with a zone_id that only an apply tells.",
        default=None,
        checks=lambda v: [
            (
                (v == null) | (fn.coalesce(v, False) == (Expr("var.zone_id") == null)),
                "create_zone and zone_id exclude each other: give one of them.",
            )
        ],
    )
    load_balancer_dns_name = Variable("string", "Name of the load balancer that serves the hosts.")
    load_balancer_zone_id = Variable("string", "Hosted zone of that name.")
    allow_destroy = allow_destroy_variable()
    tags = tags_variable()

    def build(self) -> None:
        create = self.local("create_zone", (self.create_zone == null).then(self.zone_id == null, self.create_zone))
        zone = Route53Zone(
            self,
            "this",
            count=create.then(1, 0),
            name=self.zone_name,
            comment="Made by Terraform; delegate to its name servers",
            force_destroy=self.allow_destroy,
            tags=self.tags,
            skip={
                "CKV2_AWS_38": "Signing takes a key in us-east-1 and an entry at the registrar: its owner's to decide.",
                "CKV2_AWS_39": "Query logs take a log group in us-east-1 and are billed; nothing here reads them.",
            },
        )
        zone_id = self.local("zone_id", create.then(zone.attribute_of_one("zone_id"), self.zone_id))
        certificate = AcmCertificate(
            self,
            "this",
            domain_name=self.hosts[0],
            subject_alternative_names=fn.slice_(self.hosts, 1, fn.length(self.hosts)),
            validation_method="DNS",
            tags=self.tags,
            lifecycle={"create_before_destroy": True},
            why="A listener keeps the old certificate until the new one is valid.",
            skip={"CKV2_AWS_71": "The caller names the hosts, and a wildcard only where one is meant."},
        )
        self.validation(certificate, zone_id)
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
            skip={"CKV2_AWS_23": "An alias of the load balancer that the caller names."},
        )
        self.output("zone_id", zone_id, "ID of the zone.")
        self.output(
            "name_servers",
            create.then(fn.flatten(zone.splat.name_servers), []),
            "Name servers of a new zone, for the domain's registrar.",
        )

    def validation(self, certificate: AcmCertificate, zone_id: Expr) -> None:
        def domain(host: Expr) -> Expr:
            return fn.trimprefix(host, "*.")

        def options_of(name: Expr) -> Expr:
            return for_list(
                certificate.domain_validation_options,
                lambda option: option,
                names=("option",),
                when=lambda option: domain(option.domain_name) == name,
            )

        wanted = self.local(
            "validation_records",
            for_map(
                fn.toset(for_list(self.hosts, domain, names=("host",))),
                lambda name: (name, options_of(name)[0]),
                names=("name",),
            ),
            "For a host and its wildcard, ACM asks for the same record.",
        )
        records = Route53Record(
            self,
            "validation",
            for_each=wanted,
            zone_id=zone_id,
            name=each.value.resource_record_name,
            type=each.value.resource_record_type,
            records=[each.value.resource_record_value],
            ttl=60,
            allow_overwrite=True,
            lifecycle={"ignore_changes": ["name", "type", "records"]},
            why="ACM asks for the same record for a domain again: a new certificate leaves those of other hosts alone.",
        )
        valid = AcmCertificateValidation(
            self,
            "this",
            certificate_arn=certificate.arn,
            validation_record_fqdns=for_list(records, lambda record: record.fqdn, names=("record",)),
        )
        self.output("certificate_arn", valid.certificate_arn, "ARN of the certificate, once it is valid.")
