"""The models: defaults, short forms, and what a value alone can get wrong."""

from __future__ import annotations

from ipaddress import IPv4Network
from pathlib import Path

import pytest

from generator.systems.manifest import Environment
from generator.systems.manifest.fields import architecture
from generator.systems.manifest.network import FlowLogs
from generator.systems.manifest.service import Service
from tests.unit.systems.manifest.manifests import Edited, edited

WEB = "image: { repository: web, port: 3000 }"
VARIABLE = "MODE: fast"


def with_web(directory: Path, *lines: str) -> Edited:
    """The small manifest whose service `web` also says *lines*."""
    return edited(directory, (WEB, "\n    ".join((WEB, *lines))))


def web(directory: Path, *lines: str) -> Service:
    return with_web(directory, *lines).resolve().services["web"]


def test_defaults_follow_copilot_or_the_secure_choice(tmp_path: Path) -> None:
    environment = edited(tmp_path).resolve()
    service = environment.services["web"]
    assert (service.cpu, service.memory, service.platform) == (256, 512, "linux/x86_64")
    assert (service.count.range.min, service.count.range.max, service.count.fixed) == (1, 1, True)
    assert (service.exec, service.storage.readonly_fs, service.runs_as_root) == (False, True, False)
    assert service.deployment.rolling == "default"
    assert service.http is not None
    check = service.http.healthcheck
    assert (check.path, check.success_codes, check.interval, check.timeout) == ("/", "200", 30, 5)
    assert (check.healthy_threshold, check.unhealthy_threshold, check.grace_period) == (5, 2, 60)
    assert (service.http.deregistration_delay, service.http.stickiness) == (60, False)
    assert environment.network.nat == "single"
    assert environment.network.flow_logs == FlowLogs(retention=14)
    assert environment.http.public.https
    assert environment.logging.retention == 30
    assert environment.observability.container_insights is False
    assert environment.log_group("web") == "/ecs/lab-dev/web"
    assert environment.code_runner_name == "lab-dev-code-runner"
    assert environment.buckets["traces"].versioning
    assert environment.prefix == "lab-dev"


def test_a_count_is_a_number_or_a_range(tmp_path: Path) -> None:
    assert web(tmp_path, "count: 0").count.range.max == 0
    count = web(tmp_path, "count: { range: 2-8, memory_percentage: 80, cooldown: { in: 5m, out: 60 } }").count
    assert (count.range.min, count.range.max, count.memory_percentage) == (2, 8, 80)
    assert (count.cooldown.in_, count.cooldown.out) == (300, 60)
    assert web(tmp_path, "count: { range: { min: 1, max: 3 }, cpu_percentage: 70 }").count.range.max == 3
    assert web(tmp_path, "count: { range: 1-3, cpu_percentage: 70 }").count.cooldown.in_ == 120


def test_tasks_run_on_spot_all_or_from_one_on(tmp_path: Path) -> None:
    count = web(tmp_path, "count: { spot: 2 }").count
    assert (count.spot, count.range.min, count.range.max, count.fixed) == (2, 2, 2, True)
    count = web(tmp_path, "count: { range: { min: 1, max: 4, spot_from: 2 }, cpu_percentage: 70 }").count
    assert (count.spot, count.range.spot_from, count.fixed) == (None, 2, False)


def test_a_container_may_say_whether_it_is_healthy(tmp_path: Path) -> None:
    change = ("port: 3000 }", "port: 3000, healthcheck: { command: [CMD-SHELL, curl -f localhost], interval: 1m } }")
    check = edited(tmp_path, change).resolve().services["web"].image.healthcheck
    assert check is not None
    assert (check.command, check.interval, check.timeout, check.retries, check.start_period) == (
        ("CMD-SHELL", "curl -f localhost"),
        60,
        5,
        2,
        0,
    )


@pytest.mark.parametrize(
    ("check", "what"),
    [
        ("{ command: [curl, localhost] }", "begins its command with curl"),
        ("{ command: [CMD] }", "must not be empty"),
        ("{ command: CMD curl }", 'must be a list, not "CMD curl"'),
        ("{ command: [CMD, ls], interval: 4 }", "must be at least 5, not 4"),
        ("{ command: [CMD, ls], timeout: 61 }", "must be at most 60, not 61"),
        ("{ command: [CMD, ls], retries: 11 }", "must be at most 10, not 11"),
        ("{ command: [CMD, ls], start_period: 301 }", "must be at most 300, not 301"),
    ],
)
def test_a_wrong_check_in_the_container_is_refused(tmp_path: Path, check: str, what: str) -> None:
    error = edited(tmp_path, ("port: 3000 }", f"port: 3000, healthcheck: {check} }}")).error("healthcheck: {")
    assert what in error.what


