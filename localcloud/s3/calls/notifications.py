"""Which events a bucket tells to whom: judged as S3 judges it when it is put."""

from __future__ import annotations

import itertools
import secrets
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from localcloud.s3 import buckets, events
from localcloud.s3.faults import Fault, invalid, not_implemented
from localcloud.s3.request import Answer, Request

if TYPE_CHECKING:
    from localcloud.s3.service import S3

UNABLE = "Unable to validate the following destination configurations"
AMBIGUOUS = (
    "Configuration is ambiguously defined. Cannot have overlapping suffixes in two rules "
    "if the prefixes are overlapping for the same event type."
)
SERVICES = {"QueueConfigurations": "sqs", "TopicConfigurations": "sns"}


def put_notification(s3: S3, request: Request) -> Answer:
    document = request.asked["NotificationConfiguration"]
    if document.get("LambdaFunctionConfigurations"):
        raise not_implemented("events to Lambda functions")
    for section, configuration in _configurations(document):
        _check(section, configuration)
    _check_overlaps(document)
    with s3.store.reading() as reading:
        bucket = buckets.find(reading, request.bucket)
    if not request.asked.get("SkipDestinationValidation"):
        # Asked outside of our own transaction: the answer comes from other services.
        _check_destinations(s3, bucket, document)
    with s3.store.change() as change:
        bucket = buckets.find(change, request.bucket)
        before = _destinations(buckets.setting(change, bucket, events.SETTING) or {})
        buckets.put_setting(change, bucket, events.SETTING, document)
        for destination in sorted(_destinations(document) - before):
            events.tell_test(change, bucket, destination, request.origin)
    return Answer()


def get_notification(s3: S3, request: Request) -> Answer:
    with s3.store.reading() as reading:
        found = buckets.setting(reading, buckets.find(reading, request.bucket), events.SETTING)
    return Answer(found or {})


def _configurations(document: Mapping[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    for section in SERVICES:
        for configuration in document.get(section, []):
            yield section, configuration


def _destinations(document: Mapping[str, Any]) -> set[str]:
    return {configuration[events.TARGETS[section]] for section, configuration in _configurations(document)}


def _check(section: str, configuration: dict[str, Any]) -> None:
    arn = configuration[events.TARGETS[section]]
    if arn.split(":")[:3] != ["arn", "aws", SERVICES[section]] or len(arn.split(":")) != 6:
        raise invalid(arn, "null", "The ARN could not be parsed")
    if arn.endswith(".fifo"):
        raise invalid(arn, "null", "FIFO destinations are not supported by S3")
    if not configuration["Events"]:
        raise Fault("MalformedXML")
    configuration.setdefault("Id", secrets.token_urlsafe(36))
    rules = configuration.get("Filter", {}).get("Key", {}).get("FilterRules", [])
    named = []
    for rule in rules:
        name = rule.get("Name", "").lower()
        if name not in ("prefix", "suffix"):
            raise invalid("FilterRule.Name", rule.get("Name", ""), "filter rule name must be either prefix or suffix")
        if name in named:
            raise invalid("FilterRule.Name", name, f"Cannot specify more than one {name} rule in a filter.")
        if len(rule.setdefault("Value", "")) > 1024:
            raise invalid(
                "FilterRule.Value", rule["Value"], "Size of filter rule value cannot exceed 1024 bytes in UTF-8"
            )
        named.append(name)


def _check_overlaps(document: Mapping[str, Any]) -> None:
    """No event may fit two configurations: an upload is told once."""
    for (_, one), (_, other) in itertools.combinations(_configurations(document), 2):
        shared = any(
            events.covers(a, b) or events.covers(b, a) for a, b in itertools.product(one["Events"], other["Events"])
        )
        (prefix, suffix), (other_prefix, other_suffix) = events.filters(one), events.filters(other)
        begin_alike = prefix.startswith(other_prefix) or other_prefix.startswith(prefix)
        end_alike = suffix.endswith(other_suffix) or other_suffix.endswith(suffix)
        if shared and begin_alike and end_alike:
            raise Fault("InvalidArgument", AMBIGUOUS)
        if one["Id"] == other["Id"]:
            raise Fault("InvalidArgument", "The same ID is used for more than one configuration.")


def _check_destinations(s3: S3, bucket: buckets.Bucket, document: Mapping[str, Any]) -> None:
    refused = [arn for arn in sorted(_destinations(document)) if not s3.may_deliver(arn, bucket.arn)]
    if refused:
        why = "The destination does not exist, or its policy does not let s3.amazonaws.com send to it"
        fault = Fault("InvalidArgument", UNABLE)
        for number, arn in enumerate(refused, 1):
            fault.more |= {f"ArgumentName{number}": arn, f"ArgumentValue{number}": why}
        raise fault
