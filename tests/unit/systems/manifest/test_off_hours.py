"""Hours in which an environment sleeps: their forms, and the schedules that they become."""

from __future__ import annotations

from pathlib import Path

import pytest

from generator.systems.manifest.off_hours import OffHours
from tests.unit.systems.manifest.manifests import Edited, edited


def with_hours(directory: Path, written: str, *changes: tuple[str, str]) -> Edited:
    return edited(directory, ("services:\n", f"off_hours: {written}\nservices:\n"), *changes)


def hours(directory: Path, written: str) -> OffHours:
    found = with_hours(directory, written).resolve().off_hours
    assert found is not None
    return found


def test_an_environment_never_sleeps_unless_it_is_said(tmp_path: Path) -> None:
    assert edited(tmp_path).resolve().off_hours is None


def test_nights_and_weekends_are_off_by_default(tmp_path: Path) -> None:
    found = hours(tmp_path, "{ time_zone: America/New_York }")
    assert (found.falls_asleep, found.wakes_up) == ("cron(0 20 ? * MON-FRI *)", "cron(0 8 ? * MON-FRI *)")


def test_hours_need_no_quotation_marks_and_weekends_may_be_on(tmp_path: Path) -> None:
    found = hours(tmp_path, "{ from: 22:30, until: 06:05, weekends: false, time_zone: UTC }")
    assert (found.falls_asleep, found.wakes_up) == ("cron(30 22 * * ? *)", "cron(5 6 * * ? *)")


def test_an_override_may_wake_one_environment(tmp_path: Path) -> None:
    manifest = with_hours(tmp_path, "{ time_zone: UTC }", ("  live:\n", "  live:\n    off_hours: false\n"))
    assert manifest.resolve("dev").off_hours is not None
    assert manifest.resolve("live").off_hours is None


@pytest.mark.parametrize(
    ("written", "what"),
    [
        ("{}", "off_hours needs the key time_zone."),
        ("true", "off_hours must be false or a map with time_zone."),
        ("{ time_zone: New York }", 'off_hours.time_zone has the wrong form: "New York".'),
        ("{ time_zone: America/NewYork }", "off_hours names a time zone that does not exist: America/NewYork."),
        ("{ time_zone: UTC, from: 24:00 }", 'off_hours.from has the wrong form: "24:00".'),
        ("{ time_zone: UTC, until: 8:00 }", 'off_hours.until has the wrong form: "8:00".'),
        ("{ time_zone: UTC, from: 08:00 }", "off_hours ends at 08:00, not in the morning after 08:00."),
        ("{ time_zone: UTC, until: 21:00 }", "off_hours ends at 21:00, not in the morning after 20:00."),
    ],
)
def test_hours_that_are_no_night_are_refused(tmp_path: Path, written: str, what: str) -> None:
    assert with_hours(tmp_path, written).error("off_hours:").what == what
