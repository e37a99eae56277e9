"""CloudWatch and its logs."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta

from tests.localcloud.api.check import At, check, refused


@check(
    "logs",
    "CreateLogGroup DescribeLogGroups PutRetentionPolicy DeleteRetentionPolicy CreateLogStream PutLogEvents",
    "GetLogEvents FilterLogEvents DescribeLogStreams DeleteLogGroup",
)
def groups(at: At) -> None:
    """Groups with their retention; events are read back in order, and found by a filter"""
    logs = at("logs")
    logs.create_log_group(logGroupName=at.name(), tags={"a": "1"})
    assert refused(logs.create_log_group, logGroupName=at.name()) == "ResourceAlreadyExistsException"
    logs.put_retention_policy(logGroupName=at.name(), retentionInDays=14)
    (told,) = logs.describe_log_groups(logGroupNamePrefix=at.name())["logGroups"]
    assert told["retentionInDays"] == 14
    logs.delete_retention_policy(logGroupName=at.name())
    stream = {"logGroupName": at.name(), "logStreamName": "s"}
    logs.create_log_stream(**stream)
    now = int(time.time() * 1000)
    events = [{"timestamp": now + number, "message": f"line {number}"} for number in range(3)]
    logs.put_log_events(**stream, logEvents=events)
    told = [each["message"] for each in logs.get_log_events(**stream, startFromHead=True)["events"]]
    assert told == ["line 0", "line 1", "line 2"]
    found = logs.filter_log_events(logGroupName=at.name(), filterPattern='"line 1"')["events"]
    assert [each["message"] for each in found] == ["line 1"]
    assert logs.describe_log_streams(logGroupName=at.name())["logStreams"][0]["logStreamName"] == "s"
    logs.delete_log_group(logGroupName=at.name())
    assert logs.describe_log_groups(logGroupNamePrefix=at.name())["logGroups"] == []


@check(
    "cloudwatch",
    "PutMetricAlarm DescribeAlarms SetAlarmState PutMetricData GetMetricStatistics ListMetrics DeleteAlarms",
)
def alarms(at: At) -> None:
    """Alarms and metrics are read back"""
    watch = at("cloudwatch")
    metric = {"Namespace": at.name(), "MetricName": "depth"}
    watch.put_metric_alarm(
        AlarmName=at.name(), **metric, Threshold=5, ComparisonOperator="GreaterThanThreshold", Period=60,
        EvaluationPeriods=1, Statistic="Maximum",
    )  # fmt: skip
    (told,) = watch.describe_alarms(AlarmNames=[at.name()])["MetricAlarms"]
    assert (told["Threshold"], told["MetricName"]) == (5, "depth")
    at.differs("a new alarm is `OK`", told["StateValue"], here="OK", aws="INSUFFICIENT_DATA")
    watch.set_alarm_state(AlarmName=at.name(), StateValue="OK", StateReason="r")
    watch.put_metric_data(Namespace=at.name(), MetricData=[{"MetricName": "depth", "Value": 7.0}])
    span = {"StartTime": datetime.now(UTC) - timedelta(hours=1), "EndTime": datetime.now(UTC) + timedelta(hours=1)}
    told = watch.get_metric_statistics(**metric, **span, Period=3600, Statistics=["Maximum"])["Datapoints"]
    assert [each["Maximum"] for each in told] == [7.0]
    assert watch.list_metrics(Namespace=at.name())["Metrics"][0]["MetricName"] == "depth"
    state = watch.describe_alarms(AlarmNames=[at.name()])["MetricAlarms"][0]["StateValue"]
    at.differs("alarms are kept, never evaluated", state, here="OK", aws="ALARM")
    watch.delete_alarms(AlarmNames=[at.name()])
    assert watch.describe_alarms(AlarmNames=[at.name()])["MetricAlarms"] == []
