"""Databases in a root module: who reaches them, what services are told, and what a replica adds."""

from __future__ import annotations

from pathlib import Path

from tests.unit.systems.roots import block, emitted

BASE = """
system: example
owner: team
region: us-west-2
registries: { repositories: [api, web] }
http: { public: { https: false } }
network:
  vpc:
    availability_zones: [us-west-2a, us-west-2b]
    cidr: 10.0.0.0/16
    subnets: { public: [10.0.1.0/24, 10.0.2.0/24], private: [10.0.10.0/24, 10.0.11.0/24] }
logging: { retention: 60 }
databases:
  main-data:
    version: "15"
    instance_class: db.t3.micro
services:
  api:
    image: { repository: api, port: 8080 }
    uses: { databases: [main-data] }
    variables: { DATABASE: "postgres://{database.main-data.host}:{database.main-data.port}/{database.main-data.name}" }
  web:
    image: { repository: web, port: 8080 }
    http: { path: / }
environments: { test: {} }
"""
REPLICA = "    managed_password: false\n    replicas: { reader: {} }\nservices:\n"


def test_only_what_uses_a_database_gets_in(tmp_path: Path) -> None:
    files = emitted(tmp_path, BASE)
    database, api, web = (block(files, name) for name in ("database_main_data", "service_api", "service_web"))
    assert database[database.index("allowed_security_groups = {") + 1 :][:2] == [
        "api = module.service_api.security_group_id",
        "}",
    ]
    rule = '"database.main-data" = { port = 5432, security_group_id = module.database_main_data.security_group_id }'
    assert rule in api
    assert not any("database" in line for line in web)


def test_a_service_may_read_the_secret_of_its_database_and_never_starts_with_the_password(tmp_path: Path) -> None:
    files = emitted(tmp_path, BASE)
    api, web = (block(files, name) for name in ("service_api", "service_web"))
    granted = api[api.index("permissions = {") + 1 :]
    assert granted[: granted.index("}") + 1] == [
        "ReadMainDataDatabaseSecret = {",
        'actions = ["secretsmanager:GetSecretValue"]',
        "resources = [module.database_main_data.secret_arn]",
        "}",
    ]
    assert not any(line.startswith("secrets") for line in api)
    assert not any("secretsmanager" in line for line in web)


def test_placeholders_are_what_the_database_is(tmp_path: Path) -> None:
    (line,) = [line for line in block(emitted(tmp_path, BASE), "service_api") if line.startswith("DATABASE = ")]
    of = "module.database_main_data"
    assert line == f'DATABASE = "postgres://${{{of}.address}}:${{{of}.port}}/${{{of}.database_name}}"'


def test_the_settings_of_the_manifest_reach_the_module(tmp_path: Path) -> None:
    written = """
    engine: mysql
    version: "8.0"
    instance_class: db.r5.large
    storage: 100
    name: skills
    backup_retention: 30
    multi_az: true
"""
    text = BASE.replace('\n    version: "15"\n    instance_class: db.t3.micro\n', written)
    files = emitted(tmp_path, text)
    database, api = block(files, "database_main_data"), block(files, "service_api")
    for line in (
        'name = "example-test-main-data"',
        'engine = "mysql"',
        'engine_version = "8.0"',
        'instance_class = "db.r5.large"',
        "allocated_storage = 100",
        'database_name = "skills"',
        "backup_retention_days = 30",
        "multi_az = true",
        "managed_password = true",
        "log_retention_days = 60",
        "allow_destroy = var.allow_destroy",
        "subnet_ids = values(module.network.private_subnet_ids)",
    ):
        assert line in database, line
    assert any(line.startswith('"database.main-data" = { port = 3306,') for line in api)


def test_a_replica_is_added_and_nothing_else_changes(tmp_path: Path) -> None:
    own = BASE.replace("services:\n", "    managed_password: false\nservices:\n")
    before = emitted(tmp_path, own)
    after = emitted(tmp_path, BASE.replace("services:\n", REPLICA))
    assert {name for name in after if before[name] != after[name]} == {"databases.tf"}
    added = [line for line in after["databases.tf"].splitlines() if line not in before["databases.tf"].splitlines()]
    assert [" ".join(line.split()) for line in added] == ["replicas = {", "reader = {}"]


def test_a_service_can_be_told_of_the_replicas(tmp_path: Path) -> None:
    text = BASE.replace("services:\n", REPLICA).replace(
        "    variables: {", '    variables: { READERS: "{database.main-data.replica_hosts}",'
    )
    api = block(emitted(tmp_path, text), "service_api")
    assert 'READERS = join(",", values(module.database_main_data.replica_addresses))' in api


def test_an_operator_is_told_where_the_database_is(tmp_path: Path) -> None:
    outputs = emitted(tmp_path, BASE)
    endpoint = block(outputs, "database_main_data_endpoint", "output")
    assert 'value = "${module.database_main_data.address}:${module.database_main_data.port}"' in endpoint
    secret = block(outputs, "database_main_data_secret", "output")
    assert "value = module.database_main_data.secret_arn" in secret


def test_a_long_name_is_cut_for_rds(tmp_path: Path) -> None:
    name = "a-database-with-quite-a-long-name-too"
    database = block(emitted(tmp_path, BASE.replace("main-data", name)), f"database_{name.replace('-', '_')}")
    (line,) = [line for line in database if line.startswith("name = ")]
    assert len(line.split('"')[1]) == 40
