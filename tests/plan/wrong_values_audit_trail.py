"""What the module audit_trail refuses."""

from __future__ import annotations

from generator.modules.audit_trail import AuditTrail
from tests.plan.wrong_values import RETENTION, WrongCall

NAME = "name must be 3 to 40 lower-case letters, digits or hyphens, starting with a letter."


def refused(*messages: str, **inputs: object) -> WrongCall:
    return WrongCall("audit_trail", {**AuditTrail.example, **inputs}, messages)


VALIDATIONS = {
    "audit_trail_all": refused(
        NAME,
        "bucket must be 3 to 63 lower-case letters, digits, dots and hyphens.",
        "expiration_days must be 1 or more.",
        RETENTION,
        name="ab",
        bucket="ab",
        expiration_days=0,
        log_retention_days=2,
    ),
    "audit_trail_long_name": refused(NAME, name="a" * 41),
    "audit_trail_reserved_bucket": refused(
        "bucket must not have two dots in a row, be an IP address, or begin or end as S3's own names do.",
        bucket="xn--example",
    ),
}
COMPARISONS = {
    "audit_trail_logs_itself": refused(
        "access_logs must name another bucket: each log written would be logged in turn.",
        access_logs={"bucket": AuditTrail.example["bucket"]},
    ),
}
