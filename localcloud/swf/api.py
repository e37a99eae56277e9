"""SWF over HTTP: which action answers a request."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from localcloud.protocol import LAST, Answer, Application, json_application, unknown_action
from localcloud.swf import permission
from localcloud.swf.calls import CALLS
from localcloud.swf.calls.tasks import POLLS
from localcloud.swf.faults import too_large
from localcloud.swf.validation import check

if TYPE_CHECKING:
    from localcloud.swf.service import Swf

FIRST = ("Describe", "List", "Register")
"""Asked by programs before they fork their pollers, as simpleflow does: the connection ends, and none inherits it."""


def application(service: Swf) -> Application:
    def perform(name: str, asked: Any, environ: dict[str, Any]) -> Answer:
        if int(environ.get("CONTENT_LENGTH") or 0) > service.limits.request:
            raise too_large()
        if name in POLLS:
            check(name, asked)
            kind, take, nothing = POLLS[name]
            queue = (kind, asked["domain"], asked["taskList"]["name"])
            task = service.poll(queue, lambda change: take(change, asked), environ)
            return nothing if task is None else task
        if name not in CALLS:
            raise unknown_action("SWF", name)
        check(name, asked)
        if name.startswith(FIRST):
            environ[LAST] = True
        if name == "RespondDecisionTaskCompleted":
            asked = permission.judged(asked, environ)
        with service.store.change() as change:
            return CALLS[name](change, asked)

    return json_application("SimpleWorkflowService.", perform)
