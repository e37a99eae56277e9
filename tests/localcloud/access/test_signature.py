"""What botocore signs is taken, whatever the request; what was changed afterwards is not."""

from __future__ import annotations

import hashlib
import io
import time
from typing import Any
from urllib.parse import quote, unquote_to_bytes, urlsplit

import pytest
from botocore.auth import S3SigV4Auth, S3SigV4QueryAuth, SigV4Auth, SigV4QueryAuth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials
from hypothesis import given
from hypothesis import strategies as st

from localcloud.access import signature
from localcloud.access.refusals import Refused

SECRET = "a secret/of+many"
TEXT = st.text(st.characters(codec="utf-8", exclude_categories=("Cs", "Cc")), max_size=12)
PATHS = st.lists(TEXT, max_size=4).map(lambda parts: "/" + "/".join(parts))
QUERIES = st.dictionaries(TEXT.filter(bool), TEXT, max_size=4)
HEADERS = st.dictionaries(
    st.sampled_from(["X-Amz-Meta-A", "X-Amz-Acl", "X-Amz-Target", "Content-Type", "X-Amz-Tagging"]),
    st.text(st.characters(min_codepoint=32, max_codepoint=126), max_size=20),
)
METHODS = st.sampled_from(["GET", "PUT", "POST", "DELETE", "HEAD"])
BODIES = st.binary(max_size=40)


def signed(signer: type[Any], service: str, method: str, url: str, headers: dict[str, str], body: bytes) -> Any:
    request = AWSRequest(method, url, headers={"Host": "localhost:4566", **headers}, data=body)
    signer(Credentials("AKID", SECRET, "a/token+"), service, "us-east-1").add_auth(request)
    return request


def environ(request: Any) -> dict[str, Any]:
    """What WSGI tells of it."""
    url = urlsplit(request.url)
    target = f"{url.path}?{url.query}" if url.query else url.path
    found: dict[str, Any] = {
        "REQUEST_METHOD": request.method,
        "PATH_INFO": unquote_to_bytes(url.path).decode("latin-1"),
        "QUERY_STRING": url.query,
        "RAW_URI": target,
        "wsgi.input": io.BytesIO(request.data),
    }
    for name, value in request.headers.items():
        key = name.upper().replace("-", "_")
        text = value.decode() if isinstance(value, bytes) else value
        found[key if key == "CONTENT_TYPE" else f"HTTP_{key}"] = text
    return found


def address(path: str, query: dict[str, str]) -> str:
    pairs = "&".join(f"{quote(name, safe='-_.~')}={quote(value, safe='-_.~')}" for name, value in query.items())
    return f"http://localhost:4566{quote(path, safe='/-_.~')}" + (f"?{pairs}" if pairs else "")


def verify(request: Any, body: bytes, secret: str = SECRET, **changed: Any) -> None:
    there = {**environ(request), **changed}
    found = signature.read(there)
    assert found is not None
    signature.check_time(found, time.time())
    as_s3 = found.service == "s3"
    usual = signature.UNSIGNED_PAYLOAD if as_s3 else hashlib.sha256(body).hexdigest()
    payload = there.get("HTTP_X_AMZ_CONTENT_SHA256", usual) if as_s3 else usual
    signature.verify(found, secret, there, payload, as_s3)


@given(METHODS, PATHS, QUERIES, HEADERS, BODIES)
def test_a_call_signed_by_botocore(
    method: str, path: str, query: dict[str, str], headers: dict[str, str], body: bytes
) -> None:
    request = signed(SigV4Auth, "sqs", method, address(path, query), headers, body)
    verify(request, body)
    with pytest.raises(Refused):
        verify(request, body + b"!")


@given(METHODS, PATHS, QUERIES, HEADERS, BODIES)
def test_a_call_of_s3(method: str, path: str, query: dict[str, str], headers: dict[str, str], body: bytes) -> None:
    request = signed(S3SigV4Auth, "s3", method, address(path, query), headers, body)
    verify(request, body)
    with pytest.raises(Refused):
        verify(request, body, RAW_URI=environ(request)["RAW_URI"].replace("/", "/x", 1))


@given(st.sampled_from([(S3SigV4QueryAuth, "s3"), (SigV4QueryAuth, "sqs")]), PATHS, QUERIES)
def test_an_address_signed_beforehand(signer: tuple[type[Any], str], path: str, query: dict[str, str]) -> None:
    request = signed(*signer, "GET", address(path, query), {}, b"")
    verify(request, b"")
    changed = environ(request)["QUERY_STRING"] + "&more=1"
    with pytest.raises(Refused):
        verify(request, b"", QUERY_STRING=changed)


@given(PATHS)
def test_clients_may_leave_characters_as_they_are(path: str) -> None:
    request = signed(S3SigV4Auth, "s3", "GET", address(path, {}), {}, b"")
    less_encoded = environ(request)["RAW_URI"].replace("%21", "!").replace("%28", "(").replace("%2B", "+")
    verify(request, b"", RAW_URI=less_encoded)


def code(call: Any) -> tuple[str, str]:
    """The codes of a refusal: of JSON services, of S3."""
    with pytest.raises(Refused) as refused:
        call()
    return refused.value.reason.json.code, refused.value.reason.s3.code


def test_what_is_wrong_is_told_as_aws_tells_it() -> None:
    request = signed(SigV4Auth, "sqs", "POST", address("/", {}), {}, b"x")
    there = environ(request)
    assert code(lambda: verify(request, b"x", "another")) == ("InvalidSignatureException", "SignatureDoesNotMatch")
    unsigned = {"HTTP_X_AMZ_META_MORE": "1"}
    assert code(lambda: verify(request, b"x", **unsigned)) == ("InvalidSignatureException", "AccessDenied")
    found = signature.read(there)
    assert found is not None
    for away in (-3600, 3600):
        skewed = code(lambda away=away: signature.check_time(found, time.time() + away))
        assert skewed == ("InvalidSignatureException", "RequestTimeTooSkewed")
    old = {"HTTP_AUTHORIZATION": "AWS AKID:c2lnbmF0dXJl"}
    assert code(lambda: verify(request, b"x", **old))[1] == "InvalidRequest"
    half = {"HTTP_AUTHORIZATION": there["HTTP_AUTHORIZATION"].partition(", Signature")[0]}
    assert code(lambda: verify(request, b"x", **half))[0] == "IncompleteSignatureException"
    other_day = {"HTTP_X_AMZ_DATE": "20200101T000000Z"}
    assert code(lambda: signature.read({**there, **other_day})) == (
        "InvalidSignatureException",
        "SignatureDoesNotMatch",
    )
    assert signature.read({"QUERY_STRING": ""}) is None


def test_an_address_holds_as_long_as_it_says() -> None:
    request = signed(S3SigV4QueryAuth, "s3", "GET", address("/bucket/key", {}), {}, b"")
    found = signature.read(environ(request))
    assert found is not None
    signature.check_time(found, time.time() + found.expires - 5)
    assert code(lambda: signature.check_time(found, time.time() + found.expires + 5))[1] == "AccessDenied"
