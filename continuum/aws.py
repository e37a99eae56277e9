"""Clients of AWS for long-running processes.

Where AWS is comes from the environment (AWS_ENDPOINT_URL), and so do the credentials (the machine's role).
boto3 reads both.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import boto3
from botocore.config import Config

if TYPE_CHECKING:
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


def swf(region: str) -> SWFClient:
    """Amazon SWF."""
    return boto3.client("swf", region_name=region, config=_CONFIG)


def sqs(region: str) -> SQSClient:
    """Amazon SQS."""
    return boto3.client("sqs", region_name=region, config=_CONFIG)
