"""An AWS embedded in the tool: a moto server with fidelity fixes, in a process of its own on a loopback port."""

from generator.embedded_aws.images import push_image
from generator.embedded_aws.process import EmbeddedAws

__all__ = ["EmbeddedAws", "push_image"]
