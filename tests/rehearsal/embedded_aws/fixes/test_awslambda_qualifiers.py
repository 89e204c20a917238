"""Permissions and settings of asynchronous calls belong to the version or alias they were given for."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.rehearsal.embedded_aws.cloud import Cloud

CODE = "def handler(event, context):\n    return event\n"


def with_alias(cloud: Cloud) -> Any:
    """A function with the alias `live` of its first version; returns the Lambda client."""
    client = cloud.function(CODE, Publish=True)
    client.create_alias(FunctionName=cloud.name, Name="live", FunctionVersion="1")
    return client


def admit(client: Any, cloud: Cloud, principal: str, sid: str = "backend", **qualifier: str) -> None:
    client.add_permission(
        FunctionName=cloud.name, StatementId=sid, Action="lambda:InvokeFunction", Principal=principal, **qualifier
    )


def absent(call: Callable[..., Any], **arguments: str) -> bool:
    """Whether Lambda answers *call* that there is no such thing."""
    try:
        call(**arguments)
    except ClientError as error:
        return str(error.response["Error"]["Code"]) == "ResourceNotFoundException"
    return False


def statements(client: Any, cloud: Cloud, **qualifier: str) -> list[dict[str, Any]]:
    document = json.loads(client.get_policy(FunctionName=cloud.name, **qualifier)["Policy"])
    found: list[dict[str, Any]] = document["Statement"]
    return found


def test_a_role_is_an_aws_principal(either: Cloud) -> None:
    client, role = with_alias(either), either.role()
    admit(client, either, role, Qualifier="live")
    with either.fixed():
        (statement,) = statements(client, either, Qualifier="live")
        assert statement["Principal"] == {"AWS": role}
        assert statement["Resource"].endswith(f":function:{either.name}:live")


def test_the_permissions_of_an_alias_stay_when_it_names_another_version(either: Cloud) -> None:
    client = with_alias(either)
    admit(client, either, either.role(), Qualifier="live")
    client.update_function_configuration(FunctionName=either.name, MemorySize=256)
    client.publish_version(FunctionName=either.name)
    client.update_alias(FunctionName=either.name, Name="live", FunctionVersion="2")
    with either.fixed():
        assert [s["Sid"] for s in statements(client, either, Qualifier="live")] == ["backend"]
        assert absent(client.get_policy, FunctionName=either.name)


def test_a_permission_is_removed_from_its_alias_alone(either: Cloud) -> None:
    client = with_alias(either)
    for qualifier in ({}, {"Qualifier": "live"}):
        admit(client, either, either.role(), **qualifier)
    client.remove_permission(FunctionName=either.name, StatementId="backend", Qualifier="live")
    with either.fixed():
        assert absent(client.get_policy, FunctionName=either.name, Qualifier="live")
        assert [s["Sid"] for s in statements(client, either)] == ["backend"]
        assert absent(client.remove_permission, FunctionName=either.name, StatementId="backend", Qualifier="live")


def test_a_second_statement_of_one_name_is_refused(either: Cloud) -> None:
    client = with_alias(either)
    admit(client, either, either.role(), Qualifier="live")
    with either.refused("ResourceConflictException", "already exists"):
        admit(client, either, either.role(), Qualifier="live")
    admit(client, either, either.role(), "another", Qualifier="live")


def test_asynchronous_calls_of_an_alias_have_settings_of_their_own(either: Cloud) -> None:
    client = with_alias(either)
    client.put_function_event_invoke_config(FunctionName=either.name, Qualifier="live", MaximumRetryAttempts=0)
    with either.fixed():
        found = client.get_function_event_invoke_config(FunctionName=either.name, Qualifier="live")
        assert (found["MaximumRetryAttempts"], found["FunctionArn"].rsplit(":", 1)[-1]) == (0, "live")
        assert absent(client.get_function_event_invoke_config, FunctionName=either.name)


def test_asynchronous_calls_are_configured_anew(either: Cloud) -> None:
    client = with_alias(either)
    of_alias = {"FunctionName": either.name, "Qualifier": "live"}
    client.put_function_event_invoke_config(**of_alias, MaximumRetryAttempts=2, MaximumEventAgeInSeconds=60)
    with either.fixed():
        client.put_function_event_invoke_config(**of_alias, MaximumRetryAttempts=0)
        found = client.get_function_event_invoke_config(**of_alias)
        assert (found["MaximumRetryAttempts"], "MaximumEventAgeInSeconds" in found) == (0, False)
        client.update_function_event_invoke_config(**of_alias, MaximumEventAgeInSeconds=90)
        found = client.get_function_event_invoke_config(**of_alias)
        assert (found["MaximumRetryAttempts"], found["MaximumEventAgeInSeconds"]) == (0, 90)
        listed = client.list_function_event_invoke_configs(FunctionName=either.name)["FunctionEventInvokeConfigs"]
        assert [c["MaximumEventAgeInSeconds"] for c in listed] == [90]


def test_what_belongs_to_an_alias_goes_with_it(either: Cloud) -> None:
    client = with_alias(either)
    admit(client, either, either.role(), Qualifier="live")
    client.put_function_event_invoke_config(FunctionName=either.name, Qualifier="live", MaximumRetryAttempts=0)
    client.delete_alias(FunctionName=either.name, Name="live")
    client.create_alias(FunctionName=either.name, Name="live", FunctionVersion="1")
    with either.fixed():
        for read in (client.get_policy, client.get_function_event_invoke_config):
            assert absent(read, FunctionName=either.name, Qualifier="live")


def test_settings_out_of_bounds_are_refused(cloud: Cloud) -> None:
    client = with_alias(cloud)
    with pytest.raises(ClientError, match="less than or equal to 21600"):
        client.put_function_event_invoke_config(FunctionName=cloud.name, MaximumEventAgeInSeconds=21601)
    client.put_function_event_invoke_config(FunctionName=cloud.name, MaximumRetryAttempts=1)
    client.delete_function_event_invoke_config(FunctionName=cloud.name)
    with pytest.raises(ClientError, match="doesn't have an EventInvokeConfig"):
        client.delete_function_event_invoke_config(FunctionName=cloud.name)


def test_a_function_takes_its_permissions_with_it(cloud: Cloud) -> None:
    client = with_alias(cloud)
    admit(client, cloud, "events.amazonaws.com")
    function = client.get_function(FunctionName=cloud.name)
    client.delete_function(FunctionName=cloud.name)
    client.create_function(
        FunctionName=cloud.name,
        PackageType="Image",
        Code={"ImageUri": function["Code"]["ImageUri"]},
        Role=function["Configuration"]["Role"],
    )
    assert absent(client.get_policy, FunctionName=cloud.name)
