"""Tells SWF that an activity is being worked on, for as long as it is."""

from __future__ import annotations

import logging
import threading
from types import TracebackType
from typing import TYPE_CHECKING, Self

from botocore.exceptions import BotoCoreError, ClientError

if TYPE_CHECKING:
    from types_boto3_swf import SWFClient

log = logging.getLogger(__name__)


class Heartbeat:
    """`with Heartbeat(…):` around the work. Sets `abandoned` when SWF no longer wants its answer.

    A heartbeat that could not be sent is not the end of the work: the next may get through in time.
    """

    def __init__(self, swf: SWFClient, token: str, every_seconds: float, abandoned: threading.Event) -> None:
        self._swf = swf
        self._token = token
        self._every_seconds = every_seconds
        self._abandoned = abandoned
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._beat, name="heartbeat", daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._over.set()

    def _beat(self) -> None:
        while not self._over.wait(self._every_seconds):
            try:
                answer = self._swf.record_activity_task_heartbeat(taskToken=self._token)
            except ClientError as error:
                if error.response["Error"]["Code"] == "UnknownResourceFault":  # timed out, or the execution has ended
                    self._abandoned.set()
                    return
                log.warning("no heartbeat: %s", error)
            except BotoCoreError as error:
                log.warning("no heartbeat: %s", error)
            else:
                if answer["cancelRequested"]:
                    self._abandoned.set()