def test_a_route_is_a_map_or_false(tmp_path: Path) -> None:
    manifest = edited(
        tmp_path,
        ("    http:\n      path: /\n", "    http: false\n"),
        ("idle_timeout: 200", "idle_timeout: 200\n    https: false"),
        ('        http: { alias: "dev.{domain}" }\n', "        http:\n"),
    )
    text = manifest.text.replace('        http: { alias: "{domain}" }\n', "")
    manifest.path.write_text(text)
    assert manifest.resolve().services["web"].http is None


def test_a_health_check_is_a_path_or_a_map(tmp_path: Path) -> None:
    api = edited(tmp_path).resolve().services["api"]
    assert api.http is not None
    assert api.http.healthcheck.path == "/health"
    change = ("healthcheck: /health", "healthcheck: { success_codes: 204, interval: 1m, timeout: 20s }")
    api = edited(tmp_path, change).resolve().services["api"]
    assert api.http is not None
    check = api.http.healthcheck
    assert (check.path, check.success_codes, check.interval, check.timeout) == ("/", "204", 60, 20)


@pytest.mark.parametrize(
    ("path", "patterns"), [("/", ("/*",)), ("/api", ("/api", "/api/*")), ("/api*", ("/api*",)), ("/?/x", ("/?/x",))]
)
def test_a_path_leads_to_what_is_below_it(tmp_path: Path, path: str, patterns: tuple[str, ...]) -> None:
    service = edited(tmp_path, ("path: /api", f"path: {path}")).resolve().services["api"]
    assert service.http is not None
    assert service.http.patterns == patterns


def test_aliases_are_one_or_several(tmp_path: Path) -> None:
    one = edited(tmp_path).resolve()
    several = edited(tmp_path, ('alias: "dev.{domain}"', 'alias: ["dev.{domain}", "d.{domain}"]')).resolve()

    def hosts(environment: Environment) -> list[str]:
        http = environment.services["web"].http
        assert http is not None
        return [alias.render(environment.values) for alias in http.alias]

    assert hosts(one) == ["dev.example.org"]
    assert hosts(several) == ["dev.example.org", "d.example.org"]


@pytest.mark.parametrize(
    ("written", "value"),
    [
        ("3000", "3000"),
        ("1.10", "1.10"),
        ("0x1F", "0x1F"),
        ("TRUE", "true"),
        ("no", "no"),
        ("2026-01-01", "2026-01-01"),
        ('""', ""),
        ("", ""),
        ('"{environment}.{region}"', "dev.us-east-1"),
        ('"{service} of {system} at {domain}"', "api of lab at example.org"),
    ],
)
def test_variables_are_text_as_written(tmp_path: Path, written: str, value: str) -> None:
    environment = edited(tmp_path, (VARIABLE, f"MODE: {written}")).resolve()
    assert environment.services["api"].variables["MODE"].render({**environment.values, "service": "api"}) == value


def test_an_override_can_set_a_variable_to_the_empty_text_but_null_keeps_it(tmp_path: Path) -> None:
    def mode(value: str) -> str:
        change = (
            '      web:\n        http: { alias: "dev',
            f'      api: {{ variables: {{ MODE: {value} }} }}\n      web:\n        http: {{ alias: "dev',
        )
        return edited(tmp_path, change).resolve().services["api"].variables["MODE"].render({})

    assert mode('""') == ""
    assert mode("null") == "fast"


def test_secrets_are_references_in_three_forms(tmp_path: Path) -> None:
    lines = [
        "secrets:",
        '  ONE: "ssm:/lab/{environment}/one"',
        "  TWO: 'secretsmanager:{environment}-two:password'",
        "  THREE: { secretsmanager: '{environment}-three', key: token }",
        "  FOUR: { ssm: '/{system}/{environment}/one' }",
    ]
    environment = with_web(tmp_path, *lines).resolve()
    secrets = environment.services["web"].secrets
    found = {
        name: (secret.store, secret.name.render(environment.values), secret.key) for name, secret in secrets.items()
    }
    assert found == {
        "ONE": ("ssm", "/lab/dev/one", None),
        "TWO": ("secretsmanager", "dev-two", "password"),
        "THREE": ("secretsmanager", "dev-three", "token"),
        "FOUR": ("ssm", "/lab/dev/one", None),
    }
    assert list(environment.secrets()) == ["secretsmanager:dev-three", "secretsmanager:dev-two", "ssm:/lab/dev/one"]


