"""AWS's query protocol for SQS: a form in, XML out. Names within it are older than the JSON protocol's.

moto knows both names of everything; its parser and serializer do the work here.
"""

from __future__ import annotations

import base64
import logging
import uuid
from collections.abc import Iterable
from typing import Any
from xml.sax.saxutils import escape

from localcloud.answer import Gone
from localcloud.protocol import Application, Fault, Perform
from localcloud.sqs.faults import OWN, Refused, refused, wrong

log = logging.getLogger(__name__)
NAMESPACE = "http://queue.amazonaws.com/doc/2012-11-05/"
LARGEST_FORM = 16 * 1024 * 1024  # bytes: ten messages, quoted


def query_application(perform: Perform) -> Application:
    from werkzeug.wrappers import Request, Response

    def app(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        request = Request(environ)
        request.max_form_memory_size = LARGEST_FORM
        id_ = str(uuid.uuid4())
        status, body = _answer(perform, dict(request.values.items()), environ, id_)
        response = Response(body, status, {"x-amzn-RequestId": id_}, content_type="text/xml")
        return response(environ, start_response)

    return app


def _answer(perform: Perform, values: dict[str, str], environ: dict[str, Any], id_: str) -> tuple[int, str]:
    try:
        return 200, _performed(perform, values, environ, id_)
    except Fault as fault:
        return fault.status, _refusal(fault, id_)
    except Gone:
        raise
    except Exception as error:
        log.exception("%s", values.get("Action"))
        return 500, _error("Receiver", "InternalFailure", str(error), id_)


def _performed(perform: Perform, values: dict[str, str], environ: dict[str, Any], id_: str) -> str:
    from moto.core.parse import QueryParser
    from moto.core.serialize import SerializationContext, SqsQuerySerializer
    from moto.core.utils import get_service_model

    model, name = get_service_model("sqs"), values.get("Action", "")
    if name not in model.operation_names:
        raise Refused(OWN + "InvalidAction", f"The action {name} is not valid for this endpoint.", "InvalidAction")
    operation = model.operation_model(name)
    if environ["PATH_INFO"].count("/") == 2:  # older clients send to the queue's own URL
        values.setdefault("QueueUrl", environ["PATH_INFO"])
    try:
        asked = _with(QueryParser(operation).parse({"values": values}) if operation.input_shape else {}, _as_text)
    except ValueError as error:
        raise wrong(f"A parameter is not of its type: {error}") from error
    answer = _with(perform(name, asked, environ) or {}, _as_bytes)
    context = SerializationContext(request_id=id_)
    return str(SqsQuerySerializer(operation, context).serialize(answer)["body"])


def _with(value: Any, change: Any, key: str = "") -> Any:
    """The same value with every binary one within it changed."""
    if isinstance(value, dict):
        return {name: _with(item, change, name) for name, item in value.items()}
    if isinstance(value, list):
        return [_with(item, change, key) for item in value]
    return change(value) if key == "BinaryValue" else value


def _as_text(value: Any) -> str:
    """Binary values are Base64 everywhere but in moto's parser and serializer."""
    return base64.b64encode(value).decode() if isinstance(value, bytes) else str(value)


def _as_bytes(value: str) -> bytes:
    return base64.b64decode(value)


def _refusal(fault: Fault, id_: str) -> str:
    code = fault.old_code if isinstance(fault, Refused) else fault.code
    message = fault.message
    if fault.kind == refused("QueueDoesNotExist", "").kind:
        message = "The specified queue does not exist for this wsdl version."
    return _error("Sender", code, message, id_)


def _error(side: str, code: str, message: str, id_: str) -> str:
    return (
        f'<?xml version="1.0"?><ErrorResponse xmlns="{NAMESPACE}"><Error><Type>{side}</Type><Code>{escape(code)}</Code>'
        f"<Message>{escape(message)}</Message><Detail/></Error><RequestId>{id_}</RequestId></ErrorResponse>"
    )
