"""What the module state_backend refuses: calls with wrong values, and the whole message of every validation."""

from __future__ import annotations

from generator.modules.bucket import Bucket
from generator.modules.state_backend import StateBackend
from tests.plan.wrong_values import WrongCall

NO_ROLE = "role_access must have ARNs of IAM roles."
NO_WRITER = "role_access must have a writer: without one nobody could write, nor empty the bucket."

VALIDATIONS = {
    "state_backend_all": WrongCall(
        "state_backend",
        {
            **StateBackend.example,
            "name": "ab",
            "noncurrent_expiration_days": 0,
            "kms_key_arn": "alias/state",
            "lock_table_name": "no",
        },
        (
            "name must be 3 to 63 lower-case letters, digits, dots and hyphens.",
            "noncurrent_expiration_days must be 1 or more.",
            "kms_key_arn must be the ARN of a KMS key, not of an alias.",
            "lock_table_name must be 3 to 255 letters, digits, underscores, dots and hyphens.",
        ),
    ),
    "state_backend_no_role": WrongCall(
        "state_backend",
        {**StateBackend.example, "role_access": {"writers": ["terraform"], "readers": ["*"]}},
        (NO_ROLE,),
    ),
    "state_backend_no_writer": WrongCall(
        "state_backend", {**StateBackend.example, "role_access": {"writers": []}}, (NO_WRITER,)
    ),
    "bucket_no_role": WrongCall(
        "bucket",
        {**Bucket.example, "role_access": {"writers": ["arn:aws:iam::123456789012:user/somebody"]}},
        (NO_ROLE,),
    ),
    "bucket_no_writer": WrongCall("bucket", {**Bucket.example, "role_access": {"writers": []}}, (NO_WRITER,)),
}
