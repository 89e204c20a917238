"""What reaches terraform of the user's environment variables."""

from __future__ import annotations

from pathlib import Path

import pytest

from generator.terraform.child_environment import child_environment
from generator.terraform.provider_mirror import ProviderSource

MIRROR = ProviderSource(Path("/mirror"), None, None, "test")
REGISTRY = ProviderSource(None, Path("/cache"), None, "test")
EMBEDDED = {"AWS_ENDPOINT_URL": "http://127.0.0.1:1", "AWS_ACCESS_KEY_ID": "111122223333"}


@pytest.mark.parametrize(
    "name",
    [
        "TF_CLI_ARGS",
        "TF_CLI_ARGS_plan",
        "TF_DATA_DIR",
        "TF_INPUT",
        "TF_LOG",
        "TF_LOG_PATH",
        "TF_LOG_PROVIDER",
        "TF_PLUGIN_CACHE_DIR",
        "TF_REATTACH_PROVIDERS",
        "TF_WORKSPACE",
    ],
)
def test_settings_for_another_use_of_terraform_are_dropped(name: str) -> None:
    assert name not in child_environment({name: "x"}, MIRROR)


@pytest.mark.parametrize("name", ["TF_VAR_region", "PATH", "HOME", "HTTPS_PROXY", "SSL_CERT_FILE"])
def test_everything_else_stays(name: str) -> None:
    assert child_environment({name: "x"}, MIRROR, embedded=EMBEDDED)[name] == "x"


def test_a_configuration_file_stays_only_when_it_exists(tmp_path: Path) -> None:
    file = tmp_path / "rc"
    assert "TF_CLI_CONFIG_FILE" not in child_environment({"TF_CLI_CONFIG_FILE": str(file)}, MIRROR)
    file.touch()
    assert child_environment({"TF_CLI_CONFIG_FILE": str(file)}, MIRROR)["TF_CLI_CONFIG_FILE"] == str(file)


def test_the_embedded_aws_replaces_every_credential_of_the_user() -> None:
    users = {"AWS_PROFILE": "prod", "AWS_SESSION_TOKEN": "t", "AWS_CA_BUNDLE": "/c", "AWS_ENDPOINT_URL_S3": "https://x"}
    result = child_environment({**users, "AWS_ACCESS_KEY_ID": "AKIA"}, MIRROR, embedded=EMBEDDED)
    aws = {name: value for name, value in result.items() if name.startswith("AWS_")}
    assert aws == {**EMBEDDED, "AWS_EC2_METADATA_DISABLED": "true"}


def test_for_real_aws_the_credentials_stay() -> None:
    users = {"AWS_PROFILE": "prod", "AWS_CA_BUNDLE": "/c"}
    result = child_environment(users, MIRROR)
    assert {name: value for name, value in result.items() if name.startswith("AWS_")} == users


def test_terraform_runs_as_in_automation_and_calls_no_home() -> None:
    result = child_environment({}, MIRROR)
    assert (result["TF_IN_AUTOMATION"], result["CHECKPOINT_DISABLE"]) == ("1", "1")


def test_the_cache_is_set_only_for_a_source_that_needs_it() -> None:
    assert "TF_PLUGIN_CACHE_DIR" not in child_environment({}, MIRROR)
    assert child_environment({}, REGISTRY)["TF_PLUGIN_CACHE_DIR"] == "/cache"


def test_the_given_environment_is_not_changed() -> None:
    base = {"TF_LOG": "DEBUG", "TF_CLI_CONFIG_FILE": "/absent/file", "AWS_PROFILE": "p"}
    before = dict(base)
    child_environment(base, MIRROR, embedded=EMBEDDED)
    assert base == before
