"""Clients of AWS for long-running processes, each made once: making one costs 50 ms of computing.

Where AWS is comes from the environment (AWS_ENDPOINT_URL), and so do the credentials (the machine's role).
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from functools import cache
from typing import TYPE_CHECKING, Any, cast

import boto3
from botocore.config import Config

from continuum import clock

if TYPE_CHECKING:
    from types_boto3_s3 import S3Client
    from types_boto3_secretsmanager import SecretsManagerClient
    from types_boto3_sqs import SQSClient
    from types_boto3_swf import SWFClient

_CONNECT_SECONDS = 5
# SWF holds a poll for 60 s, SQS for 20 s; more than that without an answer is a lost connection.
_READ_SECONDS = 70
# The caller rides out what lasts; a client of its own retries only what is over in a moment.
_CONFIG = Config(
    connect_timeout=_CONNECT_SECONDS,
    read_timeout=_READ_SECONDS,
    retries={"mode": "standard", "total_max_attempts": 2},
)
# An activity asks S3 some hundred times; that one of these is answered 503 must not be the end of its try.
_PATIENT = _CONFIG.merge(Config(retries={"mode": "standard", "total_max_attempts": 5}))


def swf(region: str) -> SWFClient:
    """Amazon SWF."""
    return cast("SWFClient", _client("swf", region, _endpoint()))


def sqs(region: str) -> SQSClient:
    """Amazon SQS."""
    return cast("SQSClient", _client("sqs", region, _endpoint()))


def s3(region: str) -> S3Client:
    """Amazon S3."""
    return cast("S3Client", _client("s3", region, _endpoint()))


def secretsmanager(region: str) -> SecretsManagerClient:
    """AWS Secrets Manager."""
    return cast("SecretsManagerClient", _client("secretsmanager", region, _endpoint()))


def _endpoint() -> str | None:
    return os.environ.get("AWS_ENDPOINT_URL")


@cache
def _client(service: str, region: str, _endpoint: str | None) -> Any:
    # The endpoint is here for the cache alone: boto3 reads it from the environment by itself.
    config = _PATIENT if service == "s3" else _CONFIG
    client = boto3.client(service, region_name=region, config=config)  # type: ignore[call-overload]
    client.meta.events.register("after-call", _hear_time)
    return client


def _hear_time(parsed: Mapping[str, Any], **_: object) -> None:
    clock.hear(parsed.get("ResponseMetadata", {}).get("HTTPHeaders", {}).get("date", ""))
