"""AWS::Logs::LogGroup and AWS::CloudWatch::Alarm: what is kept of what machines say, and who is told."""

from __future__ import annotations

from typing import Any

from tests.localcloud.cloudformation.cases.case import Case, Resource
from tests.localcloud.cloudformation.cloud import Cloud

ALARM: Resource = {
    "MetricName": "Errors",
    "Namespace": "Bot",
    "ComparisonOperator": "GreaterThanThreshold",
    "EvaluationPeriods": 1,
    "Period": "60",
    "Statistic": "Sum",
    "Threshold": "1",
}


def log_group(cloud: Cloud, it: str) -> Any:
    groups = cloud.client("logs").describe_log_groups(logGroupNamePrefix=it)["logGroups"]
    return [each.get("retentionInDays") for each in groups] or None


def alarm(cloud: Cloud, it: str) -> Any:
    return [
        each["Threshold"] for each in cloud.client("cloudwatch").describe_alarms(AlarmNames=[it])["MetricAlarms"]
    ] or None


CASES = [
    Case(
        "AWS::Logs::LogGroup",
        {"RetentionInDays": "7"},
        log_group,
        [7],
        {"RetentionInDays": 14},
        [14],
        {"LogGroupName": "named"},
    ),
    Case("AWS::CloudWatch::Alarm", ALARM, alarm, [1.0], {"Threshold": 2}, [2.0], {"AlarmName": "named"}),
]
