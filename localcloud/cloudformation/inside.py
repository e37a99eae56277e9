"""boto3's calls answered within this process: the endpoint's application is asked itself, no socket in between.

What a client sends is the same, signed the same, and goes through the same application; only the way is shorter.
"""

from __future__ import annotations

import io
import logging
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import unquote_to_bytes, urlsplit

from localcloud.server import Wsgi

log = logging.getLogger(__name__)


class Inside:
    """A handler of botocore's event `before-send`: it answers a request, and botocore sends none."""

    def __init__(self, app: Callable[[], Wsgi]) -> None:
        self._app = app

    def __call__(self, request: Any, **_: Any) -> Any:
        """botocore's answer; None, for the network to be asked, where a body is no plain bytes."""
        from botocore.awsrequest import AWSResponse
        from botocore.compat import HTTPHeaders

        body = request.body or b""
        if isinstance(body, str):
            body = body.encode()
        if not isinstance(body, bytes | bytearray):
            return None
        told: list[Any] = []
        try:
            parts = self._app()(
                _environ(request, bytes(body)), lambda status, headers, *_: told.extend((status, headers))
            )
            answer = b"".join(parts)
            if hasattr(parts, "close"):
                parts.close()
        except Exception:
            log.exception("%s %s", request.method, request.url)
            told, answer = ["500 Internal Server Error", []], b""
        headers = HTTPHeaders()
        for name, value in told[1]:
            headers[name] = value
        return AWSResponse(request.url, int(told[0].split()[0]), headers, _Raw(answer))


class _Raw(io.BytesIO):
    """A body as botocore reads it: whole by `stream`, or piece by piece by `read`."""

    def stream(self, **_: Any) -> Iterator[bytes]:
        yield self.read()


def _environ(request: Any, body: bytes) -> dict[str, Any]:
    """What `localcloud.server` gives an application of the same request."""
    url = urlsplit(request.url)
    headers = [("Host", url.netloc), *((name, _text(value)) for name, value in request.headers.items())]
    target = f"{url.path or '/'}?{url.query}" if url.query else url.path or "/"
    environ: dict[str, Any] = {
        "REQUEST_METHOD": request.method,
        "PATH_INFO": unquote_to_bytes(url.path or "/").decode("latin-1"),
        "QUERY_STRING": url.query,
        "RAW_URI": target,
        "REQUEST_URI": target,
        "SCRIPT_NAME": "",
        "SERVER_NAME": url.hostname or "",
        "SERVER_PORT": str(url.port or 80),
        "SERVER_PROTOCOL": "HTTP/1.1",
        "REMOTE_ADDR": "127.0.0.1",
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": url.scheme,
        "wsgi.input": io.BytesIO(body),
        "wsgi.errors": io.StringIO(),
        "wsgi.multithread": True,
        "wsgi.multiprocess": False,
        "wsgi.run_once": False,
        "wsgi.input_terminated": True,
        "localcloud.headers": headers,
    }
    for name, value in headers:
        key = name.upper().replace("-", "_")
        environ[key if key in ("CONTENT_TYPE", "CONTENT_LENGTH") else f"HTTP_{key}"] = value
    return environ


def _text(value: Any) -> str:
    return value.decode("latin-1") if isinstance(value, bytes) else str(value)