def test_a_setting_carries_its_value_as_written(tmp_path: Path) -> None:
    written = "TTL: { ssm: '/{environment}/ttl', value: 1800 }, V: { ssm: '/{environment}/v', value: 1.10 }"
    secrets = web(tmp_path, f"secrets: {{ {written} }}").secrets
    assert {name: secret.value for name, secret in secrets.items()} == {"TTL": "1800", "V": "1.10"}


def test_a_secret_may_have_copies(tmp_path: Path) -> None:
    written = "{ secretsmanager: '{environment}-key', replicas: [us-west-2, eu-west-1] }"
    secret = web(tmp_path, f"secrets: {{ KEY: {written} }}").secrets["KEY"]
    assert secret.replicas == ("us-west-2", "eu-west-1")


def test_a_command_is_a_list_or_a_line(tmp_path: Path) -> None:
    assert web(tmp_path, "command: node server.js --name 'two words'").command == (
        "node",
        "server.js",
        "--name",
        "two words",
    )
    assert web(tmp_path, "command: [node, server.js]").command == ("node", "server.js")


@pytest.mark.parametrize(
    ("user", "root"), [("root", True), ("0", True), ("0:0", True), ("1000", False), ("node:0", False), ("10", False)]
)
def test_root_is_told_by_name_and_number(tmp_path: Path, user: str, root: bool) -> None:
    assert web(tmp_path, f"user: {user}").runs_as_root is root


@pytest.mark.parametrize(("value", "retention"), [("true", 14), ("{ retention: 90 }", 90), ("false", None)])
def test_flow_logs_are_a_truth_value_or_a_map(tmp_path: Path, value: str, retention: int | None) -> None:
    logs = edited(tmp_path, ("network:\n", f"network:\n  flow_logs: {value}\n")).resolve().network.flow_logs
    assert (logs.retention if logs else None) == retention


def test_a_service_may_log_elsewhere(tmp_path: Path) -> None:
    environment = with_web(tmp_path, "logging: { retention: 7, group: '/own/{environment}/{service}' }").resolve()
    assert (environment.log_group("web"), environment.log_retention("web")) == ("/own/dev/web", 7)
    assert (environment.log_group("api"), environment.log_retention("api")) == ("/ecs/lab-dev/api", 30)


def test_networks_are_networks(tmp_path: Path) -> None:
    assert edited(tmp_path).resolve().network.vpc.subnets.public == (
        IPv4Network("10.0.1.0/24"),
        IPv4Network("10.0.2.0/24"),
    )


def test_a_long_function_name_is_cut(tmp_path: Path) -> None:
    name = "runner-" + "x" * 60 + "-{environment}"
    environment = edited(tmp_path, ("  repository: runner", f'  name: "{name}"\n  repository: runner')).resolve()
    assert environment.code_runner_name is not None
    assert len(environment.code_runner_name) <= 64


def test_models_cannot_be_changed(tmp_path: Path) -> None:
    service = web(tmp_path)
    with pytest.raises(ValueError, match="frozen"):
        service.cpu = 512


def test_amd64_is_another_name_of_x86_64() -> None:
    assert architecture("linux/amd64") == architecture("linux/x86_64") == "x86_64"
    assert architecture("linux/arm64") == "arm64"


