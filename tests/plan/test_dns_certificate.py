"""Names and certificate: every host covered, validated by DNS, and led to the load balancer."""

from __future__ import annotations

from collections import Counter

import pytest

from generator.modules.dns_certificate import DnsCertificate
from tests.plan.planning import Inputs, Plan, Planner, kept

EXAMPLE: Inputs = DnsCertificate.example
CASES: dict[str, Inputs] = {
    "example": EXAMPLE,
    "one_host": {**EXAMPLE, "hosts": ["example.com"]},
    "new_zone": {
        **EXAMPLE,
        "hosts": ["example.com", "*.example.com", "a-b.c.example.com"],
        "zone_id": None,
        "create_zone": True,
        "allow_destroy": True,
        "tags": {"Team": "platform"},
    },
    "wildcard": {**EXAMPLE, "hosts": ["example.com", "beta.example.com", "*.example.com"]},
    "wildcard_alone": {**EXAMPLE, "hosts": ["*.example.com"]},
    "one_more_host": {**EXAMPLE, "hosts": ["example.com", "beta.example.com", "api.example.com"]},
}


@pytest.fixture(scope="module")
def plans(planner: Planner) -> dict[str, Plan]:
    return planner.plan("dns_certificate", CASES)


def test_the_certificate_covers_every_host_and_is_validated_by_dns(plans: dict[str, Plan]) -> None:
    plan = plans["example"]
    assert plan.counts == Counter(aws_acm_certificate=1, aws_acm_certificate_validation=1, aws_route53_record=4)
    certificate = plan["aws_acm_certificate.this"]
    assert (certificate["domain_name"], certificate["validation_method"]) == ("example.com", "DNS")
    assert "beta.example.com" in certificate["subject_alternative_names"]
    assert {a for a in plan.values if a.startswith("aws_route53_record.validation")} == {
        'aws_route53_record.validation["example.com"]',
        'aws_route53_record.validation["beta.example.com"]',
    }
    # Their names are known after the apply alone; without them a listener could be given a certificate too early.
    assert plan.unknown["aws_acm_certificate_validation.this"]["validation_record_fqdns"] is True
    assert plan.output_names == {"certificate_arn", "zone_id", "name_servers"}
    assert plan.outputs["name_servers"] == []


def test_each_host_is_an_alias_of_the_load_balancer(plans: dict[str, Plan]) -> None:
    record = plans["example"]['aws_route53_record.host["beta.example.com"]']
    assert (record["name"], record["type"], record["zone_id"]) == ("beta.example.com", "A", "Z0123456789ABCDEFGHIJ")
    assert record["alias"] == [
        {
            "name": "example-test-123456789.us-west-2.elb.amazonaws.com",
            "zone_id": "Z1H1FL5HABSF5",
            "evaluate_target_health": True,
        }
    ]


def test_without_a_zone_a_new_one_is_made(plans: dict[str, Plan]) -> None:
    plan = plans["new_zone"]
    assert plan.counts["aws_route53_zone"] == 1
    zone = plan["aws_route53_zone.this[0]"]
    assert (zone["name"], zone["tags"]) == ("example.com", {"Team": "platform"})
    assert zone["force_destroy"] is True
    assert plan["aws_acm_certificate.this"]["tags"] == {"Team": "platform"}
    assert 'aws_route53_record.host["*.example.com"]' in plan.values


@pytest.mark.proves("adding a host or alias keeps the records of others")
def test_one_more_host_touches_no_other_record(plans: dict[str, Plan]) -> None:
    # The certificate itself is replaced: AWS cannot change one. The successor is made first.
    assert kept(plans["example"], plans["one_more_host"]).keys() == {"aws_acm_certificate.this"}
    assert kept(plans["one_host"], plans["example"]).keys() == {"aws_acm_certificate.this"}


def validation_records(plan: Plan) -> set[str]:
    return {a.split('"')[1] for a in plan.values if a.startswith("aws_route53_record.validation")}


@pytest.mark.proves("adding a host or alias keeps the records of others")
def test_a_host_and_its_wildcard_share_a_record_that_outlives_either(plans: dict[str, Plan]) -> None:
    assert validation_records(plans["wildcard"]) == {"example.com", "beta.example.com"}
    assert validation_records(plans["wildcard_alone"]) == {"example.com"}
    assert kept(plans["example"], plans["wildcard"]).keys() == {"aws_acm_certificate.this"}


@pytest.mark.slow
@pytest.mark.proves("adding a host or alias keeps the records of others")
def test_one_more_host_replaces_the_certificate_and_no_alias(planner: Planner) -> None:
    before = {**EXAMPLE, "zone_id": None, "hosts": ["example.com", "beta.example.com"]}
    plan = planner.upgrade("dns_certificate", before, {**before, "hosts": [*before["hosts"], "*.example.com"]})
    assert plan.changed() == {
        "aws_acm_certificate.this": ["create", "delete"],
        # Validation is no object in AWS: its deletion does nothing.
        "aws_acm_certificate_validation.this": ["delete", "create"],
        'aws_route53_record.host["*.example.com"]': ["create"],
    }
