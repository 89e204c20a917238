"""What AWS's answers mean: a roll-out, a function, a history, an error."""

from __future__ import annotations

from typing import Any

import pytest
from botocore import exceptions

from generator.errors import AwsError
from generator.release.aws import aws_errors
from generator.release.function import Settled, settled
from generator.release.image import reference_of
from generator.release.pointer import History
from generator.release.service import Failed, judge

OLD, NEW, OTHER = (f"arn:aws:ecs:us-west-2:123456789012:task-definition/lab-test-web:{n}" for n in (1, 2, 3))
REASON = "ECS deployment circuit breaker: tasks failed to start."


def deployment(definition: str, state: str, running: int = 0, status: str = "PRIMARY", **more: Any) -> dict[str, Any]:
    return {
        "taskDefinition": definition,
        "rolloutState": state,
        "runningCount": running,
        "desiredCount": 2,
        "status": status,
        **more,
    }


@pytest.mark.parametrize(
    ("deployments", "judgement"),
    [
        pytest.param([deployment(NEW, "COMPLETED", 2)], None, id="done"),
        pytest.param([deployment(NEW, "COMPLETED", 0, desiredCount=0)], None, id="done without tasks"),
        pytest.param(
            [deployment(NEW, "COMPLETED", 2), deployment(OLD, "COMPLETED", 1, "ACTIVE")], None, id="old tasks drain"
        ),
        pytest.param([deployment(NEW, "IN_PROGRESS", 1)], "1 of 2 new tasks run", id="goes on"),
        pytest.param([deployment(NEW, "IN_PROGRESS", 2)], "2 of 2 new tasks run", id="not healthy yet"),
        pytest.param([deployment(NEW, "COMPLETED", 1)], "1 of 2 new tasks run", id="scaled out meanwhile"),
        pytest.param(
            [deployment(NEW, "IN_PROGRESS", 0, failedTasks=2), deployment(OLD, "COMPLETED", 2, "ACTIVE")],
            "0 of 2 new tasks run, 2 failed",
            id="tasks fail",
        ),
        pytest.param(
            [deployment(NEW, "FAILED", rolloutStateReason=REASON)], Failed(REASON), id="nothing to go back to"
        ),
        pytest.param([deployment(NEW, "FAILED")], Failed("ECS gave the deployment up"), id="failed without a reason"),
        pytest.param(
            [deployment(OLD, "IN_PROGRESS"), deployment(NEW, "FAILED", 0, "ACTIVE", rolloutStateReason=REASON)],
            Failed(REASON),
            id="rolls back",
        ),
        pytest.param([deployment(OLD, "COMPLETED", 2)], Failed("ECS rolled the deployment back"), id="rolled back"),
        pytest.param(
            [deployment(OTHER, "IN_PROGRESS"), deployment(NEW, "IN_PROGRESS", 1, "ACTIVE")],
            Failed("another deployment took its place, of lab-test-web:3"),
            id="overtaken",
        ),
    ],
)
def test_a_roll_out(deployments: list[dict[str, Any]], judgement: object) -> None:
    assert judge({"deployments": deployments}, NEW, OLD) == judgement


@pytest.mark.parametrize(
    ("configuration", "meaning"),
    [
        ({}, Settled()),
        ({"State": "Active", "LastUpdateStatus": "Successful"}, Settled()),
        ({"State": "Inactive", "LastUpdateStatus": "Successful"}, Settled()),
        ({"State": "Pending"}, "Lambda prepares the function"),
        ({"State": "Active", "LastUpdateStatus": "InProgress"}, "Lambda prepares the function"),
        ({"LastUpdateStatus": "Failed", "LastUpdateStatusReason": "no image"}, Settled("no image")),
        ({"LastUpdateStatus": "Failed"}, Settled("the update failed")),
        ({"State": "Failed", "StateReason": "no subnet"}, Settled("no subnet")),
        ({"State": "Failed"}, Settled("the function failed")),
    ],
)
def test_a_function(configuration: dict[str, Any], meaning: object) -> None:
    assert settled(configuration) == meaning


@pytest.mark.parametrize(
    ("images", "standing", "returned"),
    [
        ("", "", False),
        ("A", "A", False),
        ("AB", "AB", False),
        ("ABA", "A", True),
        ("ABC", "ABC", False),
        ("ABCB", "AB", True),
        ("ABCBA", "A", True),
        ("ABCBD", "ABD", False),
        ("ABCA", "A", True),
        ("ABAB", "AB", False),
    ],
)
def test_a_history(images: str, standing: str, returned: bool) -> None:
    history = History(tuple(images))
    assert ("".join(history.standing()), history.ends_with_a_return) == (standing, returned)
    assert history.current == (images[-1] if images else None)
    assert history.before == (images[-2] if len(images) > 1 else None)


@pytest.mark.parametrize(
    ("uri", "reference"),
    [
        ("1.dkr.ecr.us-west-2.amazonaws.com/lab/web@sha256:12", "sha256:12"),
        ("1.dkr.ecr.us-west-2.amazonaws.com/lab/web:one", "one"),
        ("localhost:5000/lab/web:one", "one"),
        ("localhost:5000/lab/web", "latest"),
    ],
)
def test_what_an_image_is_called_in_its_repository(uri: str, reference: str) -> None:
    assert reference_of(uri) == reference


def client_error(code: str) -> exceptions.ClientError:
    return exceptions.ClientError({"Error": {"Code": code, "Message": "no."}}, "PutParameter")


@pytest.mark.parametrize(
    ("error", "said", "cure"),
    [
        (exceptions.NoCredentialsError(), "no credentials for AWS", "aws sso login"),
        (exceptions.ProfileNotFound(profile="x"), "The config profile (x) could not be found", "AWS_PROFILE"),
        (exceptions.UnauthorizedSSOTokenError(), "no credentials for AWS", "aws sso login"),
        (client_error("ExpiredTokenException"), "AWS does not accept the credentials: no.", "aws sso login"),
        (client_error("AccessDeniedException"), "AWS denies PutParameter: no.", "modules/delivery"),
        (client_error("ThrottlingException"), "AWS refuses PutParameter: ThrottlingException: no.", ""),
        (exceptions.EndpointConnectionError(endpoint_url="https://x"), "https://x", "Repeat the command"),
    ],
)
def test_an_error_of_aws_says_what_to_do(error: Exception, said: str, cure: str) -> None:
    with pytest.raises(AwsError) as caught, aws_errors():
        raise error
    assert said in caught.value.what
    assert cure in caught.value.cure
    assert caught.value.exit_code == 2
