"""AWS::CloudWatch::Alarm."""

from __future__ import annotations

from typing import Any

from localcloud.cloudformation.resources.at import At
from localcloud.cloudformation.resources.kind import Existing, Named, Properties, key_values, names, only, own_tags

SETTINGS = names(
    "ActionsEnabled AlarmActions AlarmDescription ComparisonOperator DatapointsToAlarm Dimensions "
    "EvaluateLowSampleCountPercentile EvaluationPeriods ExtendedStatistic InsufficientDataActions MetricName Metrics "
    "Namespace OKActions Period Statistic Threshold ThresholdMetricId TreatMissingData Unit"
)


class Alarm(Named):
    type = "AWS::CloudWatch::Alarm"
    identifier = "AlarmName"
    named_by = "AlarmName"
    limit = 255
    replaced = names("AlarmName")
    in_place = SETTINGS | {"Tags"}
    attributes = names("Arn")
    tags = "Tags"

    def look(self, at: At, name: str) -> str | None:
        found = at.call("cloudwatch", "DescribeAlarms", {"AlarmNames": [name]})["MetricAlarms"]
        return name if found else None

    def make(self, at: At, name: str, new: Properties) -> str:
        self._put(at, name, new)
        return name

    def read(self, at: At, it: Existing) -> dict[str, Any]:
        return {"Arn": self._arn(at, it.id)}

    def update(self, at: At, it: Existing, new: Properties) -> None:
        self._put(at, it.id, new)
        had, wanted = self.tags_of(it.properties), self.tags_of(new)
        if lost := sorted(had.keys() - wanted.keys()):
            at.call("cloudwatch", "UntagResource", {"ResourceARN": self._arn(at, it.id), "TagKeys": lost})
        if wanted and wanted != had:
            at.call("cloudwatch", "TagResource", {"ResourceARN": self._arn(at, it.id), "Tags": key_values(wanted)})

    def actual(self, at: At, it: Existing) -> Properties:
        told = only(at.call("cloudwatch", "DescribeAlarms", {"AlarmNames": [it.id]})["MetricAlarms"], it.id)
        tags = at.call("cloudwatch", "ListTagsForResource", {"ResourceARN": self._arn(at, it.id)})["Tags"]
        settings = {name: told[name] for name in SETTINGS | {"AlarmName"} if name in told}
        return {**settings, "Tags": own_tags(tags)}

    def delete(self, at: At, it: Existing) -> None:
        at.call("cloudwatch", "DeleteAlarms", {"AlarmNames": [it.id]})

    def _put(self, at: At, name: str, new: Properties) -> None:
        tags = key_values({**self.tags_of(new), **at.system_tags})
        settings = {key: new[key] for key in SETTINGS & new.keys()}
        at.call("cloudwatch", "PutMetricAlarm", {**settings, "AlarmName": name, "Tags": tags})

    def _arn(self, at: At, name: str) -> str:
        return at.arn("cloudwatch", f"alarm:{name}")
