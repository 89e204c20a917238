"""Releases and rollbacks: what they change, what they leave alone, and that they can be interrupted anywhere."""

from __future__ import annotations

import pytest

from generator.errors import ReleaseError, SlipwayError
from generator.modules import delivery
from generator.release import Patience, release
from tests.rehearsal.release.conftest import Heard, Make, Place, exists, first

RELEASE_ACTIONS = {
    *delivery.PUSH_ACTIONS,
    *delivery.PARAMETER_ACTIONS,
    *delivery.TASK_DEFINITION_ACTIONS,
    *delivery.SERVICE_ACTIONS,
    *delivery.FUNCTION_ACTIONS,
}


def test_a_first_release_names_the_image_and_leaves_the_rest_to_terraform(place: Place) -> None:
    digest = place.push("first")
    released = place.release(digest)
    assert (released.image, released.previous, released.runs) == (place.uri(digest), None, False)
    assert place.pointer() == place.uri(digest)
    assert not exists(place)


def test_a_release_reaches_everything_that_terraform_compares(running: tuple[Place, str]) -> None:
    place, old = running
    new = place.push("second")
    heard = Heard()
    released = place.release(new, heard)
    assert place.agrees(new)
    assert (released.image, released.previous, released.runs) == (place.uri(new), place.uri(old), True)
    assert heard.steps[0].startswith(f"{new} is kept as released-test-")
    assert "steady" in heard.steps[-1] or "alias live" in heard.steps[-1]


def test_a_tag_means_its_digest(running: tuple[Place, str]) -> None:
    place, _ = running
    digest = place.push("second")
    ecr = place.cloud.client("ecr")
    found = ecr.describe_images(repositoryName=place.deployable.repository, imageIds=[{"imageDigest": digest}])
    place.release(found["imageDetails"][0]["imageTags"][0])
    assert place.agrees(digest)


def test_a_released_image_has_a_tag_that_never_expires_once(running: tuple[Place, str]) -> None:
    place, _ = running
    digest = place.push("second")
    tags = {place.release(digest).tag for _ in range(2)}
    assert tags == {f"released-test-{digest[7:19]}"}
    ecr = place.cloud.client("ecr")
    found = ecr.describe_images(repositoryName=place.deployable.repository, imageIds=[{"imageDigest": digest}])
    assert tags < set(found["imageDetails"][0]["imageTags"])


def test_the_same_release_again_changes_nothing(running: tuple[Place, str]) -> None:
    place, _ = running
    digest = place.push("second")
    once, again = place.release(digest), place.release(digest)
    assert (again.task_definition, again.version) == (once.task_definition, once.version)
    assert again.previous == once.previous
    ssm = place.cloud.client("ssm")
    history = ssm.get_parameter_history(Name=place.deployable.parameter)["Parameters"]
    assert len(history) == 3  # none, first, second


def test_the_parameter_keeps_its_description(running: tuple[Place, str]) -> None:
    place, _ = running
    place.release(place.push("second"))
    ssm = place.cloud.client("ssm")
    history = ssm.get_parameter_history(Name=place.deployable.parameter)["Parameters"]
    assert [version["Description"] for version in history] == ["What runs."] * 3


def test_a_rollback_is_a_release_of_the_image_before(running: tuple[Place, str]) -> None:
    place, old = running
    released = place.release(place.push("second"))
    back = place.rollback()
    assert place.agrees(old)
    assert back.previous == released.image
    if place.deployable.is_function:
        assert (released.version, back.version) == ("2", "3")
    else:
        assert (released.task_definition, back.task_definition) == (
            f"{place.deployable.service}:2",
            f"{place.deployable.service}:3",
        )


def test_a_second_rollback_goes_further_back_and_a_third_nowhere(running: tuple[Place, str]) -> None:
    place, one = running
    two, three = place.push("second"), place.push("third")
    place.release(two)
    place.release(three)
    place.rollback()
    assert place.agrees(two)
    place.rollback()
    assert place.agrees(one)
    with pytest.raises(SlipwayError, match="nothing to roll back to") as refused:
        place.rollback()
    assert three in str(refused.value)
    assert place.agrees(one)


def test_a_rollback_to_an_image_of_ones_choice(running: tuple[Place, str]) -> None:
    place, one = running
    for content in ("second", "third"):
        place.release(place.push(content))
    place.rollback(one)
    assert place.agrees(one)


def test_nothing_to_roll_back_to(place: Place) -> None:
    with pytest.raises(SlipwayError, match=f"nothing was ever released for {place.deployable.label}"):
        place.rollback()
    digest = place.push("first")
    place.release(digest)
    with pytest.raises(SlipwayError, match=f"nothing to roll back to: {digest} was released first"):
        place.rollback()


@pytest.mark.parametrize("step", [1, 2, 3, 4, 5])
def test_an_interrupted_release_is_finished_by_repeating_it(running: tuple[Place, str], step: int) -> None:
    place, old = running
    new = place.push("second")
    with pytest.raises(KeyboardInterrupt):
        place.release(new, Heard(stop_after=step))
    released = place.release(new)
    assert released.previous == place.uri(old)
    assert place.agrees(new)
    place.rollback()
    assert place.agrees(old)


@pytest.mark.parametrize("step", [1, 2, 3, 4, 5])
def test_an_interrupted_rollback_is_finished_by_repeating_it(running: tuple[Place, str], step: int) -> None:
    place, _ = running
    two = place.push("second")
    place.release(two)
    place.release(place.push("third"))
    with pytest.raises(KeyboardInterrupt):
        place.rollback(progress=Heard(stop_after=step))
    # With the last step done there is nothing to finish. The embedded ECS is steady as soon as it is told.
    complete = step >= (5 if place.deployable.is_function else 4)
    assert place.agrees(two) == complete
    if complete:
        return
    place.rollback()
    assert place.agrees(two)


