"""How a refused call is answered: each protocol has codes, statuses and words of its own for the same thing."""

from __future__ import annotations

import json
import secrets
import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any
from xml.sax.saxutils import escape

MISMATCH = "The request signature we calculated does not match the signature you provided. "
ASK_DOCUMENTATION = (
    "Check your AWS Secret Access Key and signing method. Consult the service documentation for details."
)
NOT_VALIDATED = "AWS was not able to validate the provided access credentials"


@dataclass(frozen=True)
class Said:
    """A code, a status, and words where the reason has none of its own."""

    code: str
    status: int
    message: str = ""


@dataclass(frozen=True)
class Reason:
    """Why a call is refused, as each protocol says it."""

    json: Said
    query: Said
    s3: Said
    ec2: Said


DENIED = Reason(
    Said("AccessDeniedException", 400),
    Said("AccessDenied", 403),
    Said("AccessDenied", 403),
    Said("UnauthorizedOperation", 403),
)
UNKNOWN_KEY = Reason(
    Said("UnrecognizedClientException", 400, "The security token included in the request is invalid."),
    Said("InvalidClientTokenId", 403, "The security token included in the request is invalid."),
    Said("InvalidAccessKeyId", 403, "The AWS Access Key Id you provided does not exist in our records."),
    Said("AuthFailure", 401, NOT_VALIDATED),
)
BAD_TOKEN = Reason(
    UNKNOWN_KEY.json,
    UNKNOWN_KEY.query,
    Said("InvalidToken", 400, "The provided token is malformed or otherwise invalid."),
    UNKNOWN_KEY.ec2,
)
WRONG_SIGNATURE = Reason(
    Said("InvalidSignatureException", 400, MISMATCH + ASK_DOCUMENTATION),
    Said("SignatureDoesNotMatch", 403, MISMATCH + ASK_DOCUMENTATION),
    Said("SignatureDoesNotMatch", 403, MISMATCH + "Check your key and signing method."),
    Said("AuthFailure", 401, NOT_VALIDATED),
)
SKEWED = Reason(
    Said("InvalidSignatureException", 400),
    Said("SignatureDoesNotMatch", 403),
    Said("RequestTimeTooSkewed", 403, "The difference between the request time and the current time is too large."),
    Said("RequestExpired", 400, "Request has expired."),
)
TOO_LATE = Reason(  # a presigned request
    SKEWED.json, SKEWED.query, Said("AccessDenied", 403, "Request has expired"), SKEWED.ec2
)
EXPIRED = Reason(
    Said("ExpiredTokenException", 400, "The security token included in the request is expired"),
    Said("ExpiredToken", 403, "The security token included in the request is expired"),
    Said("ExpiredToken", 400, "The provided token has expired."),
    Said("RequestExpired", 400, "Request has expired."),
)
UNSIGNED = Reason(
    Said("MissingAuthenticationTokenException", 400, "Request is missing Authentication Token"),
    Said("MissingAuthenticationToken", 403, "Request is missing Authentication Token"),
    Said("AccessDenied", 403, "Access Denied"),
    Said("MissingAuthenticationToken", 403, "Request is missing Authentication Token"),
)
INCOMPLETE = Reason(
    Said("IncompleteSignatureException", 400),
    Said("IncompleteSignature", 400),
    Said("AuthorizationHeaderMalformed", 400),
    Said("AuthFailure", 401, NOT_VALIDATED),
)
OLD_SIGNATURE = Reason(
    INCOMPLETE.json,
    INCOMPLETE.query,
    Said(
        "InvalidRequest",
        400,
        "The authorization mechanism you have provided is not supported. Please use AWS4-HMAC-SHA256.",
    ),
    INCOMPLETE.ec2,
)
UNSIGNED_HEADERS = Reason(
    WRONG_SIGNATURE.json,
    WRONG_SIGNATURE.query,
    Said("AccessDenied", 403, "There were headers present in the request which were not signed"),
    WRONG_SIGNATURE.ec2,
)
NO_CONTENT_HASH = Reason(
    INCOMPLETE.json,
    INCOMPLETE.query,
    Said("InvalidRequest", 400, "Missing required header for this request: x-amz-content-sha256"),
    INCOMPLETE.ec2,
)
TWICE = Said("MalformedQueryString", 400, "A parameter is given twice, with different values.")
AMBIGUOUS = Reason(TWICE, TWICE, TWICE, TWICE)


