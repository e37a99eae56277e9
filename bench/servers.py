"""The servers that a bench compares, each in a process of its own, and calls of them with no boto3 in between."""

from __future__ import annotations

import http.client
import json
import multiprocessing
import time
from collections.abc import Callable
from typing import Any


def start(run: Callable[..., None], *given: Any) -> tuple[Any, int]:
    """Run `run(pipe, *given)`, which ends in `answer`, in a process of its own: the process and its port."""
    context = multiprocessing.get_context("spawn")
    here, there = context.Pipe()
    process = context.Process(target=run, args=(there, *given), daemon=True)
    process.start()
    return process, here.recv()


def answer(pipe: Any, app: Any) -> None:
    """Serve a WSGI application for as long as the bench likes."""
    from localcloud.endpoint import serve

    pipe.send(serve(app, "127.0.0.1", 0).server_port)
    time.sleep(86_400)


def moto(pipe: Any) -> None:
    """Moto behind the HTTP server that ours has too."""
    from moto.moto_server.werkzeug_app import DomainDispatcherApplication, create_backend_app

    answer(pipe, DomainDispatcherApplication(create_backend_app))


class Json:
    """AWS's JSON protocol on one kept connection. A call of boto3's would cost more than its answer."""

    def __init__(self, port: int, service: str, target: str) -> None:
        self._connection = http.client.HTTPConnection("127.0.0.1", port)
        self._target = target
        self._headers = {
            "Content-Type": "application/x-amz-json-1.0",
            "Authorization": f"AWS4-HMAC-SHA256 Credential=x/20260101/us-east-1/{service}/aws4_request, "
            "SignedHeaders=host, Signature=x",
        }

    def __call__(self, action: str, **asked: Any) -> Any:
        headers = {"X-Amz-Target": f"{self._target}.{action}", **self._headers}
        self._connection.request("POST", "/", json.dumps(asked), headers)
        answered = self._connection.getresponse()
        body = answered.read()
        if answered.status != 200:
            raise RuntimeError(f"{action}: {answered.status} {body!r}")
        return json.loads(body) if body else None
