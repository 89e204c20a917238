"""EC2's instances.

- A network interface that EC2 makes for an instance goes with it unless the caller says otherwise; moto leaves it.
"""

from __future__ import annotations

from typing import Any

from moto.ec2.models.instances import Instance

from generator.embedded_aws.patching import around
from generator.embedded_aws.state import ServerState


def apply(_: ServerState) -> None:
    @around(Instance, "prep_nics")
    def tie_to_the_instance(original: Any, self: Any, nic_spec: list[dict[str, Any]], *args: Any, **kwargs: Any) -> Any:
        answer = original(self, nic_spec, *args, **kwargs)
        kept = {
            str(spec.get("DeviceIndex", 0))
            for spec in nic_spec
            if spec.get("NetworkInterfaceId") or str(spec.get("DeleteOnTermination", True)).lower() == "false"
        }
        for index, interface in self.nics.items():
            if str(index) not in kept:
                interface.delete_on_termination = True
        return answer
