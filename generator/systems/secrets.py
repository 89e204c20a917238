"""The places of the secrets that services read, and the plain settings among them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from generator.hcl.module_call import ModuleCall, call_module
from generator.hcl.template import literal
from generator.modules.secrets import Secrets
from generator.systems.root import filled

if TYPE_CHECKING:
    from generator.systems.environment import EnvironmentRoot


def secret_places(root: EnvironmentRoot) -> ModuleCall | None:
    """Declare the call, which an environment without secrets does without."""
    found = root.environment.secrets()
    if not found:
        return None
    places: dict[str, dict[str, object]] = {"parameters": {}, "settings": {}, "secrets": {}}
    for key, secret in found.items():
        place: dict[str, object] = {"name": filled(secret.name, root.placeholders)}
        if secret.value is not None:
            places["settings"][key] = {**place, "value": literal(secret.value)}
        elif secret.store == "ssm":
            places["parameters"][key] = place
        else:
            places["secrets"][key] = place
            if secret.replicas:
                place["replicas"] = {region: {} for region in secret.replicas}
    if not places["settings"]:
        del places["settings"]
    return call_module(root, "secrets", Secrets, {**places, "allow_destroy": root.allow_destroy})
