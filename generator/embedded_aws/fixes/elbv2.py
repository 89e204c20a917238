"""Elastic Load Balancing.

- ModifyLoadBalancerAttributes with access logs: AWS writes a test object and refuses a bucket that is absent or whose
  policy does not admit the log delivery; moto accepts anything, and so hides both the wrong policy and a destroy that
  fails because the bucket is not empty.
- DeleteLoadBalancer refuses a load balancer whose deletion protection is on; moto deletes it.
- CreateLoadBalancer without a scheme makes an internet-facing one; moto leaves the scheme out of every answer.
"""

from __future__ import annotations

import fnmatch
import json
from collections.abc import Iterator
from typing import Any

from moto.core.exceptions import ServiceException
from moto.elbv2.models import ELBv2Backend
from moto.s3.exceptions import MissingBucket
from moto.s3.models import s3_backends
from moto.utilities.utils import get_partition

from generator.embedded_aws.patching import around
from generator.embedded_aws.state import ServerState

LOG_DELIVERY = "logdelivery.elasticloadbalancing.amazonaws.com"


class InvalidConfigurationRequestException(ServiceException):
    code = "InvalidConfigurationRequest"


class OperationNotPermittedException(ServiceException):
    code = "OperationNotPermitted"


def apply(_: ServerState) -> None:
    @around(ELBv2Backend, "delete_load_balancer")
    def refuse_the_protected(original: Any, self: Any, arn: str) -> Any:
        load_balancer = self.load_balancers.get(arn)
        if load_balancer and str(load_balancer.attrs.get("deletion_protection.enabled")).lower() == "true":
            raise OperationNotPermittedException(
                f"Load balancer '{arn}' cannot be deleted because deletion protection is enabled"
            )
        return original(self, arn)

    @around(ELBv2Backend, "create_load_balancer")
    def default_scheme(original: Any, *args: Any, **kwargs: Any) -> Any:
        created = original(*args, **kwargs)
        created.scheme = created.scheme or "internet-facing"
        return created

    @around(ELBv2Backend, "modify_load_balancer_attributes")
    def write_test_object(original: Any, self: Any, arn: str, attrs: dict[str, Any]) -> Any:
        load_balancer = self.load_balancers.get(arn)
        wanted = {**(load_balancer.attrs if load_balancer else {}), **attrs}
        if load_balancer and str(wanted.get("access_logs.s3.enabled", "false")).lower() == "true":
            bucket, prefix = wanted["access_logs.s3.bucket"], wanted.get("access_logs.s3.prefix") or ""
            _deliver_test_object(bucket, prefix, self.account_id, self.region_name)
        return original(self, arn, attrs)


def _deliver_test_object(bucket: str, prefix: str, account: str, region: str) -> None:
    key = "/".join(filter(None, [prefix, "AWSLogs", account, "ELBAccessLogTestFile"]))
    backend = s3_backends[account][get_partition(region)]
    try:
        policy = backend.get_bucket(bucket).policy
    except MissingBucket as error:
        raise InvalidConfigurationRequestException(
            f"Access Denied for bucket: {bucket}. The bucket does not exist"
        ) from error
    if not _admits_delivery(json.loads(policy or "{}"), f"arn:{get_partition(region)}:s3:::{bucket}/{key}", account):
        raise InvalidConfigurationRequestException(
            f"Access Denied for bucket: {bucket}. Please check S3bucket permission"
        )
    backend.put_object(bucket, key, value=b"Enable AccessLog for ELB\n")


def _admits_delivery(policy: dict[str, Any], resource: str, own_account: str) -> bool:
    return any(
        statement["Effect"] == "Allow"
        and any(fnmatch.fnmatchcase("s3:PutObject", action) for action in _list(statement.get("Action")))
        and any(fnmatch.fnmatchcase(resource, pattern) for pattern in _list(statement.get("Resource")))
        and any(_delivers(principal, own_account) for principal in _principals(statement.get("Principal")))
        for statement in _list(policy.get("Statement"))
    )


def _principals(principal: Any) -> Iterator[str]:
    if isinstance(principal, str):
        yield principal
    else:
        for values in (principal or {}).values():
            yield from _list(values)


def _delivers(principal: str, own_account: str) -> bool:
    """Whether a principal is the delivery service, or the account ELB delivers from in regions before August 2022."""
    if principal in ("*", LOG_DELIVERY):
        return True
    account = principal.split(":")[4] if principal.startswith("arn:") else principal
    return account.isdigit() and account != own_account


def _list(value: Any) -> list[Any]:
    if value is None:
        return []
    return value if isinstance(value, list) else [value]