REFUSED = [
    ("cpu: 300", "must be one of 256, 512, 1024, 2048, 4096, 8192, 16384, not 300"),
    ("cpu: true", "must be a whole number, not true"),
    ("cpu: 256.0", "must be a whole number, not 256.0"),
    ('memory: "512"', 'must be a whole number, not "512"'),
    ("memory: 1.5", "must be a whole number, not 1.5"),
    ("memory: [512]", "must be a whole number, not a list"),
    ("platform: linux/arm", 'must be one of linux/x86_64, linux/amd64, linux/arm64, not "linux/arm"'),
    ("count: -1", "must be at least 0, not -1"),
    ("count: many", "must be a whole number or a map with range"),
    ("count: true", "must be a whole number or a map with range"),
    ("count: { cpu_percentage: 70 }", "has cpu_percentage but no range"),
    ("count: { memory_percentage: 70 }", "has memory_percentage but no range"),
    ("count: { range: 1-x }", 'is not a range: "1-x"'),
    ("count: { range: 1-2, cpu_percentage: 0 }", "must be at least 1, not 0"),
    ("count: { range: 1-2, cpu_percentage: 101 }", "must be at most 100, not 101"),
    ("count: { range: 1-2, cpu_percentage: 70, cooldown: { in: soon } }", 'is not a duration: "soon"'),
    ("count: { spot: -1 }", "must be at least 0, not -1"),
    ("count: { spot: true }", "must be a whole number, not true"),
    ("count: { spot: 1, range: 1-3 }", "has both spot and range"),
    ("count: { spot: 1, cpu_percentage: 70 }", "has both spot and cpu_percentage"),
    ("count: { range: { min: 1, max: 2, spot_from: 0 }, cpu_percentage: 70 }", "must be at least 1, not 0"),
    ("exec: yes", 'must be true or false, not "yes"'),
    ("exec: 1", "must be true or false, not 1"),
    ("deployment: { rolling: recrate }", 'must be one of default, recreate, not "recrate"'),
    ("user: [root]", "must be text, not a list"),
    ('user: "a b"', 'has the wrong form: "a b"'),
    ("storage: { ephemeral: 19 }", "must be at least 20, not 19"),
    ("storage: { ephemeral: 201 }", "must be at most 200, not 201"),
    ("storage: { scratch: [tmp] }", 'has the wrong form: "tmp"'),
    ("storage: { scratch: [/] }", 'has the wrong form: "/"'),
    ("storage: { scratch: /cache }", 'must be a list, not "/cache"'),
    ('command: "a \'b"', "cannot be split into words"),
    ("secrets: { KEY: /lab/key }", "is not a reference to a secret"),
    ("secrets: { KEY: 'ssm:' }", "is not a reference to a secret"),
    ("secrets: { KEY: { ssm: /a, secretsmanager: b } }", "must name one store"),
    ("secrets: { KEY: { key: b } }", "must name one store"),
    ("secrets: { KEY: { secretsmanager: a, key: '' } }", "must not be empty"),
    ("secrets: { KEY: { ssm: /a, key: b } }", "which only a Secrets Manager secret has"),
    ("secrets: { KEY: { ssm: /a, replicas: [us-west-2] } }", "has replicas, which only a Secrets Manager secret has"),
    ("secrets: { KEY: { secretsmanager: a, value: b } }", "has a value, which only an SSM parameter may have"),
    ("secrets: { KEY: { secretsmanager: a, replicas: [west] } }", 'has the wrong form: "west"'),
    ("secrets: { KEY: { ssm: /a, value: '' } }", 'has the wrong form: ""'),
    ("secrets: { KEY: 'ssm:/{domain}' }", "holds the unknown placeholder {domain}"),
    ("variables: { A-B: x }", '"A-B" cannot be a name in services.web.variables'),
    ("variables: { A: [x] }", "must be text, not a list"),
    ('variables: { A: "{enviroment}" }', "holds the unknown placeholder {enviroment}"),
    ('variables: { A: "{bucket}" }', "holds the unknown placeholder {bucket}"),
    ("logging: { retention: 15 }", "must be one of 1, 3, 5, 7, 14, 30"),
    ("logging: { retention: true }", "must be a whole number, not true"),
    ("logging: { group: '{code_runner}' }", "holds the unknown placeholder {code_runner}"),
    ("uses: [code_runner]", "must be a map, not a list"),
    ("uses: { databases: main }", 'must be a list, not "main"'),
    ("uses: { services: [Api] }", 'has the wrong form: "Api"'),
    ("uses: { code_runner: on }", 'must be true or false, not "on"'),
]


@pytest.mark.parametrize(("line", "what"), REFUSED)
def test_a_wrong_value_in_a_service_is_refused(tmp_path: Path, line: str, what: str) -> None:
    assert what in with_web(tmp_path, line).error(line).what


