"""The buckets of an environment: those of the manifest, and the one for the logs of load balancers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from generator.hcl.module_call import ModuleCall, call_module
from generator.hcl.template import literal
from generator.modules.bucket import Bucket
from generator.systems.inputs import given, identifier
from generator.systems.manifest.bucket import LOAD_BALANCER_LOGS, CorsRule
from generator.systems.root import filled

if TYPE_CHECKING:
    from generator.systems.environment import EnvironmentRoot


def bucket(root: EnvironmentRoot, name: str) -> ModuleCall:
    """Declare the call of the bucket *name* of the manifest."""
    settings = root.environment.buckets[name]
    inputs = {
        "name": root.bucket_name(name),
        "versioning": settings.versioning,
        "abort_multipart_days": settings.abort_multipart_days,
        "transitions": dict(settings.transitions) or None,
        "expiration_days": settings.expiration_days,
        "noncurrent_expiration_days": settings.noncurrent_expiration_days,
        "cors_rules": {rule: _cors(root, of) for rule, of in settings.cors.items()} or None,
        "load_balancer_logs": settings.load_balancer_logs or None,
        "allow_destroy": root.allow_destroy,
    }
    return call_module(root, f"bucket_{identifier(name)}", Bucket, given(inputs))


def load_balancer_logs(root: EnvironmentRoot) -> ModuleCall:
    """The bucket that every load balancer of the environment writes to: the manifest's, or one of their own."""
    named = (call for name, call in root.buckets.items() if root.environment.buckets[name].load_balancer_logs)
    if (call := next(named, None)) is not None:
        return call
    inputs = {
        "name": root.bucket_name(LOAD_BALANCER_LOGS),
        "versioning": False,
        "expiration_days": root.environment.logging.retention,
        "load_balancer_logs": True,
        "allow_destroy": root.allow_destroy,
    }
    why = "Load balancers write access logs to S3 alone; they expire with the other logs."
    with root.file("load_balancer"):
        return call_module(root, "load_balancer_logs", Bucket, inputs, why=why)


def _cors(root: EnvironmentRoot, rule: CorsRule) -> dict[str, object]:
    settings = {
        "allowed_origins": [filled(origin, root.placeholders) for origin in rule.allowed_origins],
        "allowed_methods": list(rule.allowed_methods),
        "allowed_headers": [literal(header) for header in rule.allowed_headers] or None,
        "expose_headers": [literal(header) for header in rule.expose_headers] or None,
        "max_age_seconds": rule.max_age,
    }
    return given(settings)
