"""What the module secrets refuses."""

from __future__ import annotations

from generator.modules.secrets import Secrets
from tests.plan.wrong_values import WrongCall

PARAMETER = "the name of each of parameters must be a path such as /system/environment/name."
OWN_PARAMETER = "the name of each of parameters must not begin with /aws or /ssm: AWS keeps those for itself."
SETTING = "the name of each of settings must be a path such as /system/environment/name."
OWN_SETTING = "the name of each of settings must not begin with /aws or /ssm: AWS keeps those for itself."
VALUE = "values of settings must have 1 to 4096 characters, and no {{, which SSM takes for a reference."
SECRET = "the name of each of secrets must be 1 to 512 letters, digits and /_+=.@-."
REPLICA = "replicas of secrets must be regions such as us-west-2, each with a KMS key of that region or none."
ROTATION = "rotation of secrets must have the ARN of a Lambda function, and days from 1 to 1000."
KEYS = "a key must stand in only one of parameters, settings and secrets."
CONSUMERS = "each of consumers must read at least one key, and only keys of parameters, settings and secrets."
FUNCTION = "arn:aws:lambda:us-west-2:123456789012:function:rotate"


def refused(*messages: str, **inputs: object) -> WrongCall:
    return WrongCall("secrets", {**Secrets.example, **inputs}, messages)


def refused_secret(message: str, **secret: object) -> WrongCall:
    return refused(message, secrets={"database": {"name": "example/database", **secret}})


VALIDATIONS = {
    "secrets_all": refused(
        PARAMETER,
        SETTING,
        VALUE,
        "kms_key_arn must be the ARN of a KMS key, not of an alias.",
        parameters={"ok": {"name": "/example/ok"}, "key": {"name": "example/key"}},
        settings={"ttl": {"name": "/example//ttl", "value": ""}},
        kms_key_arn="alias/example",
    ),
    "secrets_deep": refused(PARAMETER, parameters={"key": {"name": "/a" * 16}}),
    "secrets_own_names": refused(
        OWN_PARAMETER,
        OWN_SETTING,
        parameters={"key": {"name": "/aws/key"}},
        settings={"ttl": {"name": "/SSM-example/ttl", "value": "1"}},
    ),
    "secrets_long_value": refused(VALUE, settings={"text": {"name": "/example/text", "value": "a" * 4097}}),
    "secrets_reference": refused(VALUE, settings={"text": {"name": "/example/text", "value": "{{ssm:other}}"}}),
    # Apart from the others: what reads another variable is not looked at where that one is wrong.
    "secrets_blank": refused_secret(SECRET, name="example database"),
    "secrets_nothing_read": refused(CONSUMERS, consumers={"backend": []}),
    "secrets_long_name": refused(SECRET, secrets={"database": {"name": "a" * 513}}),
    "secrets_no_region": refused_secret(REPLICA, replicas={"oregon": {}}),
    "secrets_key_elsewhere": refused_secret(
        REPLICA, replicas={"us-east-1": {"kms_key_arn": "arn:aws:kms:us-west-2:123456789012:key/1"}}
    ),
    "secrets_rotated_by_a_role": refused_secret(
        ROTATION, rotation={"function_arn": "arn:aws:iam::123456789012:role/rotate", "days": 30}
    ),
    "secrets_rotated_too_often": refused_secret(ROTATION, rotation={"function_arn": FUNCTION, "days": 0}),
    "secrets_rotated_too_rarely": refused_secret(ROTATION, rotation={"function_arn": FUNCTION, "days": 1001}),
}
COMPARISONS = {
    "secrets_key_twice": refused(KEYS, secrets={"api-key": {"name": "example/api-key"}}),
    "secrets_unknown_key": refused(CONSUMERS, consumers={"backend": ["api-key", "database"]}),
}
PRECONDITIONS = {
    "secrets_copy_to_itself": refused_secret(
        "replicas of secrets must not name the region of the secret itself.", replicas={"us-west-2": {}}
    ),
}
