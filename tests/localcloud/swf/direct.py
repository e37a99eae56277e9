"""SWF without HTTP between: the service's WSGI application called in this process, by boto3's names of the actions."""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from typing import Any

from localcloud.swf import Swf


class Refused(Exception):
    """A call that SWF refused; `code` is the fault's short name."""

    def __init__(self, told: dict[str, str]) -> None:
        super().__init__(told)
        self.code = told["__type"].partition("#")[2]
        self.message = told.get("message", "")


class Direct:
    """`Direct(swf).poll_for_activity_task(domain=…)`; times are numbers, an empty answer is None."""

    def __init__(self, swf: Swf) -> None:
        self.swf = swf

    def __getattr__(self, name: str) -> Callable[..., Any]:
        action = "".join(word.capitalize() for word in name.split("_"))
        return lambda **asked: self.call(action, asked)

    def call(self, action: str, asked: Any) -> Any:
        body = json.dumps(asked).encode()
        status = []
        environ = {
            "HTTP_X_AMZ_TARGET": f"SimpleWorkflowService.{action}",
            "CONTENT_LENGTH": str(len(body)),
            "wsgi.input": io.BytesIO(body),
        }
        answer = b"".join(self.swf.app(environ, lambda line, headers: status.append(line)))
        told = json.loads(answer) if answer else None
        if not status[0].startswith("200"):
            raise Refused(told)
        return told
