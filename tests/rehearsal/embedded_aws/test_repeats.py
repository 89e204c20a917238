"""A client that loses an answer and repeats its request gets that answer."""

from __future__ import annotations

from typing import Any

import pytest
from boto3.session import Session
from botocore.config import Config
from botocore.exceptions import ClientError, ConnectionClosedError

from tests.rehearsal.embedded_aws.cloud import Cloud


def losing_client(cloud: Cloud, service: str) -> Any:
    """A boto3 client that loses each first answer, after the server has sent it."""
    make: Any = Session().client
    client = make(
        service,
        region_name=cloud.region,
        endpoint_url=cloud.aws.endpoint_url,
        aws_access_key_id=cloud.account,
        aws_secret_access_key="embedded",
        config=Config(retries={"total_max_attempts": 2, "mode": "standard"}, proxies={}),
    )
    session = client._endpoint.http_session
    send = session.send

    def lose(request: Any) -> Any:
        answer = send(request)
        if b"attempt=1" in request.headers["amz-sdk-request"]:
            raise ConnectionClosedError(endpoint_url=request.url)
        return answer

    session.send = lose
    return client


def test_a_repeated_request_gets_the_first_ones_answer(cloud: Cloud) -> None:
    client = losing_client(cloud, "ssm")

    written = client.put_parameter(Name="/demo/once", Value="one", Type="String")

    assert written["ResponseMetadata"]["RetryAttempts"] == 1
    assert cloud.client("ssm").get_parameter(Name="/demo/once")["Parameter"]["Version"] == 1


def test_the_same_request_made_anew_is_a_request_of_its_own(cloud: Cloud) -> None:
    client = losing_client(cloud, "ssm")
    client.put_parameter(Name="/demo/once", Value="one", Type="String")

    with pytest.raises(ClientError, match="ParameterAlreadyExists"):
        client.put_parameter(Name="/demo/once", Value="one", Type="String")


def test_a_repeated_question_is_asked_anew_after_an_error(cloud: Cloud) -> None:
    client = losing_client(cloud, "ssm")

    with pytest.raises(ClientError, match="ParameterNotFound"):
        client.get_parameter(Name="/demo/none")
