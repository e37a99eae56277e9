"""Which action a request asks for, of which bucket and key: by its method, address and query."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any
from urllib.parse import parse_qsl, unquote_to_bytes

from localcloud.s3.faults import Fault
from localcloud.s3.model import operation, service

# bucket.s3.amazonaws.com, bucket.s3.us-east-1.…, bucket.s3-us-west-2.…, and bucket.localhost as SDKs make it
VIRTUAL_HOST = re.compile(r"(?P<bucket>[a-z0-9][a-z0-9.-]{1,61}[a-z0-9])\.(?:s3[.-].*|localhost)")
NOT_HERE = {"ListDirectoryBuckets", "WriteGetObjectResponse"}  # of other endpoints than a bucket's


@dataclass(frozen=True)
class Address:
    """What a request is about. `query` has each parameter once; one without value is ""."""

    method: str
    bucket: str
    key: str
    query: Mapping[str, str]

    @property
    def level(self) -> str:
        return "object" if self.key else "bucket" if self.bucket else "service"

    @property
    def resource(self) -> str:
        """As S3 names it in an error."""
        return f"/{self.bucket}/{self.key}" if self.key else f"/{self.bucket}"


@dataclass(frozen=True)
class Route:
    """An action and what a request must have to be for it."""

    name: str
    method: str
    level: str
    literals: tuple[tuple[str, str], ...]  # query parameters of its address, as list-type=2
    needs: frozenset[str]  # further query parameters
    copies: bool  # has a source to copy from

    def fits(self, address: Address, copying: bool) -> bool:
        return (
            (self.method, self.level) == (address.method, address.level)
            and all(address.query.get(name) == value or (name in address.query and not value)
                    for name, value in self.literals)
            and self.needs <= address.query.keys()
            and self.copies == copying
        )  # fmt: skip


def address_of(environ: Mapping[str, Any]) -> Address:
    """Read a request's address: path style, or the bucket in the host name."""
    path, _, query = str(environ.get("REQUEST_URI") or environ.get("RAW_URI") or "").partition("?")
    if not path.startswith("/"):  # absolute, or a server that doesn't tell: what WSGI says
        path, query = environ["PATH_INFO"].encode("latin-1"), environ.get("QUERY_STRING", "")
    try:
        decoded = (path if isinstance(path, bytes) else unquote_to_bytes(path.encode("latin-1"))).decode()
        words = dict(parse_qsl(query, keep_blank_values=True, errors="strict"))
    except UnicodeDecodeError:
        raise Fault("InvalidURI") from None
    host = str(environ.get("HTTP_HOST", "")).partition(":")[0].lower()
    decoded = decoded.removeprefix("/")
    if virtual := VIRTUAL_HOST.fullmatch(host):
        bucket, key = virtual["bucket"], decoded
    else:
        bucket, _, key = decoded.partition("/")
    return Address(environ["REQUEST_METHOD"], bucket, key, words)


def action_of(address: Address, copying: bool) -> str:
    """The action's name. `copying`: the request has a x-amz-copy-source. Raises MethodNotAllowed."""
    found = [route for route in _routes(address.method) if route.fits(address, copying)]
    if not found and copying:  # S3 reads the header where it means something, and nowhere else
        found = [route for route in _routes(address.method) if route.fits(address, False)]
    best = max(found, key=lambda route: (len(route.literals), len(route.needs)), default=None)
    said = {name for name, _ in best.literals} if best else set()
    if best is None or (_subresources(address.level) & address.query.keys()) - said - best.needs:
        more = {"Method": address.method, "ResourceType": address.level.upper()}
        raise Fault("MethodNotAllowed", **more)
    return best.name


@cache
def _routes(method: str) -> tuple[Route, ...]:
    return tuple(route for route in _all_routes() if route.method == method)


@cache
def _all_routes() -> tuple[Route, ...]:
    return tuple(
        _route(name) for name in service().operation_names if not operation(name).deprecated and name not in NOT_HERE
    )


def _route(name: str) -> Route:
    model = operation(name)
    path, _, query = model.http["requestUri"].partition("?")
    level = "object" if "{Key" in path else "bucket" if "{Bucket" in path else "service"
    shape: Any = model.input_shape
    required = [shape.members[member].serialization for member in shape.required_members] if shape else []
    return Route(
        name=name,
        method=model.http["method"],
        level=level,
        literals=tuple(parse_qsl(query, keep_blank_values=True)),
        needs=frozenset(place["name"] for place in required if place.get("location") == "querystring"),
        copies=any(place.get("name") == "x-amz-copy-source" for place in required),
    )


@cache
def _subresources(level: str) -> frozenset[str]:
    """Query parameters that name another thing than the bucket or object itself."""
    named = {name for route in _all_routes() if route.level == level for name, _ in route.literals}
    return frozenset(named - {"list-type", "select-type"})
