"""What a changed manifest plans for an environment that is up: additions only add, and what is planned applies."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest

from generator.rehearsal.images import contents, push
from generator.release import Silence, find_deployable, release
from tests.rehearsal.change_cases import SYSTEMS, System
from tests.rehearsal.changing import Changing, Planned, changing

pytestmark = pytest.mark.slow


@dataclass(frozen=True)
class Case:
    """A system, and its environment that is up."""

    system: System
    up: Changing

    def client(self, service: str) -> Any:
        return self.up.standing.client(service)

    def scalable_targets(self) -> dict[str, tuple[int, int]]:
        """Least and most tasks of each service, by the target's resource ID."""
        scaling = self.client("application-autoscaling")
        found = scaling.describe_scalable_targets(ServiceNamespace="ecs")["ScalableTargets"]
        return {target["ResourceId"]: (target["MinCapacity"], target["MaxCapacity"]) for target in found}

    def tasks(self, resource_id: str) -> int:
        """How many tasks the service of a scalable target is to have."""
        _, cluster, service = resource_id.split("/")
        (found,) = self.client("ecs").describe_services(cluster=cluster, services=[service])["services"]
        return int(found["desiredCount"])


def _system(name: str) -> Any:
    group = pytest.mark.xdist_group(f"changes-{name.partition('/')[0]}")
    return pytest.param(name, marks=[group, pytest.mark.rehearsal(400)], id=name)


@pytest.fixture(scope="module", params=[_system(name) for name in SYSTEMS])
def case(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Case]:
    system = SYSTEMS[request.param]
    with changing(system.name, tmp_path_factory.mktemp(system.environment), system.prepare) as up:
        yield Case(system, up)


def assert_adds(planned: Planned, created: set[str], updates: frozenset[str] = frozenset()) -> None:
    """The plan creates, among others, *created*; it changes *updates* in place, and neither replaces nor deletes."""
    assert planned.others == {}
    assert planned.updated == updates
    assert created - planned.created == set()


def test_without_a_change_the_plan_is_empty(case: Case) -> None:
    assert_nothing_to_do(case.up.plan())


def test_one_more_service_is_an_addition(case: Case) -> None:
    account = case.up.plan(case.system.add_service, account=True)
    repository = f"{case.system.name.partition('/')[0]}/docs"
    registry = f'module.container_registry.aws_ecr_repository.this["{repository}"]'
    assert_adds(account, {registry}, case.system.account_updates)
    planned = case.up.plan(case.system.add_service)
    expected = {
        'module.load_balancer.aws_lb_target_group.this["docs"]',
        'module.load_balancer.aws_lb_listener_rule.this["docs"]',
        "module.service_docs.aws_security_group.this[0]",
    }
    assert_adds(planned, expected, case.system.service_updates)


def test_one_more_host_replaces_the_certificate_and_serves_the_others_meanwhile(case: Case) -> None:
    if not case.system.https:
        pytest.skip("it serves plain HTTP: there is no certificate")
    planned = case.up.plan(case.system.add_service_with_host)
    # ACM changes no certificate. The new one is there, and valid, before the listener changes over; its validation is
    # no thing of AWS's that could go.
    assert planned.others == {
        "module.names.aws_acm_certificate.this": ("create", "delete"),
        "module.names.aws_acm_certificate_validation.this": ("delete", "create"),
    }
    assert planned.updated == case.system.service_updates | {"module.load_balancer.aws_lb_listener.https[0]"}
    values = case.up.target.environment.values
    host = f"docs.{values['environment']}.{values['domain']}"
    assert {f'module.names.aws_route53_record.{of}["{host}"]' for of in ("host", "validation")} <= planned.created


def test_one_more_zone_is_an_addition(case: Case) -> None:
    planned = case.up.plan(case.system.add_zone)
    expected = {f'module.network.aws_subnet.{tier}["{case.system.zone}"]' for tier in case.system.subnets}
    expected |= {
        f'module.network.aws_route_table_association.{tier}["{case.system.zone}"]' for tier in case.system.subnets
    }
    assert_adds(planned, expected, case.system.zone_updates)


def test_one_more_bucket_is_an_addition(case: Case) -> None:
    planned = case.up.plan(case.system.add_bucket)
    assert_adds(planned, {"module.bucket_reports.aws_s3_bucket.this"})
    assert {address.startswith("module.bucket_reports.") for address in planned.created} == {True}


def test_one_more_replica_is_an_addition(case: Case) -> None:
    planned = case.up.plan(case.system.add_replica)
    assert_adds(planned, {'module.database_main.aws_db_instance.replica["reader"]'}, case.system.replica_updates)


def assert_nothing_to_do(planned: Planned) -> None:
    assert (planned.actions, planned.is_empty) == ({}, True)


def a_service_applies(case: Case) -> None:
    """As docs/changing.md has it: the account, the environment, the image, the environment."""
    add, ecr = case.system.add_service, case.client("ecr")
    repository = f"{case.up.target.environment.system}/docs"
    try:
        case.up.apply(add, account=True)
        with case.up.applied(add):
            deployable = find_deployable(case.up.target.environment, "docs")
            digest = push(ecr, deployable, contents(deployable))
            released = release(deployable, case.up.standing.client, digest, Silence())
            expected = {f"module.service_docs.aws_ecs_{what}.this[0]" for what in ("service", "task_definition")}
            assert_adds(case.up.apply(add), expected)
            service = f"service/{deployable.cluster}/{deployable.service}"
            assert case.tasks(service) == 1
            assert released.image.endswith(digest)
            assert_nothing_to_do(case.up.plan(add))
    finally:
        # A registry is kept while it holds images, unless its owner says otherwise.
        ecr.delete_repository(repositoryName=repository, force=True)
        case.up.apply(account=True)


