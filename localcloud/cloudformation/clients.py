"""The API calls that resources are made with: boto3 clients of the cloud's own endpoint, made once and shared."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from functools import cached_property
from typing import TYPE_CHECKING, Any

from localcloud.cloudformation.inside import Inside
from localcloud.server import Wsgi

if TYPE_CHECKING:
    import boto3

HELD = 7 * 24 * 3600  # seconds for which a signed address holds


class Clients:
    """`clients.call("sqs", "CreateQueue", {...})`. Values are turned into the types that the call's model wants.

    With `inside`, the application that answers at the endpoint, calls do not leave the process.
    """

    def __init__(
        self,
        endpoint: Callable[[], str],
        region: str,
        credentials: tuple[str, str],
        inside: Callable[[], Wsgi] | None = None,
        public: Callable[[], str] | None = None,
    ) -> None:
        self._endpoint, self._region, self._credentials = endpoint, region, credentials
        self._inside = Inside(inside) if inside else None
        self.public = public or endpoint  # where machines reach the cloud
        self._lock = threading.Lock()
        self._clients: dict[str, Any] = {}

    @cached_property
    def _session(self) -> boto3.Session:
        import boto3

        key, secret = self._credentials
        return boto3.Session(key, secret, region_name=self._region)

    def client(self, service: str) -> Any:
        client = self._clients.get(service)
        if client is not None:
            return client
        with self._lock:  # a session is not safe to make clients from in several threads
            if service not in self._clients:
                from botocore.config import Config

                config = Config(
                    max_pool_connections=32,
                    retries={"total_max_attempts": 3, "mode": "standard"},
                    s3={"addressing_style": "path"},
                )
                make: Any = self._session.client
                client = make(service, endpoint_url=self._endpoint(), config=config)
                if self._inside is not None:
                    client.meta.events.register("before-send", self._inside)
                self._clients[service] = client
            return self._clients[service]

    def call(self, service: str, operation: str, parameters: Mapping[str, Any] | None = None) -> dict[str, Any]:
        """Make one call. Raises botocore's ClientError where the service refuses."""
        from botocore import xform_name

        client = self.client(service)
        shape = client.meta.service_model.operation_model(operation).input_shape
        fitted = fit(dict(parameters or {}), shape) if shape is not None else {}
        result: dict[str, Any] = getattr(client, xform_name(operation))(**fitted)
        return result

    def address(self, path: str) -> str:
        """Where a path of the endpoint can be PUT to by whoever knows the address, also from machines."""
        from botocore.auth import S3SigV4QueryAuth
        from botocore.awsrequest import AWSRequest
        from botocore.credentials import Credentials

        request = AWSRequest("PUT", self.public() + path)
        S3SigV4QueryAuth(Credentials(*self._credentials), "cloudformation", self._region, HELD).add_auth(request)
        return str(request.url)

    def input_shape(self, service: str, operation: str) -> Any:
        return self.client(service).meta.service_model.operation_model(operation).input_shape


def fit(value: Any, shape: Any) -> Any:
    """`value` as a call's model wants it: `"22"` becomes 22 where an integer belongs, `Key` becomes `key` where the
    model spells it so. What does not fit is left as it is, for the call itself to refuse."""
    kind = shape.type_name
    if kind == "structure" and isinstance(value, Mapping):
        names = {name.lower(): name for name in shape.members}
        fitted = {}
        for key, item in value.items():
            name = names.get(str(key).lower(), key)
            fitted[name] = fit(item, shape.members[name]) if name in shape.members else item
        return fitted
    if kind == "list":
        return [fit(item, shape.member) for item in (value if isinstance(value, list) else [value])]
    if kind == "map" and isinstance(value, Mapping):
        return {str(key): fit(item, shape.value) for key, item in value.items()}
    if isinstance(value, dict | list):
        return value
    return _scalar(value, kind)


def _scalar(value: Any, kind: str) -> Any:
    try:
        if kind in ("integer", "long") and isinstance(value, str):
            return int(value)
        if kind in ("float", "double") and isinstance(value, str | int):
            return float(value)
    except ValueError:
        return value
    if kind == "boolean" and isinstance(value, str) and value.lower() in ("true", "false"):
        return value.lower() == "true"
    if kind == "string" and isinstance(value, bool):
        return "true" if value else "false"
    if kind == "string" and isinstance(value, int | float):
        return str(value)
    return value
