"""What names and certificate refuse."""

from __future__ import annotations

from generator.modules.dns_certificate import DnsCertificate
from tests.plan.wrong_values import WrongCall

HOSTS = "hosts must be names such as www.example.com or *.example.com, in lower case."
LONG = "hosts must begin with a name of 64 characters at most: the main name of a certificate has no more."
ONE_ZONE = "create_zone and zone_id exclude each other: give one of them."


def hosts(*names: str) -> dict[str, object]:
    return {**DnsCertificate.example, "hosts": list(names)}


VALIDATIONS = {
    "dns_certificate_all": WrongCall(
        "dns_certificate",
        {**hosts("example.com", "beta.*.example.com"), "zone_id": "/hostedzone/Z01"},
        (HOSTS, "zone_id must be an ID such as Z0123456789ABCDEFGHIJ."),
    ),
    # Apart from the others: what reads zone_name is not looked at where it is wrong.
    "dns_certificate_final_dot": WrongCall(
        "dns_certificate",
        {**DnsCertificate.example, "zone_name": "example.com."},
        ("zone_name must be a domain name such as example.com, in lower case, without a final dot.",),
    ),
    "dns_certificate_none": WrongCall("dns_certificate", hosts(), ("hosts must name at least one host.",)),
    "dns_certificate_too_many": WrongCall(
        "dns_certificate",
        hosts(*(f"h{n}.example.com" for n in range(101))),
        ("hosts must name 100 hosts at most: ACM puts no more into a certificate.",),
    ),
    "dns_certificate_twice": WrongCall(
        "dns_certificate", hosts("example.com", "example.com"), ("hosts must name each host once.",)
    ),
    "dns_certificate_long_main_name": WrongCall("dns_certificate", hosts(f"{'a' * 53}.example.com"), (LONG,)),
    "dns_certificate_long_label": WrongCall(
        "dns_certificate", hosts("example.com", f"{'a' * 64}.example.com"), (HOSTS,)
    ),
    "dns_certificate_long_name": WrongCall(
        "dns_certificate", hosts("example.com", f"{'a.' * 122}example.com"), (HOSTS,)
    ),
}
COMPARISONS = {
    "dns_certificate_other_domain": WrongCall(
        "dns_certificate", hosts("notexample.com"), ("hosts must lie in the zone zone_name.",)
    ),
    "dns_certificate_two_zones": WrongCall(
        "dns_certificate", {**DnsCertificate.example, "create_zone": True}, (ONE_ZONE,)
    ),
    "dns_certificate_no_zone": WrongCall(
        "dns_certificate", {**DnsCertificate.example, "zone_id": None, "create_zone": False}, (ONE_ZONE,)
    ),
}