def a_zone_applies(case: Case) -> None:
    with case.up.applied(case.system.add_zone):
        subnets = case.client("ec2").describe_subnets(
            Filters=[
                {"Name": "availability-zone", "Values": [case.system.zone]},
                {"Name": "tag-key", "Values": ["System"]},
            ]
        )["Subnets"]
        assert {subnet["CidrBlock"] for subnet in subnets} == set(case.system.subnets.values())
        (balancer,) = case.client("elbv2").describe_load_balancers()["LoadBalancers"]
        assert case.system.zone in {zone["ZoneName"] for zone in balancer["AvailabilityZones"]}
        assert_nothing_to_do(case.up.plan(case.system.add_zone))


def a_bucket_applies(case: Case) -> None:
    def buckets() -> set[str]:
        return {bucket["Name"] for bucket in case.client("s3").list_buckets()["Buckets"]}

    before = buckets()
    with case.up.applied(case.system.add_bucket):
        (added,) = buckets() - before
        assert "reports" in added
        assert_nothing_to_do(case.up.plan(case.system.add_bucket))


def a_replica_applies(case: Case) -> None:
    rds, name = case.client("rds"), case.up.target.environment.database_identifier("main")
    with case.up.applied(case.system.add_replica):
        (source,) = rds.describe_db_instances(DBInstanceIdentifier=name)["DBInstances"]
        assert source["ReadReplicaDBInstanceIdentifiers"] == [f"{name}-reader"]
        assert_nothing_to_do(case.up.plan(case.system.add_replica))
        # It is protected like its source; who gives it up says so first.
        rds.modify_db_instance(DBInstanceIdentifier=f"{name}-reader", DeletionProtection=False, ApplyImmediately=True)


APPLIED = {
    "service": a_service_applies,
    "zone": a_zone_applies,
    "bucket": a_bucket_applies,
    "replica": a_replica_applies,
}


def test_an_addition_applies_and_leaves_an_empty_plan(case: Case) -> None:
    APPLIED[case.system.applied](case)


def test_another_count_moves_the_scaling_alone_and_applies(case: Case) -> None:
    count, environment = case.system.count, case.up.target.environment
    target = f"service/{environment.cluster_name}/{environment.service_name(count.service)}"
    before = case.scalable_targets()
    assert before[target] != count.bounds
    with case.up.applied(case.system.change_count) as planned:
        # Schedules write their own bounds to the target, so Terraform cannot own them there: it makes the target anew.
        # No task stops, and no service changes.
        assert planned.updated == {count.capacity}
        assert set(planned.others) == count.scaling
        assert set(planned.others.values()) == {("delete", "create")}
        assert planned.created == set()
        assert case.scalable_targets() == {**before, target: count.bounds}
        assert case.tasks(target) == count.bounds[0]
        assert_nothing_to_do(case.up.plan(case.system.change_count))
    assert case.scalable_targets() == before


def fire(case: Case, action: dict[str, Any]) -> None:
    """Do what Application Auto Scaling does at the scheduled time of *action*."""
    bounds = action["ScalableTargetAction"]
    case.client("application-autoscaling").register_scalable_target(
        **{key: action[key] for key in ("ServiceNamespace", "ResourceId", "ScalableDimension")}, **bounds
    )
    _, cluster, service = action["ResourceId"].split("/")
    tasks = min(max(case.tasks(action["ResourceId"]), bounds["MinCapacity"]), bounds["MaxCapacity"])
    case.client("ecs").update_service(cluster=cluster, service=service, desiredCount=tasks)


def test_after_off_hours_have_begun_and_ended_the_plan_is_empty(case: Case) -> None:
    scaling = case.client("application-autoscaling")
    actions = scaling.describe_scheduled_actions(ServiceNamespace="ecs")["ScheduledActions"]
    awake = case.scalable_targets()
    by_end = {
        end: [a for a in actions if a["ScheduledActionName"].endswith(f"-{end}-hours")] for end in ("off", "working")
    }
    services = {
        f"service/{case.up.standing.outputs['cluster']}/{s}" for s in case.up.standing.outputs["services"].values()
    }
    for fired in by_end.values():
        assert {action["ResourceId"] for action in fired} >= services
    try:
        for action in by_end["off"]:
            fire(case, action)
        asleep = {action["ResourceId"] for action in by_end["off"]}
        assert {(case.scalable_targets()[of], case.tasks(of)) for of in asleep} == {((0, 0), 0)}
        assert_nothing_to_do(case.up.plan())
    finally:
        for action in by_end["working"]:
            fire(case, action)
    assert case.scalable_targets() == awake
    # As few as may be, however many ran the evening before.
    assert {of: case.tasks(of) for of in asleep} == {of: awake[of][0] for of in asleep}
    assert_nothing_to_do(case.up.plan())
