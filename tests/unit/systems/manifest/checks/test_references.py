"""Checks of references to repositories and buckets, and of placeholders that name them."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.unit.systems.manifest.manifests import edited

RUNNER = "code_runner:\n  repository: runner\n  memory: 2048\n  timeout: 60\n"
DEV_WEB = '      web:\n        http: { alias: "dev.{domain}" }\n'


def test_a_repository_that_is_not_listed_is_refused_with_the_nearest(tmp_path: Path) -> None:
    error = edited(tmp_path, ("repository: web", "repository: wbe")).error("repository: wbe")
    assert error.what == 'services.web.image.repository names the repository "wbe", which registries does not list.'
    assert error.cure == 'Did you mean "web"?'


def test_the_code_runner_takes_a_listed_repository_too(tmp_path: Path) -> None:
    error = edited(tmp_path, ("repository: runner", "repository: unlike")).error("repository: unlike")
    assert error.cure == "Known here: api, runner, web."


def test_a_repository_listed_twice_is_refused(tmp_path: Path) -> None:
    error = edited(tmp_path, ("[web, api, runner]", "[web, api, runner, api]")).error("runner, api]")
    assert error.what == 'The repository "api" is listed twice.'


def test_a_bucket_that_is_not_declared_is_refused_with_the_nearest(tmp_path: Path) -> None:
    change = (DEV_WEB, f"{DEV_WEB}        uses: {{ buckets: [trace] }}\n")
    error = edited(tmp_path, change).error("[trace]")
    assert error.what == 'web uses the bucket "trace", which is not declared (environment dev).'
    assert error.cure == 'Did you mean "traces"?'


def test_a_bucket_where_none_is_declared_is_refused(tmp_path: Path) -> None:
    error = edited(
        tmp_path, ("      traces: {}\n", "      {}\n"), (DEV_WEB, f"{DEV_WEB}        uses: {{ buckets: [t] }}\n")
    )
    assert error.error("[t]").cure == "None is declared yet: declare it first."


def test_a_code_runner_that_is_absent_is_refused(tmp_path: Path) -> None:
    error = edited(tmp_path, (RUNNER, "")).error("uses: { code_runner: true }")
    assert error.what == "api uses the code runner, but there is none."


@pytest.mark.parametrize(
    ("value", "what"),
    [
        ("{bucket.trace}", "no such bucket is declared"),
        ("{bucket.traces}", "api may not use that bucket"),
    ],
)
def test_a_variable_cannot_name_a_bucket_the_service_lacks(tmp_path: Path, value: str, what: str) -> None:
    change = (DEV_WEB, f'{DEV_WEB}      api:\n        variables: {{ STORE: "{value}" }}\n')
    error = edited(tmp_path, change).error("STORE")
    assert error.what == f"services.api.variables.STORE holds {value}, but {what} (environment dev)."


def test_a_variable_may_name_a_bucket_in_use(tmp_path: Path) -> None:
    line = 'api:\n        uses: { buckets: [traces] }\n        variables: { STORE: "{bucket.traces}" }\n'
    assert edited(tmp_path, (DEV_WEB, f"{DEV_WEB}      {line}")).resolve().services["api"].variables["STORE"]


def test_a_variable_cannot_name_a_code_runner_the_service_may_not_invoke(tmp_path: Path) -> None:
    changes = (("MODE: fast", 'MODE: "{code_runner}"'), ("{ code_runner: true }", "{ code_runner: false }"))
    error = edited(tmp_path, *changes).error("MODE:")
    assert error.what == "services.api.variables.MODE holds {code_runner}, but api may not invoke it."
    assert edited(tmp_path, changes[0]).resolve()


def test_a_variable_cannot_name_a_code_runner_that_is_absent(tmp_path: Path) -> None:
    changes = (("MODE: fast", 'MODE: "{code_runner}"'), ("    uses: { code_runner: true }\n", ""), (RUNNER, ""))
    assert "but there is no code runner" in edited(tmp_path, *changes).error("MODE:").what


def test_a_variable_cannot_name_a_domain_that_is_absent(tmp_path: Path) -> None:
    manifest = edited(
        tmp_path,
        ("domain: { name: example.org }\n", ""),
        ("idle_timeout: 200", "idle_timeout: 200\n    https: false"),
        (DEV_WEB, ""),
        ('        http: { alias: "{domain}" }\n', ""),
        ("MODE: fast", 'MODE: "{domain}"'),
    )
    assert "but the system has no domain" in manifest.error("MODE:").what


EC2 = "  engine: ec2\n  host: { acknowledge_privileged: true, session_repositories: [runer] }\n"


def test_a_repository_of_sessions_is_one_of_the_registries(tmp_path: Path) -> None:
    internal = ("    idle_timeout: 200\n", "    idle_timeout: 200\n  internal: { idle_timeout: 70 }\n")
    error = edited(tmp_path, ("  timeout: 60\n", "  timeout: 60\n" + EC2), internal).error("session_repositories")
    assert error.what == (
        'code_runner.host.session_repositories[0] names the repository "runer", which registries does not list.'
    )
    assert error.cure == 'Did you mean "runner"?'


def test_a_variable_of_the_code_runner_names_a_registry(tmp_path: Path) -> None:
    lines = '  timeout: 60\n  variables: { IMAGE: "{repository.runer}", SIZE: 1.10 }\n'
    error = edited(tmp_path, ("  timeout: 60\n", lines)).error("IMAGE")
    assert error.what == "code_runner.variables.IMAGE holds {repository.runer}, but registries does not list it."
    runner = edited(tmp_path, ("  timeout: 60\n", lines.replace("runer", "runner"))).resolve().code_runner
    assert runner is not None
    assert str(runner.variables["SIZE"]) == "1.10"


@pytest.mark.parametrize(
    ("engine", "variable", "what", "cure"),
    [
        ("lambda", "{code_runner_url}", "a function has no URL", "Write {code_runner}, the function to invoke."),
        ("fargate", "{code_runner}", "the engine fargate has no function", "Write {code_runner_url}."),
    ],
)
def test_a_placeholder_of_another_engine_is_refused(
    tmp_path: Path, engine: str, variable: str, what: str, cure: str
) -> None:
    changes = (
        ("  timeout: 60\n", f"  timeout: 60\n  engine: {engine}\n"),
        ("memory: 2048", "memory: 512"),
        ("MODE: fast", f'MODE: "{variable}"'),
    )
    error = edited(tmp_path, *changes).error("MODE")
    assert error.what == f"services.api.variables.MODE holds {variable}, but {what}."
    assert error.cure == cure


@pytest.mark.parametrize(
    ("engine", "passes"),
    [
        ("", False),
        ("  engine: ec2\n  host: { acknowledge_privileged: true }\n", False),
        ("  engine: ec2\n  host: { acknowledge_privileged: true, session_repositories: [web] }\n", True),
    ],
)
def test_an_image_that_a_variable_names_is_one_that_the_host_may_pull(
    tmp_path: Path, engine: str, passes: bool
) -> None:
    internal = ("    idle_timeout: 200\n", "    idle_timeout: 200\n  internal: { idle_timeout: 70 }\n")
    lines = f'  timeout: 60\n{engine}  variables: {{ IMAGE: "{{image.web}}" }}\n'
    found = edited(tmp_path, ("  timeout: 60\n", lines), internal)
    if passes:
        assert found.resolve()
        return
    error = found.error("IMAGE")
    assert error.what == "code_runner.variables.IMAGE holds {image.web}, but the code runner may not pull it."
    assert "session_repositories: [web]" in error.cure