@pytest.mark.parametrize(
    ("old", "new", "what"),
    [
        ("owner: teaching", "owner: [a]", "must be text, not a list"),
        ("owner: teaching", "owner: 12", "must be text, not 12"),
        ("owner: teaching", 'owner: ""', 'has the wrong form: ""'),
        ("system: lab", "system: Lab", 'has the wrong form: "Lab"'),
        ("system: lab", "system: lab--x", 'has the wrong form: "lab--x"'),
        ("system: lab", "system: a-system-with-a-long-name", "is 25 characters long"),
        ("region: us-east-1", "region: us-east", 'has the wrong form: "us-east"'),
        ("name: example.org", "name: Example", 'has the wrong form: "Example"'),
        ("repositories: [web, api, runner]", "repositories: web", 'must be a list, not "web"'),
        ("idle_timeout: 200", "idle_timeout: 0", "must be at least 1, not 0"),
        ("idle_timeout: 200", "idle_timeout: 4001", "must be at most 4000, not 4001"),
        ("timeout: 60", "timeout: 901", "must be at most 900, not 901"),
        ("memory: 2048", "memory: 127", "must be at least 128, not 127"),
        ("memory: 2048", "memory: 10241", "must be at most 10240, not 10241"),
        ("repository: runner", "repository: Runner", 'has the wrong form: "Runner"'),
        ("  timeout: 60", "  timeout: 60\n  engine: fargte", 'must be one of lambda, fargate, ec2, not "fargte"'),
        ("cidr: 10.0.0.0/16", "cidr: 10.0.0.0", 'has no prefix length: "10.0.0.0"'),
        ("cidr: 10.0.0.0/16", "cidr: 10.0.0.1/16", 'has bits set outside its prefix: "10.0.0.1/16"'),
        ("cidr: 10.0.0.0/16", "cidr: 10.0.0.0/8", "is a /8"),
        ("cidr: 10.0.0.0/16", "cidr: fd00::/64", 'is not an IPv4 CIDR: "fd00::/64"'),
        ("cidr: 10.0.0.0/16", "cidr: 10", "must be an IPv4 CIDR, not 10"),
        ("[us-east-1a, us-east-1b]", "[east-1a, us-east-1b]", 'has the wrong form: "east-1a"'),
        ("[us-east-1a, us-east-1b]", "[]", "must not be empty"),
        ("http: { path: /api,", "http: { path: 1,", "must be text, not 1"),
        ("    http:\n      path: /\n", "    http: true\n", ""),
        ("path: /api, healthcheck: /health", "path: /api, healthcheck: health", 'has the wrong form: "health"'),
        ("healthcheck: /health", "healthcheck: { timeout: 1 }", "must be at least 2, not 1"),
        ("healthcheck: /health", "healthcheck: { success_codes: 600 }", 'has the wrong form: "600"'),
        ("healthcheck: /health", "healthcheck: false", "must be a map, not false"),
    ],
)
def test_a_wrong_value_is_refused(tmp_path: Path, old: str, new: str, what: str) -> None:
    errors = edited(tmp_path, (old, new)).errors()
    assert any(what in error.what for error in errors), [error.what for error in errors]


@pytest.mark.parametrize(
    ("line", "cure"),
    [
        ("memmory: 512", 'Did you mean "memory"?'),
        ("readonly_fs: true", "Known here: command, count, cpu, deployment, exec, http, image"),
        ("count: { rnage: 1-3 }", 'Did you mean "range"?'),
        ("count: { range: 1-3, cpu_percentage: 70, cooldown: { inn: 3 } }", 'Did you mean "in"?'),
        ("secrets: { KEY: { smm: /a, ssm: /a } }", 'Did you mean "ssm"?'),
        ("logging: { retension: 3 }", 'Did you mean "retention"?'),
        ('variables: { A: "{enviroment}" }', 'Did you mean "environment"?'),
        ("exec: off", "Write true or false; YAML 1.2 reads yes, no, on and off as text."),
    ],
)
def test_an_unknown_word_is_refused_with_the_nearest(tmp_path: Path, line: str, cure: str) -> None:
    errors = with_web(tmp_path, line).errors()
    assert any(cure in error.cure for error in errors), [str(error) for error in errors]


@pytest.mark.parametrize(
    ("old", "new", "at", "what"),
    [
        ("region: us-east-1\n", "", "system: lab", "The manifest needs the key region."),
        ("  memory: 2048\n", "", "code_runner:\n", "code_runner needs the key memory."),
        ("repository: web, ", "", "{ port: 3000 }", "services.web.image needs the key repository."),
        ("        cidr: 10.0.0.0/16\n", "", "", "network.vpc needs the key cidr (environment dev)."),
        ("      path: /\n", "      stickiness: true\n", "    http:\n", "services.web.http needs the key path."),
    ],
)
def test_a_missing_key_is_reported_at_the_map_that_needs_it(
    tmp_path: Path, old: str, new: str, at: str, what: str
) -> None:
    manifest = edited(tmp_path, (old, new))
    [error] = manifest.errors()
    assert error.what == what
    assert error.cure
    assert not at or (error.where and error.where.line) == manifest.text[: manifest.text.index(at)].count("\n") + 1
