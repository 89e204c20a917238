"""What the module bucket refuses, and in the same words the modules that call it."""

from __future__ import annotations

from generator.modules.bucket import Bucket
from generator.modules.state_backend import StateBackend
from tests.plan.wrong_values import WrongCall

KEY = "arn:aws:kms:us-west-2:123456789012:key/11111111-2222-3333-4444-555555555555"
CLASSES = "STANDARD_IA, INTELLIGENT_TIERING, GLACIER_IR, GLACIER, DEEP_ARCHIVE"
NAME = "name must be 3 to 63 lower-case letters, digits, dots and hyphens."
RESERVED = "name must not have two dots in a row, be an IP address, or begin or end as S3's own names do."
KEY_OF_LOGS = "kms_key_arn must be null with load_balancer_logs or server_access_logs: they take S3's own key alone."
CLASS = f"transitions must be days by storage class: {CLASSES}."
DAYS = "transitions must be whole numbers from 0, to STANDARD_IA from 30."
ORDER = "transitions must come later for each class than for those named before it, and 30 days after STANDARD_IA."
EXPIRY = "expiration_days must be more than the days of every transition."
NO_TIER = "each of intelligent_tiering must have archive_days, deep_archive_days, or both."
TIER_DAYS = "each of intelligent_tiering must have archive_days from 90 to 730, deep_archive_days from 180 to 730."
TIER_ORDER = "each of intelligent_tiering must have fewer archive_days than deep_archive_days."
METHODS = "allowed_methods of cors_rules must be of GET, PUT, POST, DELETE, HEAD, at least one."
ORIGINS = "cors_rules must have an origin, and at most one * in each origin and header."
EXPOSED = "expose_headers of cors_rules must be names of headers, without *."
CORS = "cors_rules must be 100 at most, with max_age_seconds of 0 or more."
SELF = "access_logs must name another bucket: each log written would be logged in turn."
DISTRIBUTION = "cloudfront_distribution_arns must be ARNs of CloudFront distributions."
RULE = {"allowed_origins": ["https://example.com"], "allowed_methods": ["GET"]}


def refused(*messages: str, **inputs: object) -> WrongCall:
    return WrongCall("bucket", {**Bucket.example, **inputs}, messages)


VALIDATIONS = {
    "bucket_all": refused(
        NAME,
        "kms_key_arn must be the ARN of a KMS key, not of an alias.",
        "expiration_days must be 1 or more.",
        "noncurrent_expiration_days must be 1 or more.",
        "abort_multipart_days must be 1 or more.",
        NO_TIER,
        METHODS,
        ORIGINS,
        EXPOSED,
        DISTRIBUTION,
        "trail_arn must be the ARN of a CloudTrail trail.",
        name="Example",
        kms_key_arn="arn:aws:kms:us-west-2:123456789012:alias/example",
        expiration_days=0,
        noncurrent_expiration_days=0,
        abort_multipart_days=0,
        intelligent_tiering={"all": {}},
        cors_rules={
            "none": {**RULE, "allowed_methods": ["PATCH"]},
            "stars": {**RULE, "allowed_origins": ["https://*.*.example.com"], "expose_headers": ["x-amz-*"]},
        },
        cloudfront_distribution_arns=["arn:aws:cloudfront::123456789012:function/assets"],
        trail_arn="arn:aws:cloudtrail:us-west-2:123456789012:eventdatastore/x",
    ),
    "bucket_long_name": refused(NAME, name="a" * 64),
    "bucket_class": refused(CLASS, transitions={"ONEZONE_IA": 30}),
    "bucket_too_soon": refused(DAYS, transitions={"STANDARD_IA": 29}),
    "bucket_before_creation": refused(DAYS, transitions={"GLACIER": -1}),
    "bucket_part_of_a_day": refused(DAYS, transitions={"GLACIER": 1.5}),
    "bucket_back_again": refused(ORDER, transitions={"GLACIER": 90, "DEEP_ARCHIVE": 60}),
    "bucket_at_once": refused(ORDER, transitions={"GLACIER_IR": 90, "GLACIER": 90}),
    "bucket_too_soon_after": refused(ORDER, transitions={"STANDARD_IA": 30, "GLACIER_IR": 59}),
    "bucket_tier_too_soon": refused(TIER_DAYS, intelligent_tiering={"all": {"archive_days": 89}}),
    "bucket_tier_too_late": refused(TIER_DAYS, intelligent_tiering={"all": {"archive_days": 731}}),
    "bucket_deep_tier_too_soon": refused(TIER_DAYS, intelligent_tiering={"all": {"deep_archive_days": 179}}),
    "bucket_deep_tier_too_late": refused(TIER_DAYS, intelligent_tiering={"all": {"deep_archive_days": 731}}),
    "bucket_tiers_turned": refused(
        TIER_ORDER, intelligent_tiering={"all": {"archive_days": 180, "deep_archive_days": 180}}
    ),
    "bucket_no_method": refused(METHODS, cors_rules={"none": {**RULE, "allowed_methods": []}}),
    "bucket_no_origin": refused(ORIGINS, cors_rules={"none": {**RULE, "allowed_origins": []}}),
    "bucket_header_stars": refused(ORIGINS, cors_rules={"stars": {**RULE, "allowed_headers": ["x-*-*"]}}),
    "bucket_age": refused(CORS, cors_rules={"old": {**RULE, "max_age_seconds": -1}}),
    "bucket_many_rules": refused(CORS, cors_rules={f"r{number}": RULE for number in range(101)}),
    "bucket_reserved_start": refused(RESERVED, name="sthree-example"),
    "bucket_reserved_end": refused(RESERVED, name="example-s3alias"),
    "bucket_two_dots": refused(RESERVED, name="example..logs"),
    "bucket_address": refused(RESERVED, name="192.168.5.4"),
    "state_backend_address": WrongCall("state_backend", {**StateBackend.example, "name": "192.168.5.4"}, (RESERVED,)),
}
COMPARISONS = {
    "bucket_key_of_load_balancer_logs": refused(KEY_OF_LOGS, kms_key_arn=KEY, load_balancer_logs=True),
    "bucket_key_of_access_logs": refused(KEY_OF_LOGS, kms_key_arn=KEY, server_access_logs=True),
    "bucket_expiry_at_transition": refused(EXPIRY, expiration_days=90, transitions={"GLACIER": 90}),
    "bucket_logs_itself": refused(SELF, access_logs={"bucket": Bucket.example["name"]}),
}