class Refused(Exception):
    """A call that no service gets to see. `message` is said where the protocol has no words of its own."""

    def __init__(self, reason: Reason, message: str = "") -> None:
        super().__init__(message)
        self.reason = reason
        self.message = message


def answer(refused: Refused, environ: Mapping[str, Any], service: str, start_response: Any) -> Iterable[bytes]:
    """Answer as the service would."""
    status, headers, body = _answer(refused, environ, service)
    payload = b"" if environ["REQUEST_METHOD"] == "HEAD" else body.encode()
    headers.append(("Content-Length", str(len(payload))))
    start_response(f"{status} {HTTPStatus(status).phrase}", headers)
    return [payload]


def _answer(refused: Refused, environ: Mapping[str, Any], service: str) -> tuple[int, list[tuple[str, str]], str]:
    id_, reason = str(uuid.uuid4()), refused.reason
    if service == "s3":
        return _s3(reason.s3, refused.message, environ)
    if "HTTP_X_AMZ_TARGET" in environ:
        return _json(reason, refused.message, service, id_)
    if service == "ec2":
        said, code = reason.ec2, escape(reason.ec2.code)
        body = f"<Errors><Error><Code>{code}</Code><Message>{_words(said, refused.message)}</Message></Error></Errors>"
        return said.status, _xml(id_), f"{HEAD}<Response>{body}<RequestID>{id_}</RequestID></Response>"
    if service in REST_JSON:
        said = Said(reason.json.code, 403, reason.json.message)
        headers = [("Content-Type", "application/json"), ("x-amzn-RequestId", id_), ("x-amzn-ErrorType", said.code)]
        return said.status, headers, json.dumps({"message": said.message or refused.message})
    said = reason.query
    code = "AuthorizationError" if service == "sns" and reason is DENIED else said.code
    error = f"<Type>Sender</Type><Code>{code}</Code><Message>{_words(said, refused.message)}</Message>"
    return (
        said.status,
        _xml(id_),
        f"{HEAD}<ErrorResponse><Error>{error}</Error><RequestId>{id_}</RequestId></ErrorResponse>",
    )


HEAD = '<?xml version="1.0" encoding="UTF-8"?>\n'
REST_JSON = frozenset(("apigateway", "backup", "batch", "eks", "elasticfilesystem", "es", "glacier", "kafka", "lambda"))


def _json(reason: Reason, message: str, service: str, id_: str) -> tuple[int, list[tuple[str, str]], str]:
    said = reason.json
    headers = [("Content-Type", "application/x-amz-json-1.0"), ("x-amzn-RequestId", id_)]
    status = said.status
    if service == "sqs":  # whose clients are to see the code of the protocol before
        headers.append(("x-amzn-query-error", f"{reason.query.code};Sender"))
        status = reason.query.status
    kind = f"com.amazon.coral.service#{said.code}"
    return status, headers, json.dumps({"__type": kind, "message": said.message or message})


def _s3(said: Said, message: str, environ: Mapping[str, Any]) -> tuple[int, list[tuple[str, str]], str]:
    id_, host_id = secrets.token_hex(8).upper(), secrets.token_hex(38)
    resource = escape(str(environ.get("PATH_INFO", "/")).encode("latin-1").decode(errors="replace"))
    body = (
        f"{HEAD}<Error><Code>{said.code}</Code><Message>{_words(said, message)}</Message>"
        f"<Resource>{resource}</Resource><RequestId>{id_}</RequestId><HostId>{host_id}</HostId></Error>"
    )
    headers = [("Content-Type", "application/xml"), ("x-amz-request-id", id_), ("x-amz-id-2", host_id)]
    return said.status, headers, body


def _words(said: Said, message: str) -> str:
    return escape(said.message or message)


def _xml(id_: str) -> list[tuple[str, str]]:
    return [("Content-Type", "text/xml"), ("x-amzn-RequestId", id_)]
