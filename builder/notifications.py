"""What buckets tell queues of, by the name that the publishing system's users know it by: `NewS3Object`.

CloudFormation sets notifications but has no property for their names, and does not see when somebody takes one away: so
they are looked at here, and put right."""

from __future__ import annotations

from typing import Any

from botocore.exceptions import ClientError

from builder import cloud, report
from cloudformation.description import Bucket, Environment, Names, Notification

NEW_OBJECT = "NewS3Object"
ABSENT = ("NoSuchBucket", "AWS.SimpleQueueService.NonExistentQueue", "QueueDoesNotExist")


def ensure(content: Environment, called: Names, dry_run: bool = False) -> None:
    """Each bucket's notifications as `content` says, named; those that somebody added to them stay."""
    for name, described in content.s3.items():
        try:
            _put_right(called.buckets[name], described, called, dry_run)
        except ClientError as error:
            if not dry_run or error.response["Error"]["Code"] not in ABSENT:
                raise  # a dry run may well look at what has yet to be made


def _put_right(bucket: str, described: Bucket, called: Names, dry_run: bool) -> None:
    client = cloud.client("s3")
    there = client.get_bucket_notification_configuration(Bucket=bucket)
    there.pop("ResponseMetadata", None)
    wanted = [_wanted(number, each, called) for number, each in enumerate(described.notify)]
    queues = [_plain(each) for each in there.get("QueueConfigurations", [])]
    others = [each for each in queues if not _ours(each, wanted)]
    if queues == [*others, *wanted]:
        return
    targets = ", ".join(called.queues[each.queue] for each in described.notify)
    report.say(f"  ~ {bucket} notifies {targets or 'no queue'}", "change")
    if not dry_run:
        there["QueueConfigurations"] = [*others, *wanted]
        client.put_bucket_notification_configuration(Bucket=bucket, NotificationConfiguration=there)


def _wanted(number: int, described: Notification, called: Names) -> dict[str, Any]:
    sqs = cloud.client("sqs")
    url = sqs.get_queue_url(QueueName=called.queues[described.queue])["QueueUrl"]
    arn = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    made = {"Id": NEW_OBJECT + (str(number + 1) if number else ""), "QueueArn": arn, "Events": [described.event]}
    asked = {"prefix": described.prefix, "suffix": described.suffix}
    rules = [{"Name": name, "Value": value} for name, value in asked.items() if value]
    return made | ({"Filter": {"Key": {"FilterRules": rules}}} if rules else {})


def _plain(configuration: dict[str, Any]) -> dict[str, Any]:
    """As S3 tells it, but for the case of a filter's words, which it changes (`Prefix`)."""
    rules = configuration.get("Filter", {}).get("Key", {}).get("FilterRules", [])
    kept = {key: value for key, value in configuration.items() if key != "Filter"}
    plain = [{"Name": rule["Name"].lower(), "Value": rule["Value"]} for rule in rules]
    return kept | ({"Filter": {"Key": {"FilterRules": plain}}} if plain else {})


def _ours(configuration: dict[str, Any], wanted: list[dict[str, Any]]) -> bool:
    """Whether it is one of those wanted, whatever it is called; or was, by its name."""

    def does(each: dict[str, Any]) -> dict[str, Any]:
        return {key: value for key, value in each.items() if key != "Id"}

    return configuration["Id"].startswith(NEW_OBJECT) or does(configuration) in map(does, wanted)
