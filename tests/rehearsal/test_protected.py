"""Which resources of a state no destroy may take yet, and whether AWS still has them."""

from __future__ import annotations

from typing import Any

from generator.rehearsal.protected import Protected, is_refusal, protected
from generator.terraform.diagnostic import Diagnostic
from tests.rehearsal.embedded_aws.cloud import Cloud
from tests.rehearsal.embedded_aws.conftest import account, aws, cloud, served

__all__ = ["account", "aws", "cloud", "served"]


def resource(kind: str, *instances: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"mode": "managed", "type": kind, "name": "this", "instances": list(instances), **more}


def database(key: str, *, safe: bool) -> dict[str, Any]:
    return {"index_key": key, "attributes": {"deletion_protection": safe, "identifier": key}}


def repository(number: int, name: str) -> dict[str, Any]:
    return {"index_key": number, "attributes": {"force_delete": False, "name": name}}


def test_what_a_flag_or_its_content_protects_is_found_by_its_address(cloud: Cloud) -> None:
    cloud.image({"handler.py": b""})
    cloud.client("ecr").create_repository(repositoryName="empty")
    balancer = {"attributes": {"enable_deletion_protection": True, "name": "web"}}
    state = {
        "resources": [
            resource("aws_lb", balancer, module="module.load_balancer"),
            resource("aws_db_instance", database("one", safe=True), database("two", safe=False)),
            resource("aws_ecr_repository", repository(0, cloud.name), repository(1, "empty")),
            resource("aws_sns_topic", {"attributes": {"name": "alarms"}}),
            resource("aws_lb", {"attributes": {}}, mode="data"),
        ]
    }
    full = Protected("aws_ecr_repository.this[0]", "aws_ecr_repository", cloud.name)
    assert protected(state, cloud.client) == [
        Protected('aws_db_instance.this["one"]', "aws_db_instance", "one"),
        full,
        Protected("module.load_balancer.aws_lb.this", "aws_lb", "web"),
    ]
    assert full.stands(cloud.client)
    cloud.client("ecr").delete_repository(repositoryName=cloud.name, force=True)
    assert not full.stands(cloud.client)


def test_only_what_aws_says_of_the_protected_is_a_refusal() -> None:
    said = (
        "deleting RDS DB Instance (one): Cannot delete protected DB Instance, please disable deletion protection",
        "deleting ELBv2 Load Balancer: OperationNotPermitted: cannot be deleted because deletion protection is enabled",
        "ECR Repository (web) not empty, consider using force_delete: RepositoryNotEmptyException: still has images",
    )
    assert all(is_refusal(Diagnostic(severity="error", summary=text)) for text in said)
    assert not is_refusal(Diagnostic(severity="error", summary="deleting Security Group", detail="DependencyViolation"))
