"""The journal's files in S3, by the settings' names of their buckets.

storage = Storage.of(settings)
storage.put("eif_bucket", "00353.1/…/elife-00353-v1.json", text, "application/json")
storage.get("expanded_bucket", "00353.1/…/elife-00353-v1.xml")
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import IO, TYPE_CHECKING, Any, Self

from botocore.exceptions import BotoCoreError, ClientError
from s3transfer.exceptions import RetriesExceededError
from s3transfer.manager import TransferConfig, TransferManager
from urllib3.exceptions import HTTPError

from bot.activity.task import PermanentFailure, TemporaryFailure
from bot.provider.environment import BotSettings
from bot.provider.media import Shown, content_type
from continuum import aws

if TYPE_CHECKING:
    from _typeshed import SupportsRead
    from types_boto3_s3 import S3Client
    from types_boto3_s3.type_defs import CopySourceTypeDef

_MB = 1024 * 1024
# What is larger goes in parts, some at a time: some dozen megabytes are in memory, however large the file is.
_IN_PARTS = TransferConfig(
    multipart_threshold=8 * _MB,
    multipart_chunksize=8 * _MB,
    max_request_concurrency=4,
    max_submission_concurrency=4,
    max_in_memory_upload_chunks=4,
    max_in_memory_download_chunks=4,
    max_io_queue_size=32,  # of 256 KB
)
_MISSING = {"NoSuchKey", "404", "NotFound"}
_FORBIDDEN = {"AccessDenied", "403", "Forbidden"}
_THERE_ALREADY = {"PreconditionFailed", "412"}


class NoSuchFile(PermanentFailure):
    """The file is not in the bucket."""


@dataclass(frozen=True)
class Stored:
    """A file as it is read: its size in bytes, and where to read it."""

    size: int
    body: SupportsRead[bytes]


class Storage:
    """The buckets of one environment.

    What a method raises is for editors: PermanentFailure where a file or a bucket is not there, TemporaryFailure for
    what S3 could not do now. Doing anything twice does no harm.
    """

    def __init__(self, client: S3Client, settings: BotSettings) -> None:
        self._client = client
        self._settings = settings

    @classmethod
    def of(cls, settings: BotSettings) -> Self:
        """The buckets that the settings name."""
        return cls(aws.s3(settings.sqs_region), settings)

    def get(self, setting: str, key: str) -> bytes:
        """A file's content; for files of some megabytes."""
        with self._failures(setting, key) as bucket, self._client.get_object(Bucket=bucket, Key=key)["Body"] as body:
            return body.read()

    @contextmanager
    def open(self, setting: str, key: str) -> Iterator[Stored]:
        """A file of any size, to be read once from its beginning to its end."""
        with self._failures(setting, key) as bucket:
            answer = self._client.get_object(Bucket=bucket, Key=key)
            with answer["Body"] as body:
                yield Stored(answer["ContentLength"], body)

    def download(self, setting: str, key: str, file: IO[bytes]) -> None:
        """Writes a file's content, however large, to `file`."""
        self.fetch(self._settings.bucket(setting), key, file)

    def fetch(self, bucket: str, key: str, file: IO[bytes]) -> None:
        """As `download`, from any bucket by its real name: whoever restarts an article says where its zip is."""
        with _failures(bucket, key):
            _transfers(self._client).download(bucket, key, file).result()

    def changed(self, bucket: str, key: str) -> datetime:
        """When a file was put into a bucket, by its real name."""
        with _failures(bucket, key):
            return self._client.head_object(Bucket=bucket, Key=key)["LastModified"]

    def put(self, setting: str, key: str, body: bytes, shown: Shown | str, *, replace: bool = True) -> None:
        """Keeps this content, some megabytes at most; `shown` is its media type, or all that a browser is told.

        Without `replace`, a file that is there stays as it is.
        """
        headers: dict[str, Any] = (Shown(shown) if isinstance(shown, str) else shown).headers()
        headers |= {} if replace else {"IfNoneMatch": "*"}
        with self._failures(setting, key) as bucket:
            try:
                self._client.put_object(Bucket=bucket, Key=key, Body=body, **headers)
            except ClientError as error:
                if error.response["Error"]["Code"] not in _THERE_ALREADY:
                    raise

    def upload(self, setting: str, key: str, file: IO[bytes]) -> None:
        """Keeps what is read from `file`, however much."""
        extra = {"ContentType": content_type(key)}
        with self._failures(setting, key) as bucket:
            _transfers(self._client).upload(file, bucket, key, extra_args=extra).result()

    def copy(self, source: tuple[str, str], target: tuple[str, str], shown: Shown | None = None) -> None:
        """Copies a file, each named by (setting, key), within S3; `shown`: what a browser is told from now on."""
        given: dict[str, Any] = {"MetadataDirective": "REPLACE", **shown.headers()} if shown else {}
        onto = self._settings.bucket(target[0])
        with self._failures(*source) as bucket:
            origin: CopySourceTypeDef = {"Bucket": bucket, "Key": source[1]}
            self._client.copy_object(CopySource=origin, Bucket=onto, Key=target[1], **given)

    def list(self, setting: str, prefix: str) -> list[str]:
        """The keys that begin so, in order."""
        with self._failures(setting, prefix) as bucket:
            pages = self._client.get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=prefix)
            return [entry["Key"] for page in pages for entry in page.get("Contents", ())]

    def delete(self, setting: str, key: str) -> None:
        """Removes a file; it may be gone already."""
        with self._failures(setting, key) as bucket:
            self._client.delete_object(Bucket=bucket, Key=key)

    @contextmanager
    def _failures(self, setting: str, key: str) -> Iterator[str]:
        """Gives the bucket's name; what goes wrong inside comes out in words."""
        with _failures(self._settings.bucket(setting), key) as bucket:
            yield bucket


@contextmanager
def _failures(bucket: str, key: str) -> Iterator[str]:
    try:
        yield bucket
    except ClientError as error:
        raise _in_words(error, bucket, key) from error
    except (BotoCoreError, RetriesExceededError, HTTPError) as error:
        raise TemporaryFailure(f"S3 did not answer about {key} in the bucket {bucket}: {error}") from error


@cache
def _transfers(client: S3Client) -> TransferManager:
    """One set of threads a process."""
    return TransferManager(client, _IN_PARTS)


def _in_words(error: ClientError, bucket: str, key: str) -> Exception:
    code, said = error.response["Error"]["Code"], error.response["Error"].get("Message", "")
    if code in _MISSING:
        return NoSuchFile(f"There is no file {key} in the bucket {bucket}")
    if code == "NoSuchBucket":
        return PermanentFailure(f"There is no bucket {bucket}")
    if code in _FORBIDDEN:
        return PermanentFailure(f"The bot has no right to {key} in the bucket {bucket}: {said}".rstrip(": "))
    return TemporaryFailure(f"S3 could not do its part with {key} in the bucket {bucket}: {code} {said}".rstrip())
