"""READMEs of root modules: a section for each thing that is there, and none for what is not."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from generator.hcl.module_call import call_module, scratch_app
from generator.hcl.stack import Stack
from generator.modules.vpc import Vpc
from generator.systems.account import AccountRoot
from generator.systems.bill import BILLS, bill
from generator.systems.environment import EnvironmentRoot
from generator.systems.manifest import Environment, load_manifest
from generator.systems.quotas import quotas
from generator.systems.readme import account_readme, environment_readme
from generator.systems.recovery import duration
from tests.unit.systems.manifest.manifests import edited

Change = tuple[str, str]
DATABASE: Change = (
    "uses: { code_runner: true }\n",
    (
        "uses: { code_runner: true, databases: [main] }\n"
        "databases:\n  main: { version: '15', instance_class: db.t3.micro }\n"
    ),
)
SECRET: Change = (
    "cpu: 512",
    "cpu: 512\n    secrets: { KEY: 'ssm:/lab/{environment}/key', MAIL: 'secretsmanager:{environment}/mail' }",
)
PIPELINE: Change = ("  live:\n", "  live:\n    pipeline: { branch: main, requires_approval: true }\n")
RECOVERY: Change = ("  live:\n", "  live:\n    recovery: { rto: 30m, rpo: 1h }\n")
MONITORING: Change = ("environments:\n", "monitoring: {}\nenvironments:\n")


def environment(directory: Path, *changes: Change, name: str = "live") -> Environment:
    return edited(directory, *changes).resolve(name)


def readme(directory: Path, *changes: Change, name: str = "live") -> str:
    found = environment(directory, *changes, name=name)
    return environment_readme(found, EnvironmentRoot(found), "Generated.")


def sections(text: str) -> dict[str, str]:
    """The text of each section by its title."""
    parts = re.split(r"^## (.+)\n", text, flags=re.MULTILINE)
    return dict(zip(parts[1::2], parts[2::2], strict=True))


def row(text: str, begins: str) -> list[str]:
    """The cells of the one row that begins so."""
    (line,) = [line for line in text.splitlines() if line.startswith(f"| {begins}")]
    return [cell.strip() for cell in line.strip("|").split("|")]


def test_only_what_is_there_has_a_section(tmp_path: Path) -> None:
    always = [
        "What is billed",
        "Quotas to request",
        "First deployment",
        "Releasing and rolling back",
        "Recovering",
        "Destroying",
    ]
    assert list(sections(readme(tmp_path))) == always
    more = list(sections(readme(tmp_path, SECRET, PIPELINE)))
    assert [title for title in more if title not in always] == ["Setting secrets", "Delivering with GitHub"]


def test_the_first_deployment_has_a_step_for_each_thing_to_do(tmp_path: Path) -> None:
    plain = sections(readme(tmp_path))["First deployment"]
    steps = re.findall(r"^\d+\. .*", plain, flags=re.MULTILINE)
    assert len(steps) == 7
    for name in ("web", "api", "code-runner"):
        assert f"   slipway image release lab/live {name} live-<commit>-<time>\n" in plain
    more = sections(readme(tmp_path, SECRET, MONITORING))["First deployment"]
    assert "5. [Set the secrets](#setting-secrets)" in more
    assert "confirms the message that SNS has sent" in more


def test_what_only_the_operator_knows_comes_first(tmp_path: Path) -> None:
    first, second = sections(readme(tmp_path, MONITORING))["First deployment"].split("\n2. ")
    for name in ("domain ", "hosted_zone_id ", "alarm_subscriptions "):
        assert f"\n   {name}" in first
    assert "example.org is nobody's" in first
    assert '-backend-config="bucket=lab-account-terraform-state-$account-us-east-1"' in second
    own = ("domain: { name: example.org }", "domain: { name: lab.school }")
    assert "nobody's" not in readme(tmp_path, own)
    plain = sections(readme(tmp_path, ("idle_timeout: 200", "idle_timeout: 200\n    https: false")))["First deployment"]
    assert "terraform.tfvars" not in plain
    assert "name_servers" not in plain


def test_a_zone_is_delegated_before_the_apply_that_waits_for_it(tmp_path: Path) -> None:
    text = sections(readme(tmp_path, name="dev"))["First deployment"]
    assert "make the zone `dev.example.org` first" in text
    assert text.index("name_servers") < text.index("   terraform apply\n")


def test_what_an_image_has_to_be_is_said(tmp_path: Path) -> None:
    arm: Change = ("cpu: 512", "cpu: 512\n    platform: linux/arm64")
    text = sections(readme(tmp_path, arm))["Releasing and rolling back"]
    assert row(text, "api")[1:] == ["`api`", "linux/arm64", "8000, `GET /health` is answered 200"]
    assert row(text, "web")[1:] == ["`web`", "linux/amd64", "3000, `GET /` is answered 200"]
    assert row(text, "code-runner")[1:] == ["`runner`", "linux/amd64", "Lambda's runtime API"]


HOST: Change = (
    "  memory: 2048\n  timeout: 60\n",
    (
        "  memory: 2048\n  timeout: 50\n  engine: ec2\n  variables: { IMAGE: '{image.api}' }\n"
        "  host: { acknowledge_privileged: true, acknowledge_internet_egress: true, healthcheck: /healthz, "
        "session_repositories: [api] }\n"
    ),
)


def test_a_supervisor_is_asked_where_the_manifest_says_and_has_the_images_of_its_sessions(tmp_path: Path) -> None:
    found = environment(tmp_path, HOST)
    root = EnvironmentRoot(found)
    text = environment_readme(found, root, "Generated.")
    assert row(text, "code-runner")[3] == "8080, `GET /healthz` is answered 200"
    assert 'session_image_tags = { api = "released-live-<commit>-<time>" }' in text
    assert "Push what sessions are started from to `api`" in text
    balancer = root.calls["code_runner_load_balancer"][1]
    assert balancer["target_groups"]["code-runner"]["health_check"] == {"path": "/healthz"}


def test_a_destroy_by_mistake_is_warned_of_with_what_it_takes(tmp_path: Path) -> None:
    def destroying(*changes: Change, name: str = "live") -> str:
        return " ".join(sections(readme(tmp_path, *changes, name=name))["Destroying"].split())

    plain = destroying()
    assert "AWS refuses to delete load balancers and buckets with objects in them, but" in plain
    assert "services, logs and the pointers to released images too. Apply again and release the images again." in plain
    assert "snapshot" not in plain
    assert "may take half an hour" in plain
    more = destroying(DATABASE, SECRET)
    assert "load balancers, databases and buckets" in more
    assert "services, logs, secrets and the pointers" in more
    assert "restore-secret" in more
    assert "final snapshot" in more


def test_what_is_called_is_released_before_its_callers(tmp_path: Path) -> None:
    def order(*changes: Change) -> list[str]:
        return re.findall(r"release lab/live (\S+)", sections(readme(tmp_path, *changes))["First deployment"])

    assert order() == ["code-runner", "web", "api"]
    calls: Change = (
        "image: { repository: web, port: 3000 }",
        "image: { repository: web, port: 3000 }\n    uses: { services: [api] }",
    )
    assert order(calls) == ["code-runner", "api", "web"]


def test_every_secret_that_an_operator_sets_has_its_command(tmp_path: Path) -> None:
    setting: Change = ("KEY: 'ssm:/lab/{environment}/key'", "KEY: { ssm: '/{environment}/plain', value: '30' }")
    text = sections(readme(tmp_path, SECRET))["Setting secrets"]
    assert "ssm put-parameter --overwrite --type SecureString --name /lab/live/key --value file://value" in text
    assert "secretsmanager put-secret-value --secret-id live/mail --secret-string file://value" in text
    assert "/live/plain" not in sections(readme(tmp_path, SECRET, setting))["Setting secrets"]
    assert "JSON" not in text
    keys: Change = (SECRET[0], SECRET[1].replace("/mail", "/mail:password"))
    assert "# The value is JSON: an object with password." in sections(readme(tmp_path, keys))["Setting secrets"]


def test_the_bill_names_resource_unit_and_quantity(tmp_path: Path) -> None:
    text = sections(readme(tmp_path, DATABASE))["What is billed"]
    assert row(text, "`aws_ecs_service`")[2] == (
        "2: web (2 to 6 tasks of 0.25 vCPU and 0.5 GB); api (1 task of 0.5 vCPU and 1 GB)"
    )
    assert row(text, "`aws_lambda_function`")[2].startswith("1: code runner (2 GB for up to 60 s a run")
    assert row(text, "`aws_db_instance`")[2] == "1: main (db.t3.micro, 20 GB)"
    assert row(text, "`aws_nat_gateway`")[1:] == ["gateway-hours, GB that pass", "1"]
    assert "aws_kms_key" not in text
    assert "traces" in row(sections(readme(tmp_path, name="dev"))["What is billed"], "`aws_s3_bucket`")[2]


def test_another_gateway_is_billed(tmp_path: Path) -> None:
    text = readme(tmp_path, ("network:\n  vpc:", "network:\n  nat: per_az\n  vpc:"))
    assert row(text, "`aws_nat_gateway`")[2] == "2"
    assert row(text, "`aws_eip`")[2] == "2: of the NAT gateways"


def test_every_module_says_what_its_call_is_billed_for() -> None:
    from generator.modules import all_modules

    assert set(BILLS) == set(all_modules())


def test_a_module_that_nobody_knows_the_bill_of_is_an_error() -> None:
    class Unknown(Vpc):
        @classmethod
        def module_name(cls) -> str:
            return "unknown"

    class Root(Stack):
        modules_path = "modules"

    root = Root(scratch_app(), "root")
    call_module(root, "one", Vpc, Vpc.example)
    assert bill(root)
    root.calls["two"] = (Unknown, {})
    with pytest.raises(TypeError, match="what a call of unknown is billed for"):
        bill(root)


def test_quotas_are_those_of_what_is_there(tmp_path: Path) -> None:
    def needed(*changes: Change) -> dict[str, str]:
        return {quota.name.split(" (")[0]: quota.needed for quota in quotas(environment(tmp_path, *changes))}

    # web 6 x 0.25 and api 1 x 0.5, twice while they are deployed.
    plain = needed()
    assert plain["Fargate On-Demand vCPU resource count"].startswith("4:")
    assert set(plain) == {
        "Fargate On-Demand vCPU resource count",
        "Concurrent executions",
        "EC2-VPC Elastic IPs",
        "VPCs per Region",
    }
    assert plain["Concurrent executions"].startswith("110,")
    large = needed(("memory: 2048", "memory: 4096\n  reserved_concurrency: 50"))
    assert large["Memory of a Lambda function"] == "4096 MB, by a support case"
    assert large["Concurrent executions"].startswith("150,")
    recreated = needed(("cpu: 512", "cpu: 512\n    deployment: { rolling: recreate }"))
    assert recreated["Fargate On-Demand vCPU resource count"].startswith("3.5:")
    spot = needed(("cpu: 512", "cpu: 512\n    count: { spot: 2 }"))
    assert spot["Fargate On-Demand vCPU resource count"].startswith("3:")
    assert spot["Fargate Spot vCPU resource count"].startswith("2:")
    per_zone = needed(("network:\n  vpc:", "network:\n  nat: per_az\n  vpc:"))
    assert (plain["EC2-VPC Elastic IPs"][0], per_zone["EC2-VPC Elastic IPs"][0]) == ("1", "2")


def test_a_promise_is_told_with_what_keeps_it(tmp_path: Path) -> None:
    text = sections(readme(tmp_path, RECOVERY, DATABASE))["Recovering"]
    assert "Promised: it works again within 30 minutes (RTO), and recovered data is at most 1 hour old (RPO)." in text
    assert row(text, "a task of web")[1:] == [
        "ECS starts another; the others answer meanwhile",
        "RTO",
        "`count`: two or more",
    ]
    assert row(text, "a task of api")[1].endswith("nothing may answer meanwhile")
    assert row(text, "the instance of database main")[1] == "restored from a snapshot, see below"
    assert row(text, "data of database main")[1].startswith("restored to any moment of the last 7 days")
    assert row(text, "data of database main")[2:] == ["RPO", "`databases.main.backup_retention`"]
    assert "Promised" not in readme(tmp_path)


def restoring(text: str) -> dict[str, str]:
    """The text of each part about restoring, by what is restored."""
    parts = re.split(r"^### (.+)\n", sections(text)["Recovering"], flags=re.MULTILINE)
    return dict(zip(parts[1::2], parts[2::2], strict=True))


def test_a_database_is_restored_by_its_own_name(tmp_path: Path) -> None:
    parts = restoring(readme(tmp_path, DATABASE))
    assert list(parts) == [
        "Restoring data of the database main",
        "Restoring the instance of the database main",
        "Making the environment again",
    ]
    moment, instance, _ = parts.values()
    assert "--source-db-instance-identifier lab-live-main " in moment
    assert "apply -var allow_destroy=true -replace=module.database_main.aws_db_instance.this\n" in moment
    assert "describe-db-snapshots --db-instance-identifier lab-live-main " in instance
    assert "allow_destroy" not in instance
    for part in (moment, instance):
        assert 'module "database_main" {\n  restore ' in part
    assert "restore_override.tf" in parts["Making the environment again"]
    assert list(restoring(readme(tmp_path))) == ["Making the environment again"]


def test_a_replica_is_made_anew_with_its_source(tmp_path: Path) -> None:
    settings = "db.t3.micro, managed_password: false, replicas: {reader: }"
    parts = restoring(readme(tmp_path, (DATABASE[0], DATABASE[1].replace("db.t3.micro", settings))))
    replica = "'-replace=module.database_main.aws_db_instance.replica[\"reader\"]'"
    moment, instance, _ = parts.values()
    assert f"-replace=module.database_main.aws_db_instance.this {replica}\n" in moment
    assert f"terraform apply -var allow_destroy=true {replica}\n" in instance
    # Nothing that a plan could lift: the replica of no source is not what its configuration says.
    assert "modify-db-instance --db-instance-identifier lab-live-main-reader " in instance


def test_versions_bring_objects_back(tmp_path: Path) -> None:
    objects = "Restoring objects of a bucket"
    text = readme(tmp_path, name="dev")
    assert "terraform output -raw bucket_traces" in restoring(text)[objects]
    assert row(text, "an object of bucket traces")[1].endswith("see below")
    without = readme(tmp_path, ("traces: {}", "traces: { versioning: false }"), name="dev")
    assert objects not in restoring(without)
    assert row(without, "an object of bucket traces")[1] == "not brought back"


def test_released_images_are_found_in_each_repository(tmp_path: Path) -> None:
    text = restoring(readme(tmp_path))["Making the environment again"]
    assert "for repository in runner web api; do" in text
    assert '`"released-live-"`' in text


def test_data_that_may_be_lost_is_no_promise(tmp_path: Path) -> None:
    text = readme(tmp_path, ("  live:\n", "  live:\n    recovery: { rto: 3h }\n"))
    assert "works again within 3 hours (RTO), and data may be lost." in text


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (60, "1 minute"),
        (1800, "30 minutes"),
        (3600, "1 hour"),
        (86_400, "24 hours"),
        (172_800, "2 days"),
        (90, "90 seconds"),
    ],
)
def test_a_duration_is_said_as_a_person_would(seconds: int, text: str) -> None:
    assert duration(seconds) == text


def test_what_github_needs_to_know_is_said_where_it_is_used(tmp_path: Path) -> None:
    text = sections(readme(tmp_path, PIPELINE, MONITORING))["Delivering with GitHub"]
    assert row(text, "`LAB_LIVE_PLAN_ROLE`")[1] == "`ref:refs/heads/main`"
    assert row(text, "`LAB_LIVE_APPLY_ROLE`")[1] == "`environment:lab-live`"
    assert "needs required reviewers and, as deployment branch, `main`" in text
    assert row(text, "`LAB_LIVE_PLAN_ROLE`")[2] == "with `ReadOnlyAccess`"
    reads = row(readme(tmp_path, PIPELINE, SECRET), "`LAB_LIVE_PLAN_ROLE`")[2]
    assert reads.endswith("`secretsmanager:GetSecretValue` on the environment's secrets")
    by_hand = readme(tmp_path, ("  live:\n", "  live:\n    pipeline: {}\n"))
    assert "started by hand" in by_hand
    assert "asks nobody" in by_hand


def test_the_account_says_what_it_holds_and_whom_it_trusts(tmp_path: Path) -> None:
    def account(*changes: Change) -> str:
        found = load_manifest(edited(tmp_path, *changes).path).account
        return account_readme(found, AccountRoot(found), "Generated.")

    plain = account()
    assert row(plain, "`aws_ecr_repository`")[2] == "3"
    assert "Delivering with GitHub" not in plain
    # Terraform answers nothing between the two: the backend has changed and is not initialised yet.
    assert "\nbucket=$(terraform output -raw state_bucket)\nrm backend_override.tf\n" in plain
    assert "github_repositories" in account(("network:\n", "delivery: {}\nnetwork:\n"))
    trail = account(("network:\n", "audit_trail: {}\nnetwork:\n"))
    assert row(trail, "`aws_cloudtrail`")[2] == "1"
    assert "and the audit trail.\n" in trail


def test_the_state_bucket_is_asked_for_while_its_backend_is_initialised(tmp_path: Path) -> None:
    """Terraform refuses every `output` between a change of the backend and the next `init`."""
    found = load_manifest(edited(tmp_path).path).account
    first = sections(account_readme(found, AccountRoot(found), "Generated."))["First deployment"]
    commands = first.split("```")[1].splitlines()[1:]
    (asked,) = [number for number, line in enumerate(commands) if "terraform output" in line]
    assert asked < commands.index("rm backend_override.tf")
