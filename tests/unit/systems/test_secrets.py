"""Secrets and settings in a root module."""

from __future__ import annotations

from pathlib import Path

from tests.unit.systems.roots import block, emitted

BASE = """
system: example
owner: team
region: us-west-2
registries: { repositories: [web] }
network:
  vpc:
    availability_zones: [us-west-2a, us-west-2b]
    cidr: 10.0.0.0/16
    subnets: { public: [10.0.1.0/24, 10.0.2.0/24], private: [10.0.10.0/24, 10.0.11.0/24] }
services:
  web:
    image: { repository: web, port: 8080 }
    secrets:
      TTL: { ssm: "/example/{environment}/ttl", value: "${1800}" }
      KEY: { ssm: /example/key }
      TOKEN: { secretsmanager: "example/{environment}/token", replicas: [us-east-1, eu-west-1] }
environments: { test: {} }
"""


def test_a_setting_has_its_value_and_a_secret_only_a_place(tmp_path: Path) -> None:
    files = emitted(tmp_path, BASE)
    secrets = block(files, "secrets")
    setting = '"ssm:/example/test/ttl" = { name = "/example/test/ttl", value = "$${1800}" }'
    assert secrets[secrets.index("settings = {") + 1 :][:2] == [setting, "}"]
    assert '"ssm:/example/key" = { name = "/example/key" }' in secrets
    web = block(files, "service_web")
    assert 'TTL = module.secrets.arns["ssm:/example/test/ttl"]' in web
    assert 'KEY = module.secrets.arns["ssm:/example/key"]' in web


def test_copies_of_a_secret_are_in_the_regions_that_are_named(tmp_path: Path) -> None:
    text = " ".join(block(emitted(tmp_path, BASE), "secrets"))
    assert 'name = "example/test/token" replicas = { us-east-1 = {} eu-west-1 = {} }' in text.replace(",", "")


def test_without_settings_none_are_mentioned(tmp_path: Path) -> None:
    text = BASE.replace(', value: "${1800}"', "")
    assert not any(line.startswith("settings") for line in block(emitted(tmp_path, text), "secrets"))
