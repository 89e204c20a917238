"""The recovery drill of a host: an instance that is gone has a successor, and nobody has to do anything."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from generator.project import find_target
from generator.rehearsal.images import session_tag
from generator.systems.runner import session_images
from tests.rehearsal.following import Operator
from tests.rehearsal.standing import brought_up, checks_of, copied

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("host-recovery"), pytest.mark.rehearsal(240)]

NAME = "containrlab/prod"


@pytest.fixture(scope="module")
def operator(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Operator]:
    copy: Path = copied(tmp_path_factory.mktemp("project"))
    with brought_up(NAME, copy) as standing:
        found = Operator(standing, copy, tmp_path_factory.mktemp("bin"))
        environment = find_target(copy, NAME).environment
        assert environment.code_runner is not None
        tags = dict.fromkeys(session_images(environment.code_runner), session_tag(environment))
        found.choose(session_image_tags=tags)
        yield found


def instances(operator: Operator) -> list[dict[str, Any]]:
    """The instances of the group that are in service."""
    name = operator.standing.outputs["code_runner_instances"]
    found = operator.standing.client("autoscaling").describe_auto_scaling_groups(AutoScalingGroupNames=[name])
    (group,) = found["AutoScalingGroups"]
    return [instance for instance in group["Instances"] if instance["LifecycleState"] == "InService"]


def test_a_terminated_host_is_replaced(operator: Operator) -> None:
    ec2 = operator.standing.client("ec2")
    (lost,) = instances(operator)
    ec2.terminate_instances(InstanceIds=[lost["InstanceId"]])
    (successor,) = instances(operator)
    assert successor["InstanceId"] != lost["InstanceId"]
    assert successor["LaunchTemplate"] == lost["LaunchTemplate"]
    assert successor["ProtectedFromScaleIn"] == lost["ProtectedFromScaleIn"]
    states = {
        instance["InstanceId"]: instance["State"]["Name"]
        for reservation in ec2.describe_instances()["Reservations"]
        for instance in reservation["Instances"]
    }
    assert states[lost["InstanceId"]] == "terminated"
    assert states[successor["InstanceId"]] == "running"
    assert [check for check in checks_of(operator.now()) if not check.passed] == []
    assert operator.planned() == []
