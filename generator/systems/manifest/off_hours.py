"""The manifest's model of the hours in which an environment sleeps."""

from __future__ import annotations

from typing import Annotated, Any
from zoneinfo import available_timezones

from pydantic import Field, model_validator

from generator.systems.manifest.fields import Form, Model, wrong

Time = Annotated[str, Form(r"([01]\d|2[0-3]):[0-5]\d", "Write hours and minutes, as 20:00.", longest=5)]
TimeZone = Annotated[
    str,
    Form(r"[A-Za-z]+(/[A-Za-z0-9_+-]+)*", "Write a name of the time zone database, as America/New_York.", longest=64),
]


class OffHours(Model):
    """When no task of any service runs: every night, and from Friday's night to Monday's morning."""

    from_: Time = Field(default="20:00", alias="from", description="When the last task stops, as 20:00.")
    until: Time = Field(default="08:00", description="When tasks start again the next morning, as 08:00.")
    weekends: bool = Field(default=True, description="Whether Saturday and Sunday are off as a whole.")
    time_zone: TimeZone = Field(description="Where these are the hours, as America/New_York; summer time is followed.")

    @model_validator(mode="after")
    def _a_night(self) -> OffHours:
        if self.until >= self.from_:
            raise wrong(f"ends at {self.until}, not in the morning after {self.from_}", "Make until earlier than from.")
        return self

    @model_validator(mode="after")
    def _a_known_zone(self) -> OffHours:
        # AWS would refuse it in the middle of an apply.
        if self.time_zone not in available_timezones():
            raise wrong(
                f"names a time zone that does not exist: {self.time_zone}",
                "Write a name of the time zone database, as America/New_York.",
            )
        return self

    @property
    def falls_asleep(self) -> str:
        """The schedule, as EventBridge writes it, on which tasks stop."""
        return self._cron(self.from_)

    @property
    def wakes_up(self) -> str:
        """The schedule on which tasks start."""
        return self._cron(self.until)

    def _cron(self, time: str) -> str:
        hours, minutes = time.split(":")
        return f"cron({int(minutes)} {int(hours)} {'? * MON-FRI *' if self.weekends else '* * ? *'})"


def off_hours_form(value: Any) -> Any:
    """What false stands for: an environment may wake what the base lets sleep."""
    if value is True:
        raise wrong("must be false or a map with time_zone", "Write off_hours: { time_zone: America/New_York }.")
    return None if value is False else value
