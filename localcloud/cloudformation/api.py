"""AWS's Query protocol: a form in, XML out, both by botocore's own model of CloudFormation."""

from __future__ import annotations

import logging
import uuid
from collections.abc import Callable, Iterable
from functools import cache
from typing import TYPE_CHECKING, Any

from localcloud.cloudformation import signals
from localcloud.cloudformation.actions import find
from localcloud.cloudformation.errors import Refused, UnsupportedOperation

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment
    from werkzeug.wrappers import Request, Response

    from localcloud.cloudformation.service import CloudFormation

log = logging.getLogger(__name__)


class InvalidAction(Refused):
    code = "InvalidAction"


class InternalFailure(Refused):
    code = "InternalFailure"


# what AWS would heed: refused, where leaving it out would be a silent yes
UNHEEDED = (
    "DeploymentConfig", "DeploymentMode", "ForceRollback", "ImportExistingResources", "IncludeNestedStacks",
    "ResourceTypes", "RollbackConfiguration",
)  # fmt: skip


@cache
def _model() -> Any:
    from moto.core.utils import get_service_model

    return get_service_model("cloudformation")


def application(service: CloudFormation) -> WSGIApplication:
    from werkzeug.wrappers import Request, Response

    def app(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        request = Request(environ)
        if request.method == "PUT" and request.path.startswith(signals.PATH):
            heard = _signal(service, request)
            return heard(environ, start_response)
        request.max_form_memory_size = 4 * 1024 * 1024  # a template's text is one form field
        status, body = answer(service, request.values)
        response = Response(body, status, content_type="text/xml")
        return response(environ, start_response)

    return app


def _signal(service: CloudFormation, request: Request) -> Response:
    """What was put to the address of a wait condition's handle."""
    from werkzeug.wrappers import Response

    try:
        signals.receive(service.store, request.path, request.get_data(parse_form_data=False))
    except Refused as refused:
        said = f"<Error><Code>{refused.code}</Code><Message>{refused.message}</Message></Error>"
        return Response(said, 403, content_type="application/xml")
    return Response("", 200, content_type="application/xml")


def answer(service: CloudFormation, values: Any) -> tuple[int, str]:
    """Status and XML body for one request's form."""
    from moto.core.model import OperationModel
    from moto.core.serialize import QuerySerializer, SerializationContext

    name = values.get("Action", "")
    known = name in _model().operation_names
    operation = _model().operation_model(name) if known else OperationModel({"name": name}, _model())
    result = _perform(service, name, operation, values) if known else InvalidAction(f"Could not find operation {name}")
    context = SerializationContext(request_id=str(uuid.uuid4()))
    response = QuerySerializer(operation, context).serialize(result)
    body = response["body"]
    status = 500 if isinstance(result, InternalFailure) else response["status_code"]
    return status, body.decode() if isinstance(body, bytes) else body


def _perform(service: CloudFormation, name: str, operation: Any, values: Any) -> dict[str, Any] | Refused:
    from botocore.exceptions import BotoCoreError, ClientError
    from moto.core.parse import QueryParser

    action: Callable[..., dict[str, Any]] | None = find(name)
    if action is None:
        return UnsupportedOperation(f"{name} is an action of AWS's CloudFormation that the local cloud does not have")
    try:
        asked = QueryParser(operation).parse({"values": values}) if operation.input_shape else {}
        missing = [key for key in getattr(operation.input_shape, "required_members", []) if key not in asked]
        if missing:
            where = missing[0][0].lower() + missing[0][1:]
            said = "failed to satisfy constraint: Member must not be null"
            return Refused(f"1 validation error detected: Value null at '{where}' {said}")
        if unheeded := [option for option in UNHEEDED if asked.get(option)]:
            return UnsupportedOperation(f"{name}: the local cloud does not have {unheeded[0]}")
        return action(service, asked)
    except Refused as refused:
        return refused
    except (ClientError, BotoCoreError) as error:
        return Refused(str(error))
    except Exception as error:
        log.exception("%s", name)
        return InternalFailure(f"{name}: {type(error).__name__}: {error}")
