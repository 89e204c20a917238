"""Checks of the code runner and of buckets."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.unit.systems.manifest.manifests import edited


def test_a_run_that_outlasts_the_load_balancer_is_refused(tmp_path: Path) -> None:
    error = edited(tmp_path, ("timeout: 60", "timeout: 191")).error("timeout: 191")
    assert error.what == "A run may take 191 s, but the load balancer in front of api hangs up after 200 s."
    assert error.cure == "Raise http.public.idle_timeout to at least 201, or lower the timeout to at most 190."


def test_an_idle_timeout_too_short_for_any_run_is_refused(tmp_path: Path) -> None:
    error = edited(tmp_path, ("idle_timeout: 200", "idle_timeout: 10")).error("  timeout: 60")
    assert error.cure == "Raise http.public.idle_timeout to at least 70."


def test_ten_seconds_between_them_are_enough(tmp_path: Path) -> None:
    assert edited(tmp_path, ("timeout: 60", "timeout: 190")).resolve()


def test_a_run_that_no_load_balancer_waits_for_may_be_long(tmp_path: Path) -> None:
    changes = (("    uses: { code_runner: true }\n", ""), ("timeout: 60", "timeout: 900"))
    assert edited(tmp_path, *changes).resolve()


@pytest.mark.parametrize("name", ["a.b-{environment}", "a b {environment}", "ü-{environment}"])
def test_a_function_name_that_lambda_refuses_is_refused(tmp_path: Path, name: str) -> None:
    errors = edited(tmp_path, ("  timeout: 60", f'  timeout: 60\n  name: "{name}"')).errors()
    assert all(error.what.startswith("Lambda refuses the function name") for error in errors)


def test_versions_of_an_unversioned_bucket_cannot_expire(tmp_path: Path) -> None:
    change = ("traces: {}", "traces: { versioning: false, noncurrent_expiration_days: 3 }")
    assert edited(tmp_path, change).error("traces:").what == (
        "The bucket traces has no versions that could expire (environment dev)."
    )
