"""CloudWatch.

- PutCompositeAlarm: missing in moto, though its model of an alarm has the rule; without it every
  `aws_cloudwatch_composite_alarm` fails with HTTP 500.
"""

from __future__ import annotations

from typing import Any

from moto.cloudwatch.responses import CloudWatchResponse

from generator.embedded_aws.patching import adds
from generator.embedded_aws.state import ServerState


def apply(_: ServerState) -> None:
    @adds(CloudWatchResponse, "put_composite_alarm")
    def put_composite_alarm(self: Any) -> Any:
        return self.put_metric_alarm()
