"""Plans at a fraction of the price: a provider that Terraform reattaches to and that tells only the types in use.

Terraform starts the AWS provider three times a plan and decodes its schema of 2141 types each time, nine tenths of a
plan's work. `ProviderProxy` runs the stock provider once for many plans and answers the schema from a trimmed cache;
every other call reaches the stock provider unchanged, byte by byte.
"""

from generator.terraform.provider_proxy.provider_binary import find_provider_binary
from generator.terraform.provider_proxy.proxy import ProviderProxy

__all__ = ["ProviderProxy", "find_provider_binary"]
