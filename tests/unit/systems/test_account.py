"""The account's root: who releases what, whose images Lambda reads, what is copied and recorded."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from generator.systems.names import role_name
from tests.unit.systems.manifest.manifests import edited
from tests.unit.systems.roots import block, emitted_account
from tests.unit.systems.test_runner import BASE, HOST

FUNCTION = BASE.replace("{code_runner_url}", "{code_runner}") + "environments: { test: {} }\n"
ACCOUNT = "arn:${data.aws_partition.current.partition}:%s:us-west-2:${data.aws_caller_identity.current.account_id}:%s"


def arn(service: str, resource: str) -> str:
    return ACCOUNT % (service, resource)


def asked(text: str, lines: str) -> str:
    return text.replace("network:\n", f"{lines}\nnetwork:\n", 1)


def test_an_account_has_nothing_that_nobody_asked_for(tmp_path: Path) -> None:
    files = emitted_account(tmp_path, FUNCTION)
    assert not {"delivery.tf", "audit_trail.tf"} & set(files)
    assert "github_repositories" not in files["variables.tf"]
    assert "replication_regions" not in files["main.tf"]


def test_a_role_may_release_what_its_environment_runs(tmp_path: Path) -> None:
    found = " ".join(block(emitted_account(tmp_path, asked(FUNCTION, "delivery: {}")), "delivery"))
    assert 'environments = ["labs-test"]' in found
    for name in ("api", "web", "code-runner"):
        assert arn("ssm", f"parameter/labs/test/images/{name}") in found
    for name in ("api", "web"):
        assert arn("ecs", f"service/labs-test/labs-test-{name}") in found
        assert f":role/labs-test-{name}-execution" in found
        assert f":role/labs-test-{name}-task" in found
    for repository in ("api", "web", "runner"):
        assert arn("ecr", f"repository/{repository}") in found
    assert 'task_families = ["labs-test-api", "labs-test-web"]' in found
    assert arn("lambda", "function:labs-test-code-runner") in found
    assert "repository/sessions" not in found
    assert "privileged_tasks" not in found


def test_a_role_may_release_a_supervisor_to_its_own_cluster(tmp_path: Path) -> None:
    found = " ".join(block(emitted_account(tmp_path, asked(BASE + HOST, "delivery: {}")), "delivery"))
    assert arn("ecs", "service/labs-test-code-runner/labs-test-code-runner") in found
    assert arn("ecr", "repository/sessions") in found
    assert "privileged_tasks = true" in found
    assert "function_arns" not in found


def test_nobody_is_trusted_before_a_repository_is_named(tmp_path: Path) -> None:
    files = emitted_account(tmp_path, asked(FUNCTION, "delivery: {}"))
    condition = 'for_each = length(var.github_repositories) > 0 ? toset(["github"]) : toset([])'
    assert condition in block(files, "delivery")
    assert "default = []" in block(files, "github_repositories", "variable")
    named = emitted_account(tmp_path, asked(FUNCTION, "delivery: { repositories: [team/labs] }"))
    assert 'default = ["team/labs"]' in block(named, "github_repositories", "variable")


def test_lambda_reads_the_images_of_functions_and_of_nothing_else(tmp_path: Path) -> None:
    found = block(emitted_account(tmp_path, FUNCTION), "container_registry")
    assert [line for line in found if "lambda_pull" in line] == ["runner = { lambda_pull = true }"]
    service = emitted_account(tmp_path, BASE + HOST)
    assert "lambda_pull" not in service["main.tf"]


def test_images_are_copied_where_it_is_said(tmp_path: Path) -> None:
    text = FUNCTION.replace("sessions] }", "sessions], replication_regions: [us-east-1] }")
    assert 'replication_regions = ["us-east-1"]' in block(emitted_account(tmp_path, text), "container_registry")


def test_a_trail_is_kept_as_long_as_it_is_said(tmp_path: Path) -> None:
    files = emitted_account(tmp_path, asked(FUNCTION, "audit_trail: { keep_days: 730, log_retention: 90 }"))
    found = block(files, "audit_trail")
    assert {"expiration_days = 730", "log_retention_days = 90", 'name = "labs-audit"'} <= set(found)
    quiet = emitted_account(tmp_path, asked(FUNCTION, "audit_trail: { cloudwatch_logs: false }"))
    assert "cloudwatch_logs = false" in block(quiet, "audit_trail")
    assert not any("log_retention" in line for line in block(quiet, "audit_trail"))


@pytest.mark.parametrize("kind", ["execution", "task"])
def test_a_role_is_called_as_the_module_of_services_calls_it(kind: str) -> None:
    assert role_name("labs-test-api", kind) == f"labs-test-api-{kind}"
    long = "a" * 81
    digest = hashlib.sha1(long.encode(), usedforsecurity=False).hexdigest()[:8]
    found = role_name(long, kind)
    assert len(found) == 64
    assert found.endswith(f"a-{digest}-{kind}")


@pytest.mark.parametrize(
    ("regions", "what"),
    [
        ("[us-east-1]", "us-east-1 is the region that images are pushed to."),
        ("[us-west-2, us-west-2]", "The region us-west-2 is listed twice."),
        ("[oregon]", 'registries.replication_regions[0] has the wrong form: "oregon".'),
    ],
)
def test_a_region_that_takes_no_copy_is_refused(tmp_path: Path, regions: str, what: str) -> None:
    change = ("[web, api, runner]\n", f"[web, api, runner]\n  replication_regions: {regions}\n")
    assert edited(tmp_path, change).error("replication_regions").what == what


@pytest.mark.parametrize("repository", ["labs", "team/*", "-team/labs", "team/labs/more"])
def test_a_repository_that_github_has_not_is_refused(tmp_path: Path, repository: str) -> None:
    change = ("network:\n", f'delivery: {{ repositories: ["{repository}"] }}\nnetwork:\n')
    error = edited(tmp_path, change).error("delivery:")
    assert error.what == f'delivery.repositories[0] has the wrong form: "{repository}".'


@pytest.mark.parametrize("key", ["delivery", "audit_trail"])
def test_what_exists_once_an_account_cannot_differ(tmp_path: Path, key: str) -> None:
    error = edited(tmp_path, ("  live:\n", f"  live:\n    {key}: {{}}\n")).error(f"    {key}:")
    assert error.what == f"{key} belongs to the whole system and cannot differ in environment live."
