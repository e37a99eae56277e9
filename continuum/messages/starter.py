"""Messages of the workflow starter queue: start this workflow on these data."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from types import MappingProxyType
from typing import Any

from continuum.fields import FieldError, build
from continuum.messages.body import MessageError, dump, load
from continuum.messages.s3 import ObjectEvent

# An attribute of the message, beside its body: a time (ISO 8601). What was started since then is not started again.
UNLESS_SINCE = "unless_started_since"


@dataclass(frozen=True)
class StartWorkflow:
    """Start the workflow of this name; its data become the execution's input as they are."""

    workflow_name: str
    workflow_data: Mapping[str, Any] = field(default_factory=lambda: MappingProxyType({}))

    @classmethod
    def parse(cls, body: str) -> StartWorkflow:
        """Reads a message's body; raises MessageError."""
        try:
            message = build(cls, load(body), "not a starter message")
        except FieldError as error:
            raise MessageError(str(error)) from error
        if not message.workflow_name:
            raise MessageError("not a starter message: workflow_name is empty")
        return message

    def body(self) -> str:
        return dump({"workflow_name": self.workflow_name, "workflow_data": dict(self.workflow_data)})


@dataclass(frozen=True)
class ArticleData:
    """The data of PublishPerfectArticle and SilentCorrectionsIngest: the zip that arrived."""

    event_name: str
    event_time: str
    bucket_name: str
    file_name: str
    file_etag: str
    file_size: int

    @classmethod
    def of(cls, event: ObjectEvent) -> ArticleData:
        """The data for what S3 told of."""
        return cls(event.event_name, event.event_time, event.bucket, event.key, event.etag, event.size)

    def values(self) -> dict[str, Any]:
        """The `workflow_data` of a starter message."""
        return asdict(self)