def test_an_interrupted_release_can_be_rolled_back(running: tuple[Place, str]) -> None:
    place, old = running
    with pytest.raises(KeyboardInterrupt):
        place.release(place.push("second"), Heard(stop_after=3))
    place.rollback()
    assert place.agrees(old)


def test_a_release_that_does_not_become_healthy_is_put_back(make: Make) -> None:
    place = make("service")
    one = first(place)
    two = place.push("second")
    place.release(two)
    broken = place.uri(one).partition("@")[0]
    ecs = place.cloud.client("ecs")
    taken_away = place.push("third")
    heard = TakesAway(place, taken_away)
    with pytest.raises(ReleaseError, match="did not become healthy") as failed:
        place.release(taken_away, heard)
    said = str(failed.value)
    assert failed.value.exit_code == 1
    assert "circuit breaker: tasks failed to start" in said
    assert f"CannotPullContainerError: {broken}@{taken_away}: not found" in said
    assert f"{place.uri(two)} is put back." in said
    assert heard.waits == ["0 of 1 new tasks run, 1 failed"]
    assert place.agrees(two)
    assert ecs.describe_task_definition(taskDefinition=place.deployable.service)["taskDefinition"]["revision"] == 4
    place.rollback()
    assert place.agrees(one)


class TakesAway(Heard):
    """Deletes an image as soon as the parameter names it."""

    def __init__(self, place: Place, digest: str) -> None:
        super().__init__()
        self.place, self.digest = place, digest

    def done(self, step: str) -> None:
        super().done(step)
        if step.endswith("names it"):
            ecr, repository = self.place.cloud.client("ecr"), self.place.deployable.repository
            ecr.batch_delete_image(repositoryName=repository, imageIds=[{"imageDigest": self.digest}])


def test_an_image_that_lambda_refuses_is_put_back(make: Make) -> None:
    place = make("function")
    one = first(place)
    two = place.push("second")
    with pytest.raises(ReleaseError, match="does not exist") as failed:
        place.release(two, TakesAway(place, two))
    assert f"{place.uri(one)} is put back." in str(failed.value)
    assert place.agrees(one)


def test_a_release_that_another_one_overtook_is_not_put_back(make: Make) -> None:
    place = make("service")
    first(place)
    two = place.push("second")
    other = place.uri(place.push("other"))

    class Overtaken(TakesAway):
        def done(self, step: str) -> None:
            super().done(step)
            if step.endswith("names it"):
                self.place.point(other)

    with pytest.raises(ReleaseError, match=r"Another release has named .* nothing was put back"):
        place.release(two, Overtaken(place, two))
    assert place.pointer() == other


def test_a_release_that_takes_too_long_is_left_to_aws(make: Make) -> None:
    place = make("service")
    first(place)
    ecs = place.cloud.client("ecs")
    ecs.update_service(
        cluster=place.deployable.cluster,
        service=place.deployable.service,
        deploymentConfiguration={"deploymentCircuitBreaker": {"enable": False, "rollback": False}},
    )
    two = place.push("second")
    with pytest.raises(ReleaseError, match="still at work after 0 minutes: 0 of 1 new tasks run") as late:
        release(place.deployable, place.clients, two, TakesAway(place, two), Patience(longest=0.05, between=0.01))
    assert "Nothing was put back" in str(late.value)
    assert place.pointer() == place.uri(two)


def test_a_service_that_failed_is_started_again(make: Make) -> None:
    place = make("service")
    digest = place.push("first")
    with pytest.raises(KeyboardInterrupt):
        place.release(digest, Heard(stop_after=2))
    ecr, repository = place.cloud.client("ecr"), place.deployable.repository
    ecr.batch_delete_image(repositoryName=repository, imageIds=[{"imageDigest": digest}])
    place.applied(digest)
    assert [place.service()["deployments"][0]["rolloutState"] for _ in range(2)] == ["IN_PROGRESS", "FAILED"]
    assert place.push("first") == digest
    released = place.release(digest)
    assert released.task_definition == f"{place.deployable.service}:1"
    assert place.service()["deployments"][0]["rolloutState"] == "COMPLETED"


def test_a_new_revision_is_a_copy_with_another_image(make: Make) -> None:
    place = make("service")
    first(place)
    before = place.definition(place.deployable.service)
    place.release(place.push("second"))
    after = place.definition(place.deployable.service)
    own = {"taskDefinitionArn", "revision", "registeredAt", "containerDefinitions"}
    assert {k: v for k, v in after.items() if k not in own} == {k: v for k, v in before.items() if k not in own}
    assert after["revision"] == before["revision"] + 1
    mains = [d["containerDefinitions"][0] for d in (before, after)]
    assert mains[0] | {"image": ""} == mains[1] | {"image": ""}
    assert after["containerDefinitions"][1] == before["containerDefinitions"][1]


def test_a_release_does_what_the_deploy_role_may_do_and_no_more(running: tuple[Place, str]) -> None:
    place, _ = running
    place.release(place.push("second"))
    place.rollback()
    with pytest.raises(SlipwayError, match="has no image"):
        place.release("absent")
    done = {f"{service}:{operation}" for service, operation in place.operations}
    assert done <= RELEASE_ACTIONS
    assert len(done) >= 8
