"""Buckets in a root module: what the manifest says of them, and where load balancers log."""

from __future__ import annotations

from pathlib import Path

from tests.unit.systems.roots import block, emitted

BASE = """
system: example
owner: team
region: us-west-2
domain: { name: example.com }
registries: { repositories: [web] }
network:
  vpc:
    availability_zones: [us-west-2a, us-west-2b]
    cidr: 10.0.0.0/16
    subnets: { public: [10.0.1.0/24, 10.0.2.0/24], private: [10.0.10.0/24, 10.0.11.0/24] }
services:
  web:
    image: { repository: web, port: 8080 }
    http: { path: /, alias: "{domain}" }
buckets:
  uploads:
    transitions: { STANDARD_IA: 30, GLACIER: 90 }
    cors:
      app:
        allowed_origins: ["https://{domain}", "http://localhost:4200"]
        allowed_methods: [GET, PUT]
        allowed_headers: ["*"]
        max_age: 10m
  logs: { expiration_days: 365 }
environments: { test: {} }
"""


def test_ages_and_origins_reach_the_module(tmp_path: Path) -> None:
    uploads = block(emitted(tmp_path, BASE), "bucket_uploads")
    start = uploads.index("transitions = {")
    assert uploads[start + 1 : start + 3] == ["STANDARD_IA = 30", "GLACIER = 90"]
    assert 'allowed_origins = ["https://${var.domain}", "http://localhost:4200"]' in uploads
    assert 'allowed_methods = ["GET", "PUT"]' in uploads
    assert 'allowed_headers = ["*"]' in uploads
    assert "max_age_seconds = 600" in uploads
    assert not any(line.startswith(("expose_headers", "load_balancer_logs")) for line in uploads)


def test_load_balancers_log_to_a_bucket_of_theirs_or_to_the_one_that_is_named(tmp_path: Path) -> None:
    own = emitted(tmp_path, BASE)
    assert "access_logs_bucket = module.load_balancer_logs.name" in block(own, "load_balancer")
    text = BASE.replace("365 }", "365, load_balancer_logs: true }")
    named = emitted(tmp_path, text)
    assert "access_logs_bucket = module.bucket_logs.name" in block(named, "load_balancer")
    assert "load_balancer_logs = true" in block(named, "bucket_logs")
    assert not any('"load_balancer_logs"' in body for body in named.values())
