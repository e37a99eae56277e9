"""SQS over HTTP: the JSON protocol of today's clients, and the query protocol of older ones."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from localcloud.home import ACCOUNT
from localcloud.protocol import Application, json_application, listens, unknown_action
from localcloud.sqs.calls import CALLS, Request
from localcloud.sqs.faults import missing
from localcloud.sqs.query import query_application
from localcloud.validation import ensure_types, model

if TYPE_CHECKING:
    from localcloud.sqs.service import Sqs


def application(service: Sqs) -> Application:
    def perform(name: str, asked: Any, environ: dict[str, Any]) -> dict[str, Any] | None:
        if name not in CALLS and name != "ReceiveMessage":
            raise unknown_action("SQS", name)
        shape: Any = model("sqs").operation_model(name).input_shape
        ensure_types(shape, asked)
        for needed in shape.required_members:
            if asked.get(needed) is None:
                raise missing(needed)
        request, connection = Request(asked, _base(environ), _sender(environ)), environ.get("werkzeug.socket")
        return service.perform(name, request, lambda: listens(environ), connection)

    by_json, by_query = json_application("AmazonSQS.", perform), query_application(perform)

    def app(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        return (by_json if "HTTP_X_AMZ_TARGET" in environ else by_query)(environ, start_response)

    return app


def _base(environ: dict[str, Any]) -> str:
    """What stands before a queue's name in its URL: where the caller reached us, and the account."""
    host = environ.get("HTTP_HOST") or f"{environ['SERVER_NAME']}:{environ['SERVER_PORT']}"
    return f"{environ.get('wsgi.url_scheme', 'http')}://{host}/{ACCOUNT}/"


def _sender(environ: dict[str, Any]) -> str:
    caller = environ.get("localcloud.caller")
    return str(caller.user_id) if caller is not None else ACCOUNT
