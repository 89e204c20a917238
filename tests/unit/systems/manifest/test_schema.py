"""The JSON Schema: what an editor accepts and refuses."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft7Validator
from ruamel.yaml import YAML

from generator.systems.manifest import json_schema, load_manifest, schema_text
from tests.unit.systems.manifest.manifests import SMALL, edited

MANIFESTS = sorted((Path(__file__).parents[4] / "envs").glob("*/system.yaml"))


def faults(text: str) -> list[str]:
    data = YAML(typ="safe", pure=True).load(text)
    return [error.message for error in Draft7Validator(json_schema()).iter_errors(data)]


def test_it_is_a_schema_and_its_text_is_the_same_every_time() -> None:
    schema = json_schema()
    Draft7Validator.check_schema(schema)
    assert json.loads(schema_text()) == schema
    assert schema_text() == schema_text()


@pytest.mark.parametrize("manifest", MANIFESTS, ids=lambda path: path.parent.name)
def test_the_manifests_of_this_project_are_accepted(manifest: Path) -> None:
    assert faults(manifest.read_text(encoding="utf-8")) == []


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("owner: teaching", "owner: teaching"),
        ("cpu: 512", "cpu: 512\n    platform: linux/arm64"),
        ("idle_timeout: 200", "idle_timeout: 5m"),
        ("healthcheck: /health", "healthcheck: { interval: 20s, timeout: 3 }"),
        ("MODE: fast", "MODE: 12"),
        ("MODE: fast", "MODE: true"),
        ("      traces: {}", "      traces:"),
        ("network:\n", "network:\n  flow_logs: false\n"),
        ("network:\n", "network:\n  flow_logs: { retention: 30 }\n"),
        ("cpu: 512", "cpu: 512\n    count: 3"),
        ("cpu: 512", "cpu: 512\n    count: { range: { min: 1, max: 2 }, cpu_percentage: 50 }"),
        ("cpu: 512", "cpu: 512\n    user: 1000"),
        ("cpu: 512", "cpu: 512\n    command: node server.js"),
        (
            "cpu: 512",
            "cpu: 512\n    secrets: { A: 'ssm:/{environment}', B: { secretsmanager: '{environment}', key: c } }",
        ),
        (
            "cpu: 512",
            "cpu: 512\n    secrets: { A: { ssm: '/{environment}', value: x } }",
        ),
        (
            "cpu: 512",
            "cpu: 512\n    secrets: { A: { secretsmanager: '{environment}', replicas: [eu-west-1] } }",
        ),
        ("cpu: 512", "cpu: 512\n    count: { spot: 1 }"),
        ("cpu: 512", "cpu: 512\n    count: { range: { min: 1, max: 3, spot_from: 2 }, cpu_percentage: 50 }"),
        ("services:\n", "off_hours: { time_zone: Europe/Berlin }\nservices:\n"),
        ("services:\n", "off_hours: false\nservices:\n"),
        (
            "uses: { code_runner: true }\n",
            (
                "uses: { code_runner: true, databases: [main] }\n"
                'databases: { main: { version: "15", instance_class: db.t4g.micro } }\n'
            ),
        ),
        ("      traces: {}", "      traces: { transitions: { GLACIER: 90 } }"),
        (
            "      traces: {}",
            "      traces: { cors: { app: { allowed_origins: 'https://a.b', allowed_methods: [GET] } } }",
        ),
    ],
)
def test_what_the_loader_takes_an_editor_takes(tmp_path: Path, old: str, new: str) -> None:
    manifest = edited(tmp_path, (old, new))
    load_manifest(manifest.path)
    assert faults(manifest.text) == []


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("system: lab\n", ""),
        ("system: lab", "system: Lab"),
        ("owner:", "ownre:"),
        ("    cpu: 512", "    cpus: 512"),
        ("    cpu: 512", "    cpu: 500"),
        ("    memory: 1024", "    memory: lots"),
        ("idle_timeout: 200", "idle_timeout: soon"),
        ("idle_timeout: 200", "idle_timeout: 5000"),
        ("    http:\n      path: /\n", "    http: true\n"),
        ("range: 2-6", "range: two"),
        ("range: 2-6", "rnage: 2-6"),
        ("MODE: fast", "MODE: [fast]"),
        ("MODE: fast", "MO-DE: fast"),
        ("cidr: 10.0.0.0/16", "cidr: everything"),
        ("  live:\n", "  Live:\n"),
        ("  live:\n", "  account:\n"),
        ("  live:\n", "  live:\n    region: eu-west-1\n"),
        ("  live:\n", "  live:\n    registries: { keep_images: 3 }\n"),
        ("  web:\n    image", "  Web_1:\n    image"),
        ("  timeout: 60", "  timeout: 901"),
        ("  timeout: 60", "  engine: ec3"),
        ("code_runner: true", "code_runner: yes"),
        ("services:\n", "off_hours: { time_zone: Europe/Berlin, from: 8pm }\nservices:\n"),
        ("services:\n", "off_hours: true\nservices:\n"),
        ("services:\n", "databases: { main: { version: 15, instance_class: db.t4g.micro } }\nservices:\n"),
        ("      traces: {}", "      traces: { transitions: { ICEBERG: 90 } }"),
    ],
)
def test_typical_mistakes_are_refused(tmp_path: Path, old: str, new: str) -> None:
    assert faults(edited(tmp_path, (old, new)).text)


def test_environments_are_required() -> None:
    assert faults(SMALL.partition("environments:\n")[0])


def test_an_environment_may_be_empty() -> None:
    assert faults("system: lab\nenvironments:\n  dev:\n") == []


def described(schema: dict[str, Any], definitions: dict[str, Any]) -> bool:
    references = [schema.get("$ref"), *(form.get("$ref") for form in schema.get("allOf", ()))]
    return bool(schema.get("description")) or any(
        definitions[reference.rsplit("/", 1)[1]].get("description") for reference in references if reference
    )


def test_every_key_has_a_description_for_the_editor() -> None:
    schema = json_schema()
    definitions = schema["$defs"]
    silent = [
        f"{name}.{key}"
        for name, definition in {"": schema, **definitions}.items()
        for key, value in definition.get("properties", {}).items()
        if not described(value, definitions)
    ]
    assert silent == []
