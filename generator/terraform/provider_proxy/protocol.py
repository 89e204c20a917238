"""The names and numbers of Terraform's plugin protocol 5 that the proxy acts on; it passes on everything else unread.

Source: https://developer.hashicorp.com/terraform/plugin/terraform-plugin-protocol and, for the handshake,
https://github.com/hashicorp/go-plugin/blob/main/docs/internals.md
"""

from __future__ import annotations

from generator.terraform.provider_proxy.wire import fields

PROTOCOL_VERSION = 5
# What tells a plugin that Terraform, not a person, starts it.
COOKIE = ("TF_PLUGIN_MAGIC_COOKIE", "d602bf8f470bc67ca7faa0386276bbdd4330efaf76d1a219cb4d6991ca9872b2")

SERVICE = "/tfplugin5.Provider/"
GET_SCHEMA = SERVICE + "GetSchema"
# A function of the request and the environment alone: defaults filled in and arguments checked, without any AWS call.
PREPARE = SERVICE + "PrepareProviderConfig"
CONFIGURE = SERVICE + "Configure"
STOP = SERVICE + "Stop"
# go-plugin's own: the client holds one open as long as its connection; and what the plugin prints.
BROKER = "/plugin.GRPCBroker/StartStream"
STDIO = "/plugin.GRPCStdio/StreamStdio"

# GetProviderSchema.Response: maps of schemas by type name (resources, data sources, ephemeral resources) ...
SCHEMA_MAPS = frozenset({2, 3, 8})
# ... whose entries have the name as field 1, as every protobuf map has.
MAP_KEY = 1
SCHEMA_DIAGNOSTICS = 4
CONFIGURE_DIAGNOSTICS = 1
PREPARE_DIAGNOSTICS = 2
DIAGNOSTIC_SEVERITY, SEVERITY_ERROR = 1, 1

# No limit: a provider's schema has 5 MB, more than gRPC's default of 4.
MESSAGE_SIZES = [("grpc.max_receive_message_length", -1), ("grpc.max_send_message_length", -1)]


def has_error(response: bytes, number: int) -> bool:
    """Whether a diagnostic in the field *number* of *response* is an error."""
    diagnostics = [field.value for field in fields(response) if field.number == number]
    return any(
        field.number == DIAGNOSTIC_SEVERITY and field.value == SEVERITY_ERROR
        for diagnostic in diagnostics
        if isinstance(diagnostic, bytes)
        for field in fields(diagnostic)
    )
