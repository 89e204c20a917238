"""CloudWatch: alarms made of other alarms."""

from __future__ import annotations

import pytest
from botocore.exceptions import ClientError
from botocore.parsers import ResponseParserError

from tests.rehearsal.embedded_aws.cloud import Cloud

ACTIONS = ["arn:aws:sns:us-west-2:123456789012:alarms"]


def test_a_composite_alarm_is_kept_apart_from_those_of_metrics(either: Cloud) -> None:
    cloudwatch = either.client("cloudwatch")
    wanted = {"AlarmName": either.name, "AlarmRule": "ALARM(one) AND NOT ALARM(two)", "AlarmActions": ACTIONS}
    if either.plain:
        # Its answer is a page in HTML, which newer versions of boto3 take for an error without a code.
        with pytest.raises((ResponseParserError, ClientError)):
            cloudwatch.put_composite_alarm(**wanted)
        return
    cloudwatch.put_composite_alarm(**wanted)
    found = cloudwatch.describe_alarms(AlarmNames=[either.name], AlarmTypes=["CompositeAlarm"])
    (alarm,) = found["CompositeAlarms"]
    assert {key: alarm[key] for key in wanted} == wanted
    assert found["MetricAlarms"] == []
    cloudwatch.delete_alarms(AlarmNames=[either.name])
    assert cloudwatch.describe_alarms(AlarmNames=[either.name])["CompositeAlarms"] == []
